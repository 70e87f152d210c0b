import Foundation
import Glibc
import SegNASHost
import SegNASRandomness
import SegNASStudy
import Synchronization
import TestSupport
import Testing

extension SlurmTests {
    /// Faults of a cluster, caused on a real Slurm.
    ///
    /// After each: every trial is counted once and was trained to its end once, the results are those of a search of
    /// this machine that nothing disturbed, and no job is left.
    @Suite("Faults")
    struct Faults {
        @Test(
            "the controller is killed after a submission, with what it has not saved, and restarted",
            arguments: [0, 3])
        func controller(_ seconds: UInt32) throws {
            // A job that Slurm has forgotten is given up by its silence.
            try SlurmSearch.with(.init(hangTimeout: "20s")) { search in
                try search.wait { try !search.lab.jobs().isEmpty }
                let workers = seconds == 0 ? [] : try search.holdWorkers()
                sleep(seconds)
                try search.lab.kill(.controller)
                try search.lab.repair()
                search.release(workers)
                try search.expectUndisturbedEnd()
            }
        }

        @Test("a node is lost, and its jobs run on: their results count, and no other job is begun")
        func lostNode() throws {
            try SlurmSearch.with { search in
                let workers = try search.holdWorkers(2)
                try search.lab.loseFirstNode()
                try search.wait { try !search.lab.jobs("NODE_FAIL").isEmpty }
                // The search asks the queue every five seconds.
                sleep(6)
                search.release(workers)
                try search.expectUndisturbedEnd()
                #expect(search.starts == 2)
            }
        }

        @Test("a job is requeued: its trial goes on in the second run of the job")
        func requeued() throws {
            try SlurmSearch.with(.init(jobs: 1)) { search in
                // Slurm wakes those that it ends.
                _ = try search.holdWorkers()
                let job = try #require(try search.lab.jobs().first)
                try search.lab.command("scontrol", "update", "jobid=\(job)", "requeue=1")
                try search.lab.command("scontrol", "requeue", job)
                try search.expectUndisturbedEnd()
                #expect(search.starts == 3)
                #expect(try search.ends() == [.result, .result])
            }
        }

        @Test(
            "a job is requeued from a node that was lost, and runs twice: one trains, and its result counts"
        )
        func twice() throws {
            try SlurmSearch.with(.init(jobs: 1)) { search in
                let workers = try search.holdWorkers()
                let job = try #require(try search.lab.jobs().first)
                try search.lab.command("scontrol", "update", "jobid=\(job)", "requeue=1")
                try search.lab.loseFirstNode()
                try search.wait { search.lines.contains { $0.hasPrefix("waits for ") } }
                search.release(workers)
                try search.expectUndisturbedEnd()
                #expect(try search.ends() == [.result, .result])
            }
        }

        @Test("jobs that are preempted go on from their checkpoints when there is room")
        func preempted() throws {
            try SlurmSearch.with { search in
                _ = try search.holdWorkers(2)
                try search.lab.command(
                    "sbatch", "--partition=urgent", "--nodes=2", "--exclusive",
                    "--output=/dev/null",
                    "--wrap=sleep 3")
                try search.expectUndisturbedEnd()
                #expect(try search.ends() == [.preempted, .result, .preempted, .result])
            }
        }

        @Test("a job that waits is cancelled by the user: the trial gets another one")
        func cancelled() throws {
            try SlurmSearch.with(.init(jobs: 1)) { search in
                let workers = try search.holdWorkers()
                try search.lab.command("scontrol", "update", "partitionname=main", "state=down")
                search.release(workers)
                try search.wait { try !search.lab.jobs("PENDING").isEmpty }
                let job = try #require(try search.lab.jobs("PENDING").first)
                try search.lab.command("scancel", job)
                try search.lab.command("scontrol", "update", "partitionname=main", "state=up")
                try search.expectUndisturbedEnd()
                #expect(try search.ends() == [.result, .preempted, .result])
            }
        }

        @Test("the time of a job nears its end: its worker is asked to save, and the trial goes on")
        func timeLimit() throws {
            // Asked 10 seconds after the begin.
            try SlurmSearch.with(.init(jobs: 1, slurm: "time=1 signal=B:USR1@50")) { search in
                let workers = try search.holdWorkers()
                // Slurm may wake it.
                try search.wait {
                    search.starts > 1 || workers.contains { search.hasPending(SIGUSR1, $0) }
                }
                search.release(workers)
                try search.expectUndisturbedEnd()
                #expect(try search.ends() == [.preempted, .result, .result])
            }
        }

