import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// Seconds of a whole training alone, of two at once, and of one beside a busy loop on each core: the cost of sharing
/// the machine.
struct SharedMachineBench {
    let json: Bool
    let threads: Int
    /// Voxels along each axis of the images.
    let size: Int

    struct Row: Encodable {
        let schema = 1
        let workload = "shared-machine"
        var beside: String
        var size: Int
        var threads: Int
        var seconds: Double
        /// The seconds as a multiple of those of one alone.
        var ratio: Double
    }

    func run() throws {
        try Bench.withTemporaryPath(measure)
    }

    private func measure(in folder: String) throws {
        try FileSystem.makeFolder(folder)
        try prepare(folder)
        let alone = try seconds { try [training(folder, "alone")] }
        try show("nothing", alone, of: alone)
        let two = try seconds { try ["a", "b"].map { try training(folder, $0) } }
        try show("another training", two, of: alone)
        let loops = try (0..<HostResources.current().cores).map { _ in
            try ChildProcess("/bin/sh", ["-c", "while :; do :; done"])
        }
        defer { for loop in loops { loop.kill() } }
        let busy = try seconds { try [training(folder, "busy")] }
        try show("a busy loop on each core", busy, of: alone)
    }

    /// Makes a dataset and a network, and trains once, so that all find the images prepared.
    private func prepare(_ folder: String) throws {
        try ChildProcess(
            [
                "phantom", "\(folder)/data", "--cases", "20", "--size", "\(size)", "--structures",
                "7",
            ]
        ).wait()
        let network = #"{"n": 8, "p": 2, "sup": 0, "res": 1, "nodes": 3, "ops": [2, 0, 2]}"#
        try network.write(toFile: "\(folder)/net.json", atomically: false, encoding: .utf8)
        try training(folder, "first", epochs: 1).wait()
    }

    private func training(
        _ folder: String, _ run: String, epochs: Int = 10
    ) throws -> ChildProcess {
        try ChildProcess([
            "train", "\(folder)/data", "--network", "\(folder)/net.json", "--size", "\(size)",
            "--epochs", "\(epochs)", "--threads", "\(threads)", "--output", "\(folder)/\(run)",
            "--cache", "\(folder)/cache", "--device", "cpu", "--quiet",
        ])
    }

    private func seconds(_ start: () throws -> [ChildProcess]) throws -> Double {
        try Bench.seconds { for process in try start() { try process.wait() } }
    }

    private func show(_ beside: String, _ seconds: Double, of alone: Double) throws {
        let row = Row(
            beside: beside, size: size, threads: threads, seconds: seconds, ratio: seconds / alone)
        try Bench.show(
            row, json: json,
            text: "training at \(size)³ on \(counted(threads, "thread")) beside \(beside): "
                + "\(decimal(seconds, 1)) s, \(decimal(row.ratio, 2)) times alone")
    }
}

/// A process that a workload starts, without its standard output.
private struct ChildProcess {
    private let number: pid_t

    struct Failure: Error, CustomStringConvertible {
        var command: [String]
        var status: Int32

        var description: String {
            "'\(command.joined(separator: " "))' failed (status \(status))"
        }
    }

    private let command: [String]

    /// This program with other arguments.
    init(_ arguments: [String]) throws { try self.init("/proc/self/exe", arguments) }

    init(_ program: String, _ arguments: [String]) throws {
        command = [program] + arguments
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        var strings = command.map { strdup($0) } + [nil]
        defer { for string in strings { free(string) } }
        var number: pid_t = 0
        let code = posix_spawn(&number, program, &actions, nil, &strings, environ)
        guard code == 0 else { throw SystemFailure(code: code) }
        self.number = number
    }

    func wait() throws {
        var status: Int32 = 0
        while waitpid(number, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw Failure(command: command, status: status) }
    }

    /// Kills it.
    func kill() {
        Glibc.kill(number, SIGKILL)
        var status: Int32 = 0
        waitpid(number, &status, 0)
    }
}
