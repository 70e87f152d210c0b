import Foundation
import Glibc
import SegNASHost
import SegNASRandomness
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

/// What happens to clusters, for real, while a search runs on one.
///
/// After each: no finished trial is lost, none is counted twice, no job is left, and the results are those of a search
/// that was not disturbed. They take minutes: `make slurm` runs them.
@Suite(
    "Slurm: faults", .serialized, .enabled(if: SlurmLab.isInstalled, SlurmLab.absence),
    .enabled(
        if: ProcessInfo.processInfo.environment["SEGNAS3D_SLURM"] != nil, "make slurm runs it"),
    .timeLimit(.minutes(5)))
struct SlurmFaultTests {
    /// Trainings of some seconds.
    private static let long = ["--epochs", "120", "--sampler", "random", "--iterations", "5"]

    /// Disturbs a search of long trainings, and compares it with one that is not.
    private func disturb(
        jobs: Int = 2, _ more: [String] = [],
        _ disturbance: (SlurmLab, SearchScene, Process) throws -> Void
    ) throws {
        try SlurmLab.with { lab in
            try SearchScene.with { scene in
                let whole = try scene.search(
                    "whole", SearchScene.patience + Self.long + ["--workers", "2"])
                try #require(whole.status == 0, "\(whole.errors)")
                let errors = Drain()
                let process = try Program.start(
                    scene.slurmArguments("study", jobs: jobs, Self.long + more), errors: errors)
                try scene.wait {
                    scene.logs("study").values.contains { $0.last?.hasPrefix("epoch 5 ") == true }
                }
                try disturbance(lab, scene, process)
                process.waitUntilExit()
                #expect(process.terminationStatus == 0, "\(errors.text)")
                #expect(try scene.results("study") == scene.results("whole"))
                scene.expectPublishedOnce("study")
                #expect(scene.workers().isEmpty)
            }
        }
    }

    @Test("a node is lost while its job runs on")
    func node() throws {
        try disturb { lab, scene, _ in
            try lab.kill("slurmd-lab1")
            // Slurm gives the node up after some 18 seconds.
            sleep(25)
            try lab.repair()
        }
    }

    @Test("the controller is killed, and comes back with what it had saved before its jobs began")
    func controller() throws {
        try disturb { lab, _, _ in
            try lab.kill("slurmctld")
            sleep(6)
            try lab.repair()
        }
    }

    @Test("a job is put back into the queue and runs again")
    func requeued() throws {
        try disturb { lab, _, _ in
            for job in try lab.jobs("RUNNING") {
                try lab.call("scontrol", "update", "jobid=\(job)", "requeue=1")
                try lab.call("scontrol", "requeue", job)
            }
        }
    }

    @Test("more urgent jobs end those of the search")
    func preempted() throws {
        try disturb { lab, scene, _ in
            let urgent = try lab.call(
                "sbatch", "--parsable", "--partition=urgent", "--nodes=2", "--exclusive",
                "--output=/dev/null", "--wrap=sleep 5")
            #expect(urgent.status == 0, "\(urgent.errors)")
            try scene.wait {
                try scene.attemptEnds("study").contains { $0.reason == .preempted }
            }
        }
    }

    @Test("jobs that wait are cancelled by somebody")
    func canceled() throws {
        try disturb(jobs: 5, ["--slurm", "cpus-per-task=1 mem=9G"]) { lab, scene, _ in
            try scene.wait { try !lab.jobs("PENDING").isEmpty }
            for job in try lab.jobs("PENDING") { try lab.call("scancel", job) }
        }
    }

    @Test("the time of jobs is over: each goes on from its checkpoint in another")
    func timeLimit() throws {
        // Workers are asked to end some ten seconds after they have begun.
        try disturb(
            [
                "--slurm", "cpus-per-task=1 time=1 signal=B:USR1@50", "--epochs", "600",
                "--iterations", "3",
            ]
        ) { lab, scene, _ in
            try scene.wait {
                try scene.attemptEnds("study").contains {
                    $0.reason == .preempted && $0.hasProgressed
                }
            }
        }
    }

    @Test("everything is killed at random, again and again")
    func random() throws {
        let count = ProcessInfo.processInfo.environment["SEGNAS3D_SLURM"].flatMap { Int($0) } ?? 8
        try SlurmLab.with { lab in
            try SearchScene.with(iterations: max(14, count)) { scene in
                var generator = SeededGenerator(seed: UInt64(count))
                var process = try Program.start(scene.slurmArguments("study", jobs: 1))
                for _ in 0..<count {
                    usleep(UInt32(generator.index(below: 4_000_000)))
                    switch generator.index(below: 5) {
                    case 0, 1:
                        kill(process.processIdentifier, SIGKILL)
                        process.waitUntilExit()
                    case 2: for worker in scene.workers() { kill(worker, SIGKILL) }
                    case 3: try lab.kill("slurmctld")
                    default: try lab.kill("slurmd-lab\(1 + generator.index(below: 2))")
                    }
                    usleep(UInt32(generator.index(below: 1_000_000)))
                    try lab.repair()
                    if !process.isRunning {
                        process = try Program.start(scene.slurmArguments("study", jobs: 1))
                    }
                }
                process.waitUntilExit()
                let last = try Program.run(scene.slurmArguments("study", jobs: 1))
                #expect(last.status == 0, "\(last.errors)")
                #expect(try scene.summary("study") == scene.undisturbed())
                scene.expectPublishedOnce("study")
            }
        }
    }
}
