import Foundation
import Glibc
import Host
import Randomness
import Study
import TestSupport
import Testing

/// What can happen to the machine while a search runs, really caused.
///
/// After each: no finished trial is lost, none is trained twice (as the workers' own lines tell), no process is left, and
/// the study goes on to the result of a search that was not disturbed. `make faults` runs more of the random kills.
@Suite("Faults", .serialized)
struct FaultTests {
    /// Calls a body with a scene and what an undisturbed search there comes to.
    private func withScene(
        iterations: Int = 14, _ body: (SearchScene, [String]) throws -> Void
    ) throws {
        try SearchScene.with(iterations: iterations) { scene in
            let whole = try scene.search("whole", Self.patience)
            #expect(whole.status == 0, "\(whole.errors)")
            try body(scene, try scene.summary("whole"))
        }
    }

    /// Kills count as attempts where they hit before the first checkpoint.
    private static let patience = ["--attempts", "1000", "--quiet"]

    /// Carries a study on to its end, which must be that of the undisturbed one.
    private func expectSameEnd(
        _ study: String, _ scene: SearchScene, _ undisturbed: [String]
    ) throws {
        let last = try scene.search(study, Self.patience)
        #expect(last.status == 0, "\(last.errors)")
        #expect(try scene.summary(study) == undisturbed)
        try scene.expectTrainedOnce(study)
        #expect(scene.processes().isEmpty)
    }

    private func published(_ line: String) -> Bool { line.hasPrefix("published ") }

    /// Waits until a worker trains a trial that has an epoch behind it.
    private func waitForEpoch(_ study: String, _ scene: SearchScene) throws {
        try scene.wait {
            scene.logs(study).values.contains { $0.last?.hasPrefix("epoch 1 of 2") == true }
        }
    }

    /// Whether a process has let go of its files: one that gives its memory back has no command line any more, and its
    /// locks still.
    private func hasEnded(_ process: pid_t) -> Bool {
        [nil, "Z"].contains(ProcessTable.status(of: process)?.state)
    }

    /// Begins a search, and kills it in the middle of a training, and its worker, or asks that to end with a checkpoint.
    private func killBoth(
        _ study: String, _ scene: SearchScene, worker signal: Int32 = SIGKILL
    ) throws {
        let process = try Program.start(scene.arguments(study, Self.patience))
        try waitForEpoch(study, scene)
        kill(process.processIdentifier, SIGKILL)
        let workers = scene.workers()
        for worker in workers { kill(worker, signal) }
        process.waitUntilExit()
        try scene.wait { workers.allSatisfy(hasEnded) }
    }

    @Test("kill -9 of a worker in the middle of its training: the search goes on by itself")
    func worker() throws {
        try withScene { scene, undisturbed in
            let process = try Program.start(scene.arguments("study", Self.patience))
            for _ in 0..<3 {
                try waitForEpoch("study", scene)
                for worker in scene.workers() { kill(worker, SIGKILL) }
                usleep(300_000)
            }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            try expectSameEnd("study", scene, undisturbed)
        }
    }

    @Test(
        "a worker that is asked to end twice, as by a batch system and its search, still saves its state"
    )
    func askedTwice() throws {
        try withScene { scene, undisturbed in
            let process = try Program.start(scene.arguments("study", Self.patience))
            try waitForEpoch("study", scene)
            for worker in scene.workers() {
                kill(worker, SIGTERM)
                usleep(1000)
                kill(worker, SIGTERM)
            }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let lines = try scene.attemptEnds("study").map(\.lastLines)
            #expect(lines.contains { $0.contains("is interrupted: run the same command") })
            try expectSameEnd("study", scene, undisturbed)
        }
    }