        @Test(
            "the time of a job is over without a warning, before a checkpoint: an attempt counts, and the trial goes on"
        )
        func killedAtLimit() throws {
            // Asked for by a signal that says nothing to it.
            try SlurmSearch.with(.init(jobs: 1, slurm: "time=10 signal=B:URG@1")) { search in
                let workers = try search.holdWorkers()
                let trial = try #require(search.trialsAtWork.first)
                for worker in workers { kill(worker, SIGKILL) }
                // The next worker finds the run in use, and makes no checkpoint.
                var lock: FileLock?
                try search.wait {
                    lock = try? FileLock(path: search.run(trial) + "/.lock")
                    return lock != nil
                }
                try search.wait { search.lines.contains { $0.hasPrefix("waits for ") } }
                let job = try #require(try search.lab.jobs("RUNNING").first)
                try search.lab.command("scontrol", "update", "jobid=\(job)", "endtime=now+1")
                try search.wait { try !search.lab.jobs("TIMEOUT").isEmpty }
                withExtendedLifetime(lock) {}
                lock = nil
                try search.expectUndisturbedEnd()
                let ends = try search.attemptEnds()
                #expect(ends.map(\.reason) == [.crashed, .timeLimit, .result, .result])
                #expect(ends.map(\.counts) == [false, true, false, false])
            }
        }

        @Test(
            "the disk of the study is full: the search stops without jobs, and goes on later",
            .enabled(if: getuid() == 0))
        func fullDisk() throws {
            try SlurmSearch.with(.init(jobs: 1, hasOwnDisk: true)) { search in
                try search.workerAtWork()
                let disk = try #require(search.disk)
                try disk.fill()
                search.process.waitUntilExit()
                #expect(search.process.terminationStatus == 1)
                #expect(search.errors.text.contains("disk is full"))
                #expect(try search.lab.jobs().isEmpty)
                try disk.free()
                try search.expectUndisturbedEnd()
            }
        }

        @Test(
            "the disk of a node is full: jobs that cannot start there run elsewhere",
            .enabled(if: getuid() == 0))
        func fullNode() throws {
            try SlurmLab.with { lab in
                let spool = try lab.fillFirstNode()
                defer { spool.unmount() }
                try SlurmSearch.with(in: lab) { search in
                    try search.expectUndisturbedEnd()
                    #expect(try search.ends().contains(.preempted))
                }
            }
        }

        @Test(
            "a node is lost with its worker: the trial goes on after minutes of silence",
            .enabled(if: SlurmLab.kills != nil, "it takes minutes: make faults"))
        func silence() throws {
            try SlurmSearch.with { search in
                let workers = try search.holdWorkers(2)
                try search.lab.loseFirstNode()
                for worker in workers { kill(worker, SIGKILL) }
                try search.lab.repair()
                try search.expectUndisturbedEnd()
                #expect(search.starts == 4)
            }
        }

        @Test("everything is killed at random, again and again")
        func random() throws {
            let count = SlurmLab.kills ?? 8
            try SlurmSearch.with(
                .init(iterations: 4 * count, epochs: 30, hangTimeout: "20s")
            ) { search in
                var generator = SeededGenerator(seed: UInt64(count))
                var hits = 0
                for _ in 0..<count {
                    try search.wait { try !search.process.isRunning || !search.lab.jobs().isEmpty }
                    usleep(UInt32(generator.index(below: 2_000_000)))
                    hits += search.process.isRunning ? 1 : 0
                    try search.kill(generator.index(below: 6))
                    try search.lab.repair()
                    if !search.process.isRunning { try search.start() }
                }
                print("\(hits) of \(count) kills hit a search at work")
                #expect(hits > count / 2)
                try search.expectUndisturbedEnd()
            }
        }
    }
}

/// A search on a cluster that tests disturb.
final class SlurmSearch {
    let lab: SlurmLab
    let scene: SearchScene
    private let setting: Setting
    /// The disk of the study, if it has one of its own.
    let disk: SmallDisk?
    private(set) var process = Process()
    private(set) var errors = Drain()

    struct Setting {
        var jobs = 2
        /// Options of the jobs besides their cores.
        var slurm = ""
        var iterations = 4
        var epochs = 60
        var hangTimeout = "5m"
        var hasOwnDisk = false

        /// What results depend on; proposals do not depend on the order of results.
        var options: [String] {
            ["--iterations", "\(iterations)", "--epochs", "\(epochs)", "--sampler", "random"]
        }
    }

    /// Calls a body with a search that has begun, in this lab or one of its own.
    static func with(
        _ setting: Setting = Setting(), in lab: SlurmLab? = nil,
        _ body: (SlurmSearch) throws -> Void
    ) throws {
        guard let lab else { return try SlurmLab.with { try with(setting, in: $0, body) } }
        try SearchScene.with { scene in
            let disk = setting.hasOwnDisk ? try SmallDisk(scene.path("disk")) : nil
            defer { disk?.unmount() }
            let search = SlurmSearch(lab, scene, setting, disk)
            try search.start()
            try body(search)
        }
    }

