import Foundation
import Glibc

/// A file system of 24 MiB, mounted by the test.
struct SmallDisk {
    let path: String

    init(_ path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard mount("tmpfs", path, "tmpfs", 0, "size=24m") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    private var filler: String { path + "/filler" }

    /// Fills the disk, and leaves some bytes free.
    func fill(leaving bytes: Int = 0) throws {
        let spare = path + "/spare"
        try Data(count: bytes).write(to: URL(filePath: spare))
        defer { try? FileManager.default.removeItem(atPath: spare) }
        try Data().write(to: URL(filePath: filler))
        let file = try FileHandle(forWritingTo: URL(filePath: filler))
        let block = Data(repeating: 1, count: 4096)
        while (try? file.write(contentsOf: block)) != nil {}
    }

    /// MS_RDONLY is 1, MS_REMOUNT 32.
    func makeReadOnly() throws {
        guard mount("tmpfs", path, "tmpfs", 33, "size=24m") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
        }
    }

    func free() throws { try FileManager.default.removeItem(atPath: filler) }

    /// MNT_DETACH is 2.
    func unmount() { umount2(path, 2) }
}

/// A control group of version 1, inside that of the tests, whose memory is limited.
struct MemoryGroup {
    private let folder: String

    init(bytes: Int) throws {
        folder = Self.parent + "/segnas3d-test-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        try write("\(bytes)", to: "memory.limit_in_bytes")
    }

    /// True if the tests may make one: as root, in most containers.
    static let isAvailable: Bool = {
        guard !parent.isEmpty, let group = try? MemoryGroup(bytes: 1 << 30) else { return false }
        group.remove()
        return true
    }()

    /// The group of the tests; empty where version 1 does not control memory.
    private static let parent: String = {
        let groups = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        let line = groups.split(separator: "\n").first { $0.contains(":memory:") }
        return line.map { "/sys/fs/cgroup/memory" + $0.drop { $0 != "/" } } ?? ""
    }()

    /// Processes that the kernel has killed in it for want of memory.
    var kills: Int {
        let text = try? String(contentsOfFile: folder + "/memory.oom_control", encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        return line.flatMap { Int($0.dropFirst(9)) } ?? 0
    }

    /// Begins to run a program in it, which starts its own processes there.
    func run(_ words: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", "echo $$ > \(folder)/cgroup.procs && exec \"$@\"", "sh"] + words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    func remove() { rmdir(folder) }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
    }
}

/// The program under strace, which makes calls of the system fail, or kills the program in them.
enum Strace {
    private static let path = "/usr/bin/strace"

    /// True if strace is there and may trace; otherwise tests that need it are skipped.
    static let isAvailable: Bool = {
        guard access(path, X_OK) == 0 else { return false }
        return (try? run("/bin/true", [], "close:error=EIO:when=1000"))?.status == 0
    }()

    /// Runs the program, where calls are tampered with as strace's `inject` says: `flock:error=ENOSYS`.
    static func run(_ arguments: [String], injecting calls: String) throws -> Program {
        try run(Program.url.path, arguments, calls)
    }

    private static func run(
        _ program: String, _ arguments: [String], _ calls: String
    ) throws -> Program {
        let names = calls.prefix { $0 != ":" }
        return try Program.run(
            [
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(names)", "-e", "inject=\(calls)",
                program,
            ] + arguments, of: URL(filePath: path))
    }
}