    @Test("kill -9 of the coordinator: its worker goes on, and the next search adopts it")
    func coordinator() throws {
        try withScene { scene, undisturbed in
            let process = try Program.start(scene.arguments("study", Self.patience))
            try waitForEpoch("study", scene)
            for worker in scene.workers() { kill(worker, SIGSTOP) }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let orphans = scene.workers()
            #expect(orphans.count == 1)
            for worker in orphans { kill(worker, SIGCONT) }
            try expectSameEnd("study", scene, undisturbed)
            let starts = scene.logs("study").values.map { $0.count { $0.hasPrefix("start ") } }
            #expect(starts.allSatisfy { $0 == 1 }, "the orphan was not adopted")
        }
    }

    @Test("kill -9 of the coordinator in the moment when it starts a worker")
    func startingWorker() throws {
        try withScene { scene, undisturbed in
            for _ in 0..<4 {
                let process = try Program.start(scene.arguments("study", Self.patience))
                while process.isRunning, scene.workers().isEmpty { usleep(200) }
                kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            try expectSameEnd("study", scene, undisturbed)
        }
    }

    @Test("kill -9 of both")
    func both() throws {
        try withScene { scene, undisturbed in
            try killBoth("study", scene)
            try expectSameEnd("study", scene, undisturbed)
        }
    }

    @Test(
        "a worker that makes no step is ended, and the trial goes on",
        arguments: [("--trial-timeout", AttemptEnd.Reason.timedOut), ("--hang-timeout", .hung)])
    func hang(_ option: String, _ reason: AttemptEnd.Reason) throws {
        try withScene { scene, undisturbed in
            try killBoth("study", scene)
            let trial = try #require(
                scene.logs("study").first { !$0.value.contains(where: published) })
            let folder = scene.path("study/trials/\(StudyFolder.name(trial.key))")
            // The next worker waits for whoever has the lock.
            var lock: FileLock? = try FileLock(path: "\(folder)/run/.lock")
            let process = try Program.start(
                scene.arguments("study", Self.patience + [option, "15s"]))
            let starts = trial.value.count { $0.hasPrefix("start ") }
            try scene.wait {
                scene.logs("study")[trial.key]?.count { $0.hasPrefix("start ") } == starts + 2
            }
            withExtendedLifetime(lock) {}
            lock = nil
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            try expectSameEnd("study", scene, undisturbed)
            #expect(try scene.attemptEnds("study").count { $0.reason == reason } == 1)
        }
    }

    @Test("search and worker that stand still for a time, as when a batch system suspends them")
    func suspended() throws {
        try SearchScene.with { scene in
            let process = try Program.start(
                scene.arguments(
                    "study",
                    Self.patience + [
                        "--epochs", "100000", "--hang-timeout", "8s", "--time-limit", "10m",
                    ]))
            try scene.wait { scene.logs("study").values.contains { $0.count > 2 } }
            let workers = scene.workers()
            for stopped in [workers + [process.processIdentifier], workers] {
                for process in stopped { kill(process, SIGSTOP) }
                sleep(12)
                for process in stopped.reversed() { kill(process, SIGCONT) }
                sleep(2)
                #expect(scene.workers() == workers)
            }
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            #expect(scene.processes().isEmpty)
            #expect(try scene.attemptEnds("study").map(\.reason) == [.stopped])
        }
    }

    @Test("a worker that is stopped ends in order when its search does")
    func stoppedWorker() throws {
        try withScene { scene, undisturbed in
            let process = try Program.start(scene.arguments("study", Self.patience))
            try waitForEpoch("study", scene)
            for worker in scene.workers() { kill(worker, SIGSTOP) }
            kill(process.processIdentifier, SIGTERM)
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            let lines = try scene.attemptEnds("study").map(\.lastLines)
            #expect(lines.contains { $0.contains("is interrupted: run the same command") })
            try expectSameEnd("study", scene, undisturbed)
        }
    }

    @Test("what a batch system asks of a worker costs no attempt")
    func preempted() throws {
        try withScene { scene, undisturbed in
            let process = try Program.start(
                scene.arguments("study", ["--attempts", "1", "--quiet"]))
            for signal in [SIGTERM, SIGUSR1, SIGHUP] {
                try scene.wait { !scene.workers().isEmpty }
                for worker in scene.workers() { kill(worker, signal) }
                usleep(500_000)
            }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            let last = try scene.search("study", ["--attempts", "1", "--quiet"])
            #expect(last.status == 0)
            #expect(try scene.summary("study") == undisturbed)
        }
    }

