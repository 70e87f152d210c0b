import Foundation
import Glibc
import SegNASStudy
import TestSupport
import Testing

/// File systems that lack what others have, and studies that were copied by tools of which each leaves something out.
@Suite("File systems", .serialized)
struct FileSystemTests {
    private func model(_ scene: SearchScene, _ study: String) throws -> Data {
        try withTemporaryFolder { output in
            let program = try Program.run(
                "predict", scene.path(study), scene.path("data/imagesTr/phantom0001_0000.nii.gz"),
                "--output", output.path, "--threads", "1")
            #expect(program.status == 0, "\(program.errors)")
            return try Data(contentsOf: output.appending(path: "phantom0001.nii.gz"))
        }
    }

    @Test(
        "without locks, a search and a training go on with one warning, and are held by one process",
        .enabled(if: Strace.isAvailable), arguments: ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
    func noLocks(_ error: String) throws {
        try SearchScene.with(iterations: 7) { scene in
            let arguments = scene.arguments("study")
            let search = try Strace.run(arguments, injecting: "flock:error=\(error)")
            #expect(search.status == 0, "\(search.errors)")
            let warnings = search.errors.split(separator: "\n").filter {
                $0.contains("a file system without locks")
            }
            #expect(warnings.count == 1)
            let marks = FileManager.default.enumerator(atPath: scene.path("study"))?.compactMap {
                ($0 as? String).flatMap { $0.hasSuffix(".owner") ? $0 : nil }
            }
            #expect(marks == [])
            #expect(try scene.summary("study") == scene.undisturbed())
            // The mark of a process that works.
            try withMark(scene.path("study/study.lock.owner"), of: getpid()) {
                let held = try Strace.run(arguments, injecting: "flock:error=\(error)")
                #expect(held.status == 1)
                #expect(held.errors.contains("is in use by process \(getpid()) on "))
                let status = try Strace.run(
                    ["status", scene.path("study")], injecting: "flock:error=\(error)")
                #expect(status.output.contains("process \(getpid()) on "))
            }
        }
    }

    /// A mark as the program would leave it for a process.
    private func withMark(_ path: String, of process: pid_t, _ body: () throws -> Void) throws {
        let stat = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        let boot = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        let space = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        let host = try String(contentsOfFile: "/proc/sys/kernel/hostname", encoding: .utf8)
        let line = [
            "\(process)", String(fields[20]), boot.filter { $0 != "\n" }, space,
            host.filter { $0 != "\n" },
        ].joined(separator: " ")
        try Data((line + "\n").utf8).write(to: URL(filePath: path))
        try body()
        try FileManager.default.removeItem(atPath: path)
    }

    @Test(
        "without symbolic links the best model is named in a file, for all who read it",
        .enabled(if: Strace.isAvailable))
    func noLinks() throws {
        try SearchScene.with { scene in
            let without = "symlink,symlinkat:error=EPERM"
            let search = try Strace.run(
                scene.arguments("study", iterations: 8), injecting: without)
            #expect(search.status == 0, "\(search.errors)")
            let best = try String(contentsOfFile: scene.path("study/best"), encoding: .utf8)
            #expect(best.hasPrefix("models/00000"))
            #expect(try scene.search("other", iterations: 8).status == 0)
            #expect(try model(scene, "study") == model(scene, "other"))
            #expect(try model(scene, "study/best") == model(scene, "other/best"))
            for command in [["status"], ["report"], ["inspect"]] {
                let program = try Program.run(command + [scene.path("study")])
                #expect(program.status == 0, "\(command) \(program.errors)")
            }
            // Again, with and without links, to the same end.
            let more = scene.arguments("study", ["--final-epochs", "2"])
            #expect(try Strace.run(more, injecting: without).status == 0)
            let final = try String(contentsOfFile: scene.path("study/best"), encoding: .utf8)
            #expect(final.hasPrefix("final/"))
            #expect(try scene.search("other", ["--final-epochs", "2"]).status == 0)
            #expect(try model(scene, "study") == model(scene, "other"))
            #expect(try scene.search("study", iterations: 16).status == 0)
        }
    }

    @Test("a copy that followed links, with other times and names of one link only, goes on")
    func followedLinks() throws {
        try SearchScene.with { scene in
            #expect(try scene.search("study", iterations: 8).status == 0)
            let copy = Process()
            copy.executableURL = URL(filePath: "/bin/cp")
            copy.arguments = ["-rL", scene.path("study"), scene.path("copy")]
            try copy.run()
            copy.waitUntilExit()
            #expect(try model(scene, "copy") == model(scene, "study"))
            for study in ["copy", "study"] {
                let search = try scene.search(study)
                #expect(search.status == 0, "\(search.errors)")
            }
            #expect(try scene.summary("copy") == scene.summary("study"))
            #expect(try model(scene, "copy") == model(scene, "study"))
            try scene.expectTrainedOnce("copy")
            let best = scene.path("copy/best")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: best).count > 0)
        }
    }

    @Test(
        "a copy without the log, or without the whole database, takes results from files and backup"
    )
    func withoutLog() throws {
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", ["--quiet"]))
            try scene.wait { scene.logs("study").count > 3 }
            kill(process.processIdentifier, SIGKILL)
            for worker in scene.workers() { kill(worker, SIGKILL) }
            process.waitUntilExit()
            for (name, removed) in [("a", ["-wal", "-shm"]), ("b", ["", "-wal", "-shm"])] {
                try FileManager.default.copyItem(
                    atPath: scene.path("study"), toPath: scene.path(name))
                for ending in removed {
                    try? FileManager.default.removeItem(
                        atPath: scene.path("\(name)/study.sqlite\(ending)"))
                }
                let status = try Program.run("status", scene.path(name))
                #expect(status.status == 0 || status.errors.contains("give that command again"))
                let search = try scene.search(name)
                #expect(search.status == 0, "\(search.errors)")
                try scene.expectTrainedOnce(name)
            }
            #expect(try scene.search("whole").status == 0)
            #expect(try scene.summary("a") == scene.summary("whole"))
            #expect(try scene.summary("b") == scene.summary("whole"))
        }
    }
}