    private init(_ lab: SlurmLab, _ scene: SearchScene, _ setting: Setting, _ disk: SmallDisk?) {
        (self.lab, self.scene, self.setting, self.disk) = (lab, scene, setting, disk)
    }

    private var study: String { disk == nil ? "study" : "disk/study" }

    /// Of an option that is given twice the last counts.
    private var arguments: [String] {
        scene.slurmArguments(study, jobs: setting.jobs, setting.options)
            + [
                "--slurm", "cpus-per-task=1 \(setting.slurm)", "--hang-timeout",
                setting.hangTimeout,
            ]
    }

    func start() throws {
        errors = Drain()
        process = try Program.start(arguments, errors: errors)
    }

    /// Kills the search, its workers, the daemon of a node, the controller, all jobs, or most of these.
    func kill(_ kind: Int) throws {
        if [0, 5].contains(kind) {
            Glibc.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        if [1, 5].contains(kind) { for worker in workers { Glibc.kill(worker, SIGKILL) } }
        if kind == 2 { try lab.kill(.firstNode) }
        if [3, 5].contains(kind) { try lab.kill(.controller) }
        if kind == 4 { for job in try lab.jobs() { try lab.command("scancel", "--quiet", job) } }
    }

    func wait(minutes: Int = 1, until condition: () throws -> Bool) throws {
        for _ in 0..<minutes * 1200 {
            if try condition() { return }
            usleep(50_000)
        }
        Issue.record("waited for \(minutes) min: \(lines) \(errors.text)")
    }

    // MARK: - Its workers

    /// What they have printed.
    var lines: [String] { scene.logs(study).values.flatMap { $0 } }

    /// How often any has begun to train.
    var starts: Int { lines.count { $0.hasPrefix("start ") } }

    /// The trials that are being trained.
    var trialsAtWork: [Int] {
        scene.logs(study).filter { $0.value.last?.hasPrefix("epoch ") == true }.keys.sorted()
    }

    /// Waits until so many trials are being trained.
    func workerAtWork(_ count: Int = 1) throws { try wait { trialsAtWork.count >= count } }

    /// The folder of a trial's training.
    func run(_ trial: Int) -> String {
        TrialFolder(StudyFolder(scene.path(study)).trial(trial)).run
    }

    /// Stops so many workers at work, so that they are still there when a fault comes, however fast the machine.
    func holdWorkers(_ count: Int = 1) throws -> [pid_t] {
        try workerAtWork(count)
        let workers = workers
        #expect(workers.count >= count)
        for worker in workers { Glibc.kill(worker, SIGSTOP) }
        return workers
    }

    func release(_ workers: [pid_t]) {
        for worker in workers { Glibc.kill(worker, SIGCONT) }
    }

    /// The processes of workers; sbatch and slurmstepd have the same words among their arguments.
    var workers: [pid_t] {
        scene.workers().filter { process in
            let program = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/\(process)/exe")
            return program?.hasSuffix("/segnas3d") == true
        }
    }

    /// True if a signal waits until a process goes on.
    func hasPending(_ signal: Int32, _ process: pid_t) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").contains { line in
            let fields = line.split(separator: "\t")
            guard fields.count == 2, ["SigPnd:", "ShdPnd:"].contains(fields[0]) else {
                return false
            }
            return UInt64(fields[1], radix: 16).map { $0 & 1 << UInt64(signal - 1) != 0 } ?? false
        }
    }

    // MARK: - Its end

    /// The reasons of all attempts' ends.
    func ends() throws -> [AttemptEnd.Reason] { try attemptEnds().map(\.reason) }

    func attemptEnds() throws -> [AttemptEnd] { try scene.attemptEnds(study) }

    /// Waits for the end of the search, begun again if it has ended; its results must be those of an undisturbed one.
    func expectUndisturbedEnd() throws {
        if !process.isRunning { try start() }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(errors.text)")
        #expect(try scene.results(study) == undisturbed())
        for (trial, lines) in scene.logs(study) {
            #expect(lines.count { $0.hasPrefix("published ") } == 1, "trial \(trial): \(lines)")
        }
        // One that Slurm runs again finds its result, and ends.
        try wait { try lab.jobs().isEmpty }
        #expect(scene.processes().isEmpty)
    }

    private static let summaries = Mutex<[[String]: [String]]>([:])

    /// The results of a search of this machine, which runs once for all tests.
    private func undisturbed() throws -> [String] {
        let options = setting.options
        return try Self.summaries.withLock { summaries in
            if let known = summaries[options] { return known }
            return try SearchScene.with { scene in
                let whole = try scene.search("whole", SearchScene.patience + options)
                try #require(whole.status == 0, "\(whole.errors)")
                let results = try scene.results("whole")
                summaries[options] = results
                return results
            }
        }
    }
}