    @Test("a copy of a study that runs does not touch its workers, and comes to the same end")
    func copyOfRunning() throws {
        try withScene { scene, undisturbed in
            let process = try Program.start(scene.arguments("study", Self.patience))
            try waitForEpoch("study", scene)
            let worker = scene.workers()
            for worker in worker { kill(worker, SIGSTOP) }
            kill(process.processIdentifier, SIGSTOP)
            try FileManager.default.copyItem(
                atPath: scene.path("study"), toPath: scene.path("copy"))
            let copy = try scene.search("copy", ["--attempts", "1000"])
            #expect(copy.status == 0)
            #expect(copy.errors.contains("if this is a copy of its study, both go on apart"))
            #expect(try scene.summary("copy") == undisturbed)
            #expect(worker.allSatisfy { kill($0, 0) == 0 })
            kill(process.processIdentifier, SIGCONT)
            for worker in worker { kill(worker, SIGCONT) }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            try expectSameEnd("study", scene, undisturbed)
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
        try withScene { scene, undisturbed in
            try killBoth("study", scene, worker: SIGTERM)
            var damaged = 0
            let files = try #require(
                FileManager.default.enumerator(atPath: scene.path("study/trials")))
            for case let name as String in files
            where name.contains("/checkpoints/") && name.hasSuffix(".safetensors") {
                damaged += 1
                truncate(scene.path("study/trials/\(name)"), 1000)
            }
            #expect(damaged > 0)
            try expectSameEnd("study", scene, undisturbed)
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
        try withScene { scene, undisturbed in
            let process = try Program.start(scene.arguments("study", Self.patience))
            try waitForEpoch("study", scene)
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            let later = Process()
            later.executableURL = URL(filePath: "/usr/bin/faketime")
            later.arguments =
                ["-f", "-2d", Program.url.path] + scene.arguments("study", Self.patience)
            try later.run()
            later.waitUntilExit()
            #expect(later.terminationStatus == 0)
            try expectSameEnd("study", scene, undisturbed)
        }
    }

    private static let hasFaketime = access("/usr/bin/faketime", X_OK) == 0

    @Test(
        "a full disk stops the search, which goes on when there is room",
        .enabled(if: getuid() == 0))
    func disk() throws {
        try withScene { scene, undisturbed in
            let room = try SmallDisk(scene.path("disk"))
            defer { room.unmount() }
            // Once the workers cannot write their checkpoints, once the coordinator cannot write its database.
            for isWorkers in [true, false] {
                let study = "disk/\(isWorkers)"
                let process = try Program.start(scene.arguments(study, Self.patience))
                try scene.wait { scene.logs(study).count >= (isWorkers ? 1 : 2) }
                try room.fill()
                process.waitUntilExit()
                let words = (process.standardError as? Pipe).flatMap {
                    try? $0.fileHandleForReading.readToEnd()
                }
                #expect(process.terminationStatus == 1)
                #expect(
                    String(decoding: words ?? Data(), as: UTF8.self).contains("disk is full"))
                #expect(scene.processes().isEmpty)
                try room.free()
                try expectSameEnd(study, scene, undisturbed)
            }
        }
    }

    @Test("killed at random, coordinator and workers, again and again")
    func random() throws {
        let count = ProcessInfo.processInfo.environment["SEGNAS3D_KILLS"].flatMap { Int($0) } ?? 6
        try withScene(iterations: max(14, count)) { scene, undisturbed in
            var generator = SeededGenerator(seed: UInt64(count))
            var hits = 0
            for _ in 0..<count {
                let process = try Program.start(scene.arguments("study", Self.patience))
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
            try expectSameEnd("study", scene, undisturbed)
        }
    }
}
