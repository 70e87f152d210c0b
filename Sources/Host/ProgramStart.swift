internal import FoundationEssentials
package import Glibc

/// How a program is started as a child of this process.
package struct ProgramStart {
    /// A path, or a name that is looked for in PATH.
    package var name: String
    package var arguments: [String]
    package var environment: [String: String]
    /// What keeps signals of this process's terminal from it.
    package var group: Group
    /// Signals that do to it what they do to any program, though this process may ignore them.
    package var usualSignals: [Int32]

    package enum Group: Sendable {
        /// A process group of its own.
        case own
        /// A session of its own, which outlives that of this process.
        case session
    }

    package init(
        _ name: String, _ arguments: [String], environment: [String: String], group: Group,
        usualSignals: [Int32]
    ) {
        (self.name, self.arguments, self.environment) = (name, arguments, environment)
        (self.group, self.usualSignals) = (group, usualSignals)
    }

    /// Starts it with an empty input; it inherits no other file than its output.
    ///
    /// - Parameter output: Adds what its standard output and standard error are.
    /// - Returns: Its process.
    /// - Throws: `SystemFailure` if it cannot be started.
    package func callAsFunction(
        output: (inout posix_spawn_file_actions_t) -> Void
    ) throws(SystemFailure) -> pid_t {
        Self.keepFilesFromChildren()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        output(&actions)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of libraries block signals, which children would inherit.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in usualSignals { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let ofGroup = group == .own ? Int16(POSIX_SPAWN_SETPGROUP) : Self.sessionFlag
        posix_spawnattr_setflags(
            &attributes, ofGroup | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
        var strings = ([name] + arguments).map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for string in strings + settings { free(string) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, name, &actions, &attributes, &strings, &settings)
        guard code == 0 else { throw SystemFailure(code: code) }
        return process
    }

    /// `POSIX_SPAWN_SETSID`, which Swift does not import.
    private static let sessionFlag: Int16 = 0x80

    /// Who waits for a file to be closed must not wait for a child.
    private static func keepFilesFromChildren() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }
}
