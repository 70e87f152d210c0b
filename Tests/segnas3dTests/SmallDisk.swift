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

    /// Takes all that is free but so many bytes.
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
