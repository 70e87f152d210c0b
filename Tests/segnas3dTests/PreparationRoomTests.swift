import Foundation
import TestSupport
import Testing

@Suite("Room for prepared images")
struct PreparationRoomTests {
    @Test("a disk without room for all cases is told before any is prepared, and those there count")
    func room() throws {
        try withTemporaryFolder { folder in
            let disk = try SmallDisk(folder.appending(path: "disk").path)
            defer { disk.unmount() }
            let data = folder.appending(path: "data").path
            _ = try Program.run(
                "phantom", data, "--cases", "8", "--size", "16", "--structures", "2", "--threads",
                "1")
            try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8).write(
                to: folder.appending(path: "net.json"))
            func train(_ size: String, _ run: String = "run") throws -> Program {
                try Program.run(
                    "train", data, "--network", folder.appending(path: "net.json").path, "--size",
                    size, "--epochs", "1", "--output", folder.appending(path: run + size).path,
                    "--cache", disk.path + "/cache", "--threads", "1", "--quiet")
            }
            // 8 × 96³ × 5 bytes.
            let refused = try train("96")
            #expect(refused.status == 1)
            #expect(
                refused.errors.hasPrefix(
                    "Error: 8 cases would need 33.8 MiB in \(disk.path)/cache when prepared, and "),
                "\(refused.errors)")
            #expect(
                refused.errors.contains(
                    "free there: make room, or name a folder on another disk with --cache"))
            let entries = disk.path + "/cache/entries"
            #expect(try FileManager.default.contentsOfDirectory(atPath: entries).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/run96/plan.json"))
            #expect(try train("32").status == 0)
            // Prepared cases need no more room.
            try disk.fill(leaving: 64 << 10)
            let again = try train("32", "again")
            #expect(again.status == 0, "\(again.errors)")
            // Others give way to new ones where that is enough.
            let small = try train("24")
            #expect(small.status == 0, "\(small.errors)")
        }
    }
}
