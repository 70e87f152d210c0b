import Foundation
import Glibc
import TestSupport
import Testing

@testable import SegNASHost

@Suite("Disks, here and on other machines")
struct DiskTests {
    /// True if a path counts as remote when the table of mounts has a given line for its device.
    private func isRemote(_ kind: String, device: String? = nil) throws -> Bool {
        try withTemporaryFolder { folder in
            var status = stat()
            try #require(stat(folder.path, &status) == 0)
            let number = UInt64(status.st_dev)
            let (major, minor) = (number >> 8 & 0xFFF, number & 0xFF | number >> 12 & ~0xFF)
            let lines = [
                "21 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw",
                "36 35 \(device ?? "\(major):\(minor)") / /data rw,noatime master:1 - \(kind) a:/b rw",
                "damaged",
            ]
            let proc = folder.appending(path: "proc/self")
            try FileManager.default.createDirectory(at: proc, withIntermediateDirectories: true)
            try Data(lines.joined(separator: "\n").utf8).write(
                to: proc.appending(path: "mountinfo"))
            return FileSystem.isRemote(folder.path, root: folder.path + "/")
        }
    }

    @Test(
        "which lie on another machine",
        arguments: [
            ("nfs4", true), ("cifs", true), ("lustre", true), ("fuse.sshfs", true), ("fuse", true),
            ("ext4", false), ("xfs", false), ("overlay", false), ("tmpfs", false),
        ])
    func remote(_ kind: String, _ expected: Bool) throws {
        #expect(try isRemote(kind) == expected)
    }

    @Test("what is not known lies here")
    func unknown() throws {
        #expect(try !isRemote("nfs", device: "4095:9999"))
        try withTemporaryFolder { folder in
            #expect(!FileSystem.isRemote(folder.path + "/none"))
            #expect(!FileSystem.isRemote(folder.path, root: folder.path + "/none/"))
        }
    }

    @Test("what is left on a disk")
    func space() throws {
        let space = try #require(diskSpace(at: "/tmp"))
        #expect(space.bytes < 1 << 60)
        var status = statvfs()
        try #require(statvfs("/tmp", &status) == 0)
        #expect(space.bytes <= UInt64(status.f_blocks) * UInt64(status.f_frsize))
        #expect(diskSpace(at: "/tmp/none/\(UUID())") == nil)
        // Of no file on a disk.
        #expect(diskSpace(at: "/proc") == ByteCount(0))
    }
}

@Suite("Files in memory")
struct MappedFileTests {
    @Test("its bytes are the file's, and are written to in memory alone")
    func bytes() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/a"
            try Data("bytes".utf8).write(to: URL(filePath: path))
            let file = try MappedFile(path: path)
            #expect(Array(file.bytes) == Array("bytes".utf8))
            file.bytes[0] = UInt8(ascii: "B")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "bytes")
            withExtendedLifetime(file) {}
        }
    }

    @Test("an empty file has no bytes; folders, devices and what is not there are refused")
    func others() throws {
        try withTemporaryFolder { folder in
            let path = folder.path + "/empty"
            try Data().write(to: URL(filePath: path))
            #expect(try MappedFile(path: path).bytes.isEmpty)
            for (path, code) in [
                (folder.path, EISDIR), ("/dev/null", EINVAL), (folder.path + "/none", ENOENT),
            ] {
                #expect(throws: SystemFailure(code: code)) { _ = try MappedFile(path: path) }
            }
        }
    }
}
