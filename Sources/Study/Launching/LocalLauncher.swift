internal import FoundationEssentials
internal import Glibc
internal import Host

/// Starts workers as processes of this machine.
///
/// Each is the leader of a session of its own, so that Ctrl-C in the terminal reaches the coordinator alone, which
/// then ends its workers in order. They outlive a coordinator that is killed, and are found again by their handles.
public final class LocalLauncher: Launcher {
    private let executable: String
    private let arguments: (LaunchOrder) -> [String]
    private var canceled: Set<JobHandle> = []
    private var exits: [JobHandle: JobState.Exit] = [:]

    /// - Parameters:
    ///   - executable: Path of the program; by default this one.
    ///   - arguments: What it is given to train the trial of an order.
    public init(
        executable: String = "/proc/self/exe", arguments: @escaping (LaunchOrder) -> [String]
    ) {
        self.executable = executable
        self.arguments = arguments
    }

    public func launch(_ order: LaunchOrder) throws -> JobHandle {
        Self.keepFilesToItself()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, 1, order.folder.log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, sessionFlag)
        var strings = ([executable] + arguments(order)).map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, executable, &actions, &attributes, &strings, environ)
        guard code == 0 else { throw SystemFailure(code: code) }
        return ProcessHandle(process).job
    }

    /// Workers get none of this process's files: whoever waits for these to be closed must not wait for workers.
    private static func keepFilesToItself() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    public func look(at job: JobHandle) -> JobState {
        if let exit = exits[job] { return .gone(exit) }
        guard let handle = ProcessHandle(job), handle.isOfThisBoot else { return .unknown }
        guard handle.isThere else { return .gone(nil) }
        var status: Int32 = 0
        switch waitpid(handle.process, &status, WNOHANG) {
        case 0:
            // A child of ours that has not ended with all its threads, even where its first one has.
            return .alive
        case handle.process:
            let signal = status & 0x7F
            let exit: JobState.Exit = signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
            exits[job] = exit
            return .gone(exit)
        default: return handle.isAlive ? .alive : .gone(nil)
        }
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

    public func cancel(_ job: JobHandle) {
        guard look(at: job) == .alive, let handle = ProcessHandle(job) else { return }
        // The session: what the worker has started ends with it.
        kill(-handle.process, canceled.insert(job).inserted ? SIGTERM : SIGKILL)
    }
}

/// `POSIX_SPAWN_SETSID` of glibc's spawn.h, which Swift does not see.
private let sessionFlag: Int16 = 0x80

/// By which a file is known, whatever its path.
private struct FileIdentity: Equatable {
    let device: dev_t
    let number: ino_t

    /// Nil where there is no file, or none that may be seen.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (device, number) = (status.st_dev, status.st_ino)
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
        start = Self.status(of: process)?.start ?? "0"
        boot = Self.currentBoot
    }

    init?(_ job: JobHandle) {
        let parts = job.text.split(separator: " ").map(String.init)
        guard parts.count == 3, let process = pid_t(parts[0]), process > 1 else { return nil }
        (self.process, start, boot) = (process, parts[1], parts[2])
    }

    var job: JobHandle { JobHandle("\(process) \(start) \(boot)") }

    /// Of another machine, or from before this one was started, nothing is known.
    var isOfThisBoot: Bool { boot == Self.currentBoot }

    /// Whether the process exists, be it as a name whose end nobody has asked for.
    var isThere: Bool { Self.status(of: process)?.start == start }

    var isAlive: Bool {
        guard let status = Self.status(of: process) else { return false }
        return status.start == start && status.state != "Z" && status.state != "X"
    }

    private static var currentBoot: String {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return text?.split(separator: "\n").first.map(String.init) ?? "unknown"
    }

    private static func status(of process: pid_t) -> (state: Substring, start: String)? {
        let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The name, in brackets, may hold anything.
        guard let text, let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? (fields[0], String(fields[19])) : nil
    }
}
