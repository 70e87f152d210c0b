internal import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// Starts workers as processes of this machine.
///
/// Each is the leader of a separate session, so that Ctrl-C in the terminal reaches the coordinator alone, which
/// then ends its workers in order. They outlive a coordinator that is killed, and are found again by their handles.
public final class LocalLauncher: Launcher {
    private let executable: String
    private let environment: (LaunchOrder) -> [String: String]
    private let arguments: (LaunchOrder) -> [String]
    private var canceled: Set<JobHandle> = []
    private var exits: [JobHandle: JobState.Exit] = [:]

    /// - Parameters:
    ///   - executable: Path of the program; by default this one.
    ///   - environment: What is added to this process's environment for the worker of an order.
    ///   - arguments: Its arguments to train the trial of an order.
    public init(
        executable: String = "/proc/self/exe",
        environment: @escaping (LaunchOrder) -> [String: String] = { _ in [:] },
        arguments: @escaping (LaunchOrder) -> [String]
    ) {
        self.executable = executable
        self.environment = environment
        self.arguments = arguments
    }

    public var sharesMachine: Bool { true }

    public func launch(_ order: LaunchOrder) throws -> JobHandle {
        // SIGTERM asks workers to end, which this process may ignore.
        let program = ProgramStart(
            executable, arguments(order),
            environment: ProcessInfo.processInfo.environment.merging(environment(order)) { $1 },
            group: .session, usualSignals: [SIGTERM])
        let process = try program { actions in
            posix_spawn_file_actions_addopen(
                &actions, 1, order.folder.log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        return ProcessHandle(process).job
    }

    public func look(at job: JobHandle, in folder: TrialFolder) -> JobState {
        if let exit = exits[job] { return .gone(exit) }
        guard let handle = ProcessHandle(job), handle.isOfThisBoot else { return .unknown }
        guard let state = handle.state else { return .gone(nil) }
        var status: Int32 = 0
        switch waitpid(handle.process, &status, WNOHANG) {
        case 0:
            // A child of ours that has not ended with all its threads, even where its first one has.
            return isStopped(state) ? .stopped : .alive
        case handle.process:
            let signal = status & 0x7F
            let exit: JobState.Exit = signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
            exits[job] = exit
            return .gone(exit)
        default:
            guard state != "Z", state != "X" else { return .gone(nil) }
            guard isAtWork(handle.process, in: folder) else { return .gone(.elsewhere) }
            return isStopped(state) ? .stopped : .alive
        }
    }

    /// True if a process is stopped by a signal or a debugger.
    private func isStopped(_ state: Character) -> Bool { state == "T" || state == "t" }

    /// True if a process trains in a folder, and not in the one of which this is a copy.
    private func isAtWork(_ process: pid_t, in folder: TrialFolder) -> Bool {
        // A process that may not be inspected may be it.
        guard let output = FileIdentity("/proc/\(process)/fd/1") else { return true }
        return FileIdentity(folder.log) == output
    }

    /// The process of this machine that prints into the trial's log, as its worker does from the first moment.
    public func find(_ attempt: Attempt, in folder: TrialFolder) -> JobHandle? {
        guard let log = FileIdentity(folder.log) else { return nil }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let worker = names.compactMap { pid_t($0) }.first { process in
            getsid(process) == process && FileIdentity("/proc/\(process)/fd/1") == log
        }
        return worker.map { ProcessHandle($0).job }
    }

    /// Processes do not wait.
    public func cancelWaiting() {}

    public func cancel(_ job: JobHandle, in folder: TrialFolder) {
        let state = look(at: job, in: folder)
        guard state == .alive || state == .stopped, let handle = ProcessHandle(job) else { return }
        // The session: what the worker has started ends with it.
        kill(-handle.process, canceled.insert(job).inserted ? SIGTERM : SIGKILL)
        // One that is stopped would not hear it.
        kill(-handle.process, SIGCONT)
    }
}

/// A process that cannot be mistaken for a later one with the same number.
private struct ProcessHandle: Equatable {
    let process: pid_t
    /// The kernel's count of ticks from its start to that of the process.
    let start: String
    let boot: String

    init(_ process: pid_t) {
        self.process = process
        start = ProcessTable.status(of: process)?.start ?? "0"
        boot = ProcessTable.boot
    }

    init?(_ job: JobHandle) {
        let parts = job.text.split(separator: " ").map(String.init)
        guard parts.count == 3, let process = pid_t(parts[0]), process > 1 else { return nil }
        (self.process, start, boot) = (process, parts[1], parts[2])
    }

    var job: JobHandle { JobHandle("\(process) \(start) \(boot)") }

    /// False for a process of another machine, or from before a restart, of which nothing is known.
    var isOfThisBoot: Bool { boot == ProcessTable.boot }

    /// The kernel's letter for its state, zombies included; nil if there is no such process.
    var state: Character? {
        ProcessTable.status(of: process).flatMap { $0.start == start ? $0.state : nil }
    }
}
