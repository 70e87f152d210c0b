import Foundation
import SegNASHost
import Testing

@testable import SegNASStudy

@Suite("Slurm: workers as jobs")
struct SlurmLauncherTests {
    private let slurm = FakeSlurm()
    private let study = StudyFolder("/shared/my study 5%")

    private func launcher(
        _ resources: String = "", maxMemory: ByteCount? = ByteCount(8 << 30)
    ) -> SlurmLauncher {
        SlurmLauncher(
            study: study, options: SlurmOptions(resources: resources), maxMemory: maxMemory,
            arguments: { ["worker", $0.study.path, "\($0.trial)"] }, now: { slurm.now },
            run: { command, limit throws(Command.Failure) in try slurm.run(command, limit) })
    }

    private func order(_ trial: Int = 12, attempt: Int = 1) -> LaunchOrder {
        LaunchOrder(study: study, trial: trial, attempt: attempt, slot: "slurm/0")
    }

    private var folder: TrialFolder { order().folder }

    @Test("a job runs the worker itself, is found by its name, and is not repeated by Slurm")
    func submission() throws {
        let launcher = launcher("partition=gpu cpus-per-task=2")
        var order = order()
        order.memory = ByteCount(1 << 30)
        let job = try launcher.launch(order)
        let arguments = slurm.last("sbatch")
        for argument in [
            "--parsable", "--no-requeue", "--nodes=1", "--ntasks=1", "--signal=B:USR1@60",
            "--partition=gpu", "--cpus-per-task=2", "--open-mode=append", "--mem=2356M",
            "--output=/shared/my study 5%%/trials/000012/log",
        ] {
            #expect(arguments.contains(argument), "\(argument) in \(arguments)")
        }
        let line = try #require(arguments.first { $0.hasPrefix("--wrap=") })
        #expect(
            line.hasPrefix("--wrap=exec /") && line.hasSuffix(" worker '/shared/my study 5%' 12"))
        let name = slurm.jobs[0].name
        #expect(name.hasPrefix("segnas3d-") && name.hasSuffix("-12-1"))
        #expect(job.text == "slurm 100 \(name)")
        // A copy of the study has other names.
        let copy = SlurmLauncher(
            study: StudyFolder("/shared/copy"), options: SlurmOptions(), maxMemory: nil,
            arguments: { _ in [] }, now: { 0 },
            run: { command, limit throws(Command.Failure) in try slurm.run(command, limit) })
        #expect(copy.look(at: job, in: folder) == .gone(.elsewhere))
        #expect(launcher.look(at: JobHandle("17 3 boot"), in: folder) == .unknown)
    }

    @Test("a job after the first has all memory there may be; what the user gives stands")
    func memory() throws {
        let plain = launcher()
        var order = order(attempt: 2)
        order.memory = ByteCount(1 << 30)
        _ = try plain.launch(order)
        #expect(slurm.last("sbatch").contains("--mem=8192M"))
        _ = try launcher("mem-per-cpu=3G").launch(order)
        #expect(!slurm.last("sbatch").contains { $0.hasPrefix("--mem=") })
        let tensors = ByteCount(10 << 30)
        let there = SlurmLauncher.tensors(in: SlurmLauncher.memory(ofTensors: tensors))
        #expect(abs(Double(there.bytes) - Double(tensors.bytes)) < 4)
        #expect(SlurmLauncher.tensors(in: ByteCount(1000)) == ByteCount(0))
    }

    @Test("the time of a job follows from the trainings so far, within what the partition allows")
    func time() throws {
        var order = order()
        order.seconds = 3600
        let launcher = launcher()
        _ = try launcher.launch(order)
        #expect(!slurm.last("sbatch").contains { $0.hasPrefix("--time=") })
        try launcher.check()
        _ = try launcher.launch(order)
        #expect(slurm.last("sbatch").contains("--time=150"))
        order.seconds = 1e6
        _ = try launcher.launch(order)
        #expect(slurm.last("sbatch").contains("--time=1440"))
        let own = self.launcher("time=4:00:00")
        try own.check()
        _ = try own.launch(order)
        #expect(slurm.last("sbatch").filter { $0.hasPrefix("--time=") } == ["--time=4:00:00"])
    }

    @Test(
        "what Slurm says of a job is a hint",
        arguments: [
            ("PENDING", "Priority", 0, JobState.waiting),
            ("PENDING", "launch failed requeued held", 0, .unknown),
            ("PENDING", "JobHeldAdmin", 0, .unknown), ("SUSPENDED", "None", 0, .waiting),
            ("RUNNING", "lab1", 0, .alive), ("COMPLETING", "None", 0, .alive),
            ("COMPLETED", "None", 0, .unknown), ("NODE_FAIL", "NodeDown", 0, .unknown),
            ("FAILED", "NonZeroExitCode", 130 << 8, .gone(.code(130))),
            ("FAILED", "JobLaunchFailure", 9, .gone(.signal(9))),
            ("CANCELLED", "None", 15, .gone(.signal(15))),
            ("PREEMPTED", "None", 0, .gone(.signal(15))),
            ("TIMEOUT", "TimeLimit", 15, .gone(.timeLimit)),
            ("OUT_OF_MEMORY", "OutOfMemory", 125, .gone(.outOfMemory)),
            ("SOMETHING_NEW", "None", 0, .unknown),
        ])
    func states(_ state: String, _ reason: String, _ exit: Int32, _ expected: JobState) throws {
        let launcher = launcher()
        let job = try launcher.launch(order())
        #expect(launcher.look(at: job, in: folder) == .waiting)
        slurm.now = 10
        slurm.jobs[0].state = state
        slurm.jobs[0].reason = reason
        slurm.jobs[0].exitStatus = exit
        #expect(launcher.look(at: job, in: folder) == expected)
    }

    @Test("a job that was cancelled while it waited has no reason, and is gone")
    func cancelledEarly() throws {
        let line =
            "7".padding(toLength: 20, withPad: " ", startingAt: 0)
            + "name".padding(toLength: 100, withPad: " ", startingAt: 0)
            + "CANCELLED".padding(toLength: 80, withPad: " ", startingAt: 0) + "0"
        #expect(SlurmJob(line: line.utf8)?.jobState == .gone(.signal(15)))
        #expect(SlurmJob(line: "slurm_load_jobs error: Socket timed out".utf8) == nil)
    }

    @Test("all jobs are asked for at once, and rarely; a forgotten one is unknown")
    func asking() throws {
        let launcher = launcher()
        let jobs = try (0..<200).map { try launcher.launch(order($0)) }
        for second in 0..<120 {
            slurm.now = Double(second)
            for job in jobs { _ = launcher.look(at: job, in: folder) }
        }
        #expect((2...5).contains(slurm.count("squeue")), "\(slurm.count("squeue"))")
        slurm.jobs = []
        slurm.now = 1000
        #expect(launcher.look(at: jobs[0], in: folder) == .unknown)
    }

    @Test(
        "with many jobs one is submitted all the time, and the queue is asked rarely all the same")
    func askingWithChanges() throws {
        let launcher = launcher()
        let jobs = try (0..<200).map { try launcher.launch(order($0)) }
        for second in 0..<120 {
            slurm.now = Double(second)
            for job in jobs { _ = launcher.look(at: job, in: folder) }
            let new = try launcher.launch(order(200 + second))
            #expect(launcher.look(at: new, in: folder) == .waiting)
        }
        #expect((6...10).contains(slurm.count("squeue")), "\(slurm.count("squeue"))")
    }

    @Test("launchers that share a queue ask once for all their jobs, and end no jobs of each other")
    func sharing() throws {
        func run(_ command: Command, _ limit: Double) throws(Command.Failure) -> Command.Output {
            try slurm.run(command, limit)
        }
        let queue = SlurmQueue(run: run, now: { slurm.now })
        let folders = (0..<5).map { "/shared/study/final/\($0).job" }
        let launchers = folders.map { folder in
            SlurmLauncher(
                study: StudyFolder(folder), options: SlurmOptions(), maxMemory: nil, queue: queue,
                arguments: { _ in [] }, now: { slurm.now }, run: run)
        }
        let jobs = try zip(launchers, folders).map {
            try $0.launch(LaunchOrder(errand: $1, slot: "slurm/0"))
        }
        for index in slurm.jobs.indices { slurm.jobs[index].state = "RUNNING" }
        for second in 1...300 {
            slurm.now = Double(second)
            for (index, launcher) in launchers.enumerated() {
                let state = launcher.look(at: jobs[index], in: TrialFolder(folders[index]))
                #expect(state == .alive)
            }
        }
        #expect((55...65).contains(slurm.count("squeue")), "\(slurm.count("squeue"))")
        #expect(slurm.count("scancel") == 0)
        launchers[0].cancelWaiting()
        #expect(slurm.count("scancel") == 0)
    }

    @Test("a controller that does not answer says nothing about jobs")
    func down() throws {
        let launcher = launcher()
        let job = try launcher.launch(order())
        slurm.now = 10
        slurm.isDown = true
        #expect(launcher.look(at: job, in: folder) == .unreachable)
        #expect(throws: SlurmError.self) {
            try launcher.find(
                Attempt(trial: 12, number: 1, state: .submitting, slot: ""), in: folder)
        }
        #expect(throws: UncertainLaunch.self) { try launcher.launch(order(13)) }
        slurm.isDown = false
        slurm.now = 100
        #expect(launcher.look(at: job, in: folder) == .waiting)
    }

    @Test("a submission that takes too long may have worked: its job is found by its name")
    func late() throws {
        let launcher = launcher()
        (slurm.hangs, slurm.worksLate) = (true, true)
        #expect(throws: UncertainLaunch.self) { try launcher.launch(order()) }
        slurm.hangs = false
        slurm.now = 10
        let attempt = Attempt(trial: 12, number: 1, state: .submitting, slot: "slurm/0")
        let job = try launcher.find(attempt, in: folder)
        #expect(job?.text.hasPrefix("slurm 100 ") == true)
        let other = Attempt(trial: 12, number: 2, state: .submitting, slot: "slurm/0")
        #expect(try launcher.find(other, in: folder) == nil)
    }

    @Test(
        "a refusal is one unless it passes by itself",
        arguments: [
            ("sbatch: error: invalid partition specified: nope", false),
            (
                "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
                true
            ),
            ("sbatch: error: QOSMaxSubmitJobPerUserLimit", true),
        ])
    func refusals(_ words: String, passes: Bool) {
        slurm.refusal = words
        let launcher = launcher("partition=nope")
        if passes {
            #expect(throws: UncertainLaunch.self) { try launcher.launch(order()) }
            #expect(throws: SlurmError.unreachable(words)) { try launcher.check() }
        } else {
            #expect(throws: SlurmError.refused("partition=nope", words)) {
                try launcher.launch(order())
            }
            #expect(throws: SlurmError.refused("partition=nope", words)) { try launcher.check() }
        }
    }

    @Test("a worker that runs is asked before it is ended; one that waits is ended at once")
    func canceling() throws {
        let launcher = launcher()
        let job = try launcher.launch(order())
        slurm.jobs[0].state = "RUNNING"
        slurm.now = 10
        #expect(launcher.look(at: job, in: folder) == .alive)
        launcher.cancel(job, in: folder)
        let named = slurm.jobs.map { "--name=\($0.name)" }[0]
        #expect(slurm.last("scancel") == ["--quiet", named, "--batch", "--signal=TERM", "100"])
        launcher.cancel(job, in: folder)
        #expect(slurm.last("scancel") == ["--quiet", named, "100"])
        let waiting = try launcher.launch(order(13))
        slurm.now = 20
        #expect(launcher.look(at: waiting, in: folder) == .waiting)
        launcher.cancel(waiting, in: folder)
        #expect(
            slurm.last("scancel") == ["--quiet", "--name=\(slurm.jobs[1].name)", "101"])
        slurm.now = 22
        #expect(launcher.look(at: waiting, in: folder) == .gone(.signal(15)))
    }

    @Test("when the search has ended, what waits is cancelled, and what runs ends by itself")
    func waiting() throws {
        let launcher = launcher()
        for trial in 12..<15 { _ = try launcher.launch(order(trial)) }
        slurm.jobs[0].state = "RUNNING"
        slurm.jobs[1].reason = "launch failed requeued held"
        launcher.cancelWaiting()
        #expect(slurm.jobs.map(\.state) == ["RUNNING", "CANCELLED", "CANCELLED"])
    }

    @Test("jobs that nobody waits for are ended, but not at once")
    func strays() throws {
        let launcher = launcher()
        let wanted = try launcher.launch(order())
        _ = try launcher.launch(order(13))
        for _ in 0..<9 {
            slurm.now += 6
            _ = launcher.look(at: wanted, in: folder)
        }
        #expect(slurm.count("scancel") == 0)
        for _ in 0..<9 {
            slurm.now += 6
            _ = launcher.look(at: wanted, in: folder)
        }
        #expect(slurm.jobs.map(\.state) == ["PENDING", "CANCELLED"])
    }
}
