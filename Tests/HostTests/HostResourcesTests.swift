import Foundation
import TestSupport
import Testing

@testable import SegNASHost

@Suite("The machine's resources")
struct HostResourcesTests {
    static let gibibyte: UInt64 = 1 << 30

    /// A machine of 8 GiB, 6 of them free, and 16 cores, with further files under its root.
    private func resources(_ files: [String: String]) throws -> HostResources {
        try withTemporaryFolder { folder in
            var files = files
            files["proc/self/status"] = "Name:\tsegnas3d\nCpus_allowed_list:\t0-7,16-22,31\n"
            files["proc/meminfo"] = """
                MemTotal:        8388608 kB
                MemFree:          100000 kB
                MemAvailable:    6291456 kB

                """
            try write(files, in: folder)
            return .current(root: folder.path + "/")
        }
    }

    private func write(_ files: [String: String], in folder: URL) throws {
        for (path, text) in files {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: false, encoding: .utf8)
        }
    }

    private func expected(cores: Int, memory: UInt64, available: UInt64) -> HostResources {
        HostResources(
            cores: cores, memory: ByteCount(memory * Self.gibibyte),
            available: ByteCount(available * Self.gibibyte))
    }

    @Test("a machine without control groups")
    func bare() throws {
        #expect(try resources([:]) == expected(cores: 16, memory: 8, available: 6))
    }

    @Test("version 2: the tightest of the nested groups counts, file caches are free")
    func unified() throws {
        let found = try resources([
            "proc/self/cgroup": "0::/job/step\n",
            "sys/fs/cgroup/job/memory.max": "\(4 * Self.gibibyte)\n",
            "sys/fs/cgroup/job/memory.current": "\(3 * Self.gibibyte)\n",
            "sys/fs/cgroup/job/memory.stat": "anon 5\ninactive_file \(Self.gibibyte)\n",
            "sys/fs/cgroup/job/cpu.max": "350000 100000\n",
            "sys/fs/cgroup/job/step/memory.max": "max\n",
            "sys/fs/cgroup/job/step/cpu.max": "max 100000\n",
        ])
        #expect(found == expected(cores: 4, memory: 4, available: 2))
    }

    @Test("version 1")
    func legacy() throws {
        let found = try resources([
            "proc/self/cgroup": "5:memory:/job\n3:cpu,cpuacct:/job\n1:name=systemd:/job\n",
            "sys/fs/cgroup/memory/job/memory.limit_in_bytes": "\(2 * Self.gibibyte)\n",
            "sys/fs/cgroup/memory/job/memory.usage_in_bytes": "\(Self.gibibyte)\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "20000\n",
            "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
        ])
        #expect(found == expected(cores: 1, memory: 2, available: 1))
    }

    @Test("a limit beyond the machine does not limit")
    func wideLimit() throws {
        let found = try resources([
            "proc/self/cgroup": "0::/\n",
            "sys/fs/cgroup/memory.max": "\(64 * Self.gibibyte)\n",
            "sys/fs/cgroup/memory.current": "\(60 * Self.gibibyte)\n",
            "sys/fs/cgroup/cpu.max": "-1 100000\n",
        ])
        #expect(found == expected(cores: 16, memory: 8, available: 6))
    }

    @Test(
        "kills for want of memory are counted in the group of the process, or on the machine",
        arguments: [
            (
                [
                    "proc/self/cgroup": "0::/job\n",
                    "sys/fs/cgroup/job/memory.events": "oom 5\noom_kill 3\n",
                ], 3
            ),
            (
                [
                    "proc/self/cgroup": "5:cpu,memory:/job\n1:name=systemd:/\n",
                    "sys/fs/cgroup/memory/job/memory.oom_control": "under_oom 0\noom_kill 2\n",
                ], 2
            ),
            (["proc/self/cgroup": "0::/\n", "proc/vmstat": "nr_free 9\noom_kill 7\n"], 7),
            (["proc/self/cgroup": "0::/\n"], nil),
        ] as [([String: String], Int?)])
    func memoryKills(_ files: [String: String], _ expected: Int?) throws {
        try withTemporaryFolder { folder in
            try write(files, in: folder)
            #expect(HostResources.memoryKills(root: folder.path + "/") == expected)
        }
    }

    @Test("this machine has some")
    func real() {
        let here = HostResources.current()
        #expect(here.cores >= 1)
        #expect(here.memory.bytes > Self.gibibyte / 4)
        #expect(here.available <= here.memory)
    }
}

@Suite("Byte counts")
struct ByteCountTests {
    @Test(
        "are written briefly",
        arguments: zip(
            [0, 512, 1023, 1024, 1536, 64 << 20, 1 << 30, 123_456_789_012, 3 << 40] as [UInt64],
            ["0 B", "512 B", "1023 B", "1 KiB", "1.5 KiB", "64 MiB", "1 GiB", "115 GiB", "3 TiB"]))
    func description(_ bytes: UInt64, _ text: String) {
        #expect(ByteCount(bytes).description == text)
    }

    @Test(
        "are read as people write them",
        arguments: zip(
            ["16GiB", "1.5 GiB", "512mib", "4096", "2G", "2GB", "0", "7 b"],
            [16 << 30, 3 << 29, 512 << 20, 4096, 2 << 30, 2 << 30, 0, 7] as [UInt64]))
    func parsing(_ text: String, _ bytes: UInt64) {
        #expect(ByteCount(parsing: text) == ByteCount(bytes))
    }

    @Test(
        "or are refused",
        arguments: ["", "GiB", "-1GiB", "1 XiB", "1..5G", "9e99", "99999999TiB", "nan", "1 G i B"])
    func refusing(_ text: String) {
        #expect(ByteCount(parsing: text) == nil)
    }
}
