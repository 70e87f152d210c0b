internal import FoundationEssentials
import Glibc

/// A program to run to its end, as from a shell.
package struct Command: Hashable, Sendable {
    /// A path, or a name that is looked for in PATH.
    package var name: String
    package var arguments: [String]
    /// Nil for that of this process.
    package var environment: [String: String]?

    /// What a program has written, and how it ended.
    package struct Output: Hashable, Sendable {
        /// The exit code; 128 and the signal if one ended it, as in a shell.
        package var status: Int32
        package var text: String
        package var errors: String

        package init(status: Int32 = 0, text: String = "", errors: String = "") {
            (self.status, self.text, self.errors) = (status, text, errors)
        }
    }

    package enum Failure: Error, Equatable, Sendable {
        case notStarted(String, SystemFailure)
        /// It was killed after so many seconds; what it was to do may have been done.
        case timeOut(String, seconds: Double)
    }

    package init(_ name: String, _ arguments: [String], environment: [String: String]? = nil) {
        (self.name, self.arguments, self.environment) = (name, arguments, environment)
    }

    /// Runs the program with an empty input, and waits for its end.
    ///
    /// It inherits no file of this process. It is not waited for longer than its own end: programs that it leaves
    /// behind may keep its output open.
    ///
    /// - Parameter timeLimit: Seconds after which it is killed, with what it has started.
    /// - Returns: What it has written, and how it ended.
    /// - Throws: ``Failure``.
    package func run(timeLimit: Double) throws(Failure) -> Output {
        let (output, errors) = (ChildPipe(), ChildPipe())
        let process = try start(output, errors)
        output.closeInput()
        errors.closeInput()
        let end = ContinuousClock.now + .seconds(timeLimit)
        var isKilled = false
        var status: Int32 = 0
        while waitpid(process, &status, WNOHANG) != process {
            if !isKilled, ContinuousClock.now >= end {
                kill(-process, SIGKILL)
                isKilled = true
            }
            ChildPipe.wait(for: [output, errors], milliseconds: 10)
        }
        let (text, complaints) = (output.text(), errors.text())
        guard !isKilled else { throw .timeOut(name, seconds: timeLimit) }
        let signal = status & 0x7F
        return Output(
            status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, text: text, errors: complaints)
    }

    private func start(_ output: ChildPipe, _ errors: ChildPipe) throws(Failure) -> pid_t {
        // Ctrl-C in the terminal is for this process, which then ends what it has begun in order.
        let program = ProgramStart(
            name, arguments, environment: environment ?? ProcessInfo.processInfo.environment,
            group: .own, usualSignals: SignalWatch.signals + [SIGPIPE, SIGXFSZ])
        do throws(SystemFailure) {
            return try program { actions in
                posix_spawn_file_actions_adddup2(&actions, output.input, 1)
                posix_spawn_file_actions_adddup2(&actions, errors.input, 2)
            }
        } catch {
            throw .notStarted(name, error)
        }
    }
}

extension Command.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notStarted(let name, let failure): "\(name) cannot be run: \(failure)"
        case .timeOut(let name, let seconds): "\(name) had not ended after \(duration(seconds))"
        }
    }
}

/// A pipe for the output of a child, which is read without waiting.
private final class ChildPipe {
    private let source: Int32
    private(set) var input: Int32
    private var bytes: [UInt8] = []
    private var isAtEnd = false

    init() {
        var ends: [Int32] = [-1, -1]
        // Without a descriptor left the child cannot be started either, which says so.
        _ = pipe(&ends)
        (source, input) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(source, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(source)
        closeInput()
    }

    func closeInput() {
        if input >= 0 { close(input) }
        input = -1
    }

    /// Reads what there is until all have something new or the time is over.
    static func wait(for pipes: [ChildPipe], milliseconds: Int32) {
        var sources = pipes.filter { !$0.isAtEnd }.map {
            pollfd(fd: $0.source, events: Int16(POLLIN), revents: 0)
        }
        _ = poll(&sources, nfds_t(sources.count), milliseconds)
        for pipe in pipes { pipe.read() }
    }

    private func read() {
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while !isAtEnd {
            let count = Glibc.read(source, &part, part.count)
            guard count > 0 else {
                isAtEnd = count == 0
                return
            }
            bytes += part.prefix(count)
        }
    }

    /// All that was written so far.
    func text() -> String {
        read()
        return String(decoding: bytes, as: UTF8.self)
    }
}
