import Foundation
import Glibc

/// A control group of version 1, inside that of the tests, whose memory is limited.
struct MemoryGroup {
    private let folder: String

    init(bytes: Int) throws {
        folder = Self.parent + "/segnas3d-test-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        try write("\(bytes)", to: "memory.limit_in_bytes")
    }

    /// Whether the tests may make one: as root, in most containers.
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
