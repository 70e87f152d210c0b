import Foundation
import Glibc
import SegNASHost
import SegNASRandomness
import SegNASStudy
import TestSupport
import Testing

/// Real faults of the machine while a search runs.
///
/// After each: no finished trial is lost, none is trained twice (as the workers' logs show), no process is left, and
/// the study goes on to the result of a search that was not disturbed. `make faults` runs more of the random kills.
@Suite("Faults", .serialized)
struct FaultTests {
    @Test("kill -9 of a worker in the middle of its training: the search goes on by itself")
    func worker() throws {
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", SearchScene.patience))
            for _ in 0..<3 {
                try scene.waitForEpoch("study")
                for worker in scene.workers() { kill(worker, SIGKILL) }
                usleep(300_000)
            }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            try scene.expectUndisturbedEnd("study")
        }
    }

    @Test(
        "a worker that is asked to end twice, as by a batch system and its search, still saves its state"
    )
    func askedTwice() throws {
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", SearchScene.patience))
            try scene.waitForEpoch("study")
            for worker in scene.workers() {
                kill(worker, SIGTERM)
                usleep(1000)
                kill(worker, SIGTERM)
            }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let lines = try scene.attemptEnds("study").map(\.lastLines)
            #expect(lines.contains { $0.contains("is interrupted: run the same command") })
            try scene.expectUndisturbedEnd("study")
        }
    }

    @Test("kill -9 of the coordinator: its worker goes on, and the next search adopts it")
    func coordinator() throws {
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", SearchScene.patience))
            try scene.waitForEpoch("study")
            for worker in scene.workers() { kill(worker, SIGSTOP) }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let orphans = scene.workers()
            #expect(orphans.count == 1)
            for worker in orphans { kill(worker, SIGCONT) }
            try scene.expectUndisturbedEnd("study")
            let starts = scene.logs("study").values.map { $0.count { $0.hasPrefix("start ") } }
            #expect(starts.allSatisfy { $0 == 1 }, "the orphan was not adopted")
        }
    }

    @Test("kill -9 of the coordinator in the moment when it starts a worker")
    func startingWorker() throws {
        try SearchScene.with { scene in
            for _ in 0..<4 {
                let process = try Program.start(scene.arguments("study", SearchScene.patience))
                while process.isRunning, scene.workers().isEmpty { usleep(200) }
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            try scene.expectUndisturbedEnd("study")
        }
    }

    @Test("kill -9 of both")
    func both() throws {
        try SearchScene.with { scene in
            try scene.killBoth("study")
            try scene.expectUndisturbedEnd("study")
        }
    }

    @Test(
        "what the kernel kills for want of memory is out of memory, and the search goes on",
        .enabled(if: MemoryGroup.isAvailable))
    func kernel() throws {
        try SearchScene.with { scene in
            let group = try MemoryGroup(bytes: 360 << 20)
            defer { group.remove() }
            // Workers may take more than there is; of an option given twice the last counts.
            let space = "schema: 1\nn: [2, 65]\np: 1\nsup: 0\nres: 1\nops: [2]\n"
            try Data(space.utf8).write(to: scene.folder.appending(path: "space.yaml"))
            let process = try group.run(
                [Program.url.path]
                    + scene.arguments(
                        "study", iterations: 6, ["--memory-limit", "64GiB", "--size", "48"]))
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(scene.processes().isEmpty)
            let trials = try scene.trials("study")
            #expect(trials.contains { $0.state == .completed })
            let shortages = trials.compactMap { trial in
                if case .outOfMemory(let shortage) = trial.end { shortage } else { nil }
            }
            #expect(!shortages.isEmpty)
            #expect(group.kills == shortages.count)
            for shortage in shortages {
                #expect(shortage.kind == .real)
                #expect(shortage.limit == 360 << 20 && shortage.needed > shortage.limit / 2)
            }
        }
    }

    @Test("a checkpoint that was cut short is not used")
    func checkpoint() throws {
        try SearchScene.with { scene in
            try scene.killBoth("study", worker: SIGTERM)
            var damaged = 0
            let files = try #require(
                FileManager.default.enumerator(atPath: scene.path("study/trials")))
            for case let name as String in files
            where name.contains("/checkpoints/") && name.hasSuffix(".safetensors") {
                damaged += 1
                truncate(scene.path("study/trials/\(name)"), 1000)
            }
            #expect(damaged > 0)
            try scene.expectUndisturbedEnd("study")
        }
    }

    @Test(
        "a database that is garbage or cut short is refused and left as it is",
        arguments: [0, 3000])
    func database(_ length: Int) throws {
        try SearchScene.with { scene in
            #expect(try scene.search("study", iterations: 8).status == 0)
            let file = scene.folder.appending(path: "study/study.sqlite")
            let bytes =
                length == 0
                ? Data(repeating: 7, count: 5000) : try Data(contentsOf: file).prefix(length)
            try bytes.write(to: file)
            for arguments in [
                scene.arguments("study", iterations: 8), ["status", scene.path("study")],
            ] {
                let program = try Program.run(arguments)
                #expect(program.status == 1)
                #expect(program.errors.contains("study.sqlite is damaged ("), "\(program.errors)")
            }
            #expect(try Data(contentsOf: file) == bytes)
        }
    }

    @Test("a clock that was set back changes nothing", .enabled(if: Self.hasFaketime))
    func clock() throws {
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", SearchScene.patience))
            try scene.waitForEpoch("study")
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            let later = Process()
            later.executableURL = URL(filePath: "/usr/bin/faketime")
            later.arguments =
                ["-f", "-2d", Program.url.path] + scene.arguments("study", SearchScene.patience)
            try later.run()
            later.waitUntilExit()
            #expect(later.terminationStatus == 0)
            try scene.expectUndisturbedEnd("study")
        }
    }

    private static let hasFaketime = access("/usr/bin/faketime", X_OK) == 0

    @Test(
        "a full disk stops the search, which goes on when there is room",
        .enabled(if: getuid() == 0))
    func disk() throws {
        try SearchScene.with { scene in
            let room = try SmallDisk(scene.path("disk"))
            defer { room.unmount() }
            // Once the workers cannot write their checkpoints, once the coordinator cannot write its database.
            for isWorkers in [true, false] {
                let study = "disk/\(isWorkers)"
                let errors = Drain()
                let process = try Program.start(
                    scene.arguments(study, SearchScene.patience), errors: errors)
                try scene.wait { scene.logs(study).count >= (isWorkers ? 1 : 2) }
                try room.fill()
                process.waitUntilExit()
                #expect(process.terminationStatus == 1)
                #expect(errors.text.contains("disk is full"))
                #expect(scene.processes().isEmpty)
                try room.free()
                try scene.expectUndisturbedEnd(study)
            }
        }
    }

    @Test("killed at random, coordinator and workers, again and again")
    func random() throws {
        let count = ProcessInfo.processInfo.environment["SEGNAS3D_KILLS"].flatMap { Int($0) } ?? 6
        try SearchScene.with(iterations: max(14, count)) { scene in
            var generator = SeededGenerator(seed: UInt64(count))
            var hits = 0
            for _ in 0..<count {
                let process = try Program.start(scene.arguments("study", SearchScene.patience))
                usleep(UInt32(generator.index(below: 1_500_000)))
                hits += process.isRunning ? 1 : 0
                let kind = generator.index(below: 3)
                if kind != 1 { kill(process.processIdentifier, SIGKILL) }
                if kind != 0 { for worker in scene.workers() { kill(worker, SIGKILL) } }
                if kind == 1 {
                    usleep(UInt32(generator.index(below: 500_000)))
                    kill(process.processIdentifier, SIGKILL)
                }
                process.waitUntilExit()
            }
            print("\(hits) of \(count) kills hit a search at work")
            #expect(hits > count / 2)
            try scene.expectUndisturbedEnd("study")
        }
    }
}
