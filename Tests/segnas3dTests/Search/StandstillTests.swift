import Foundation
import Glibc
import SegNASHost
import SegNASStudy
import TestSupport
import Testing

/// Searches and workers that are stopped, wait or are asked to end, as batch systems do it; they must end as in
/// ``FaultTests``.
///
/// It is a separate suite, which runs beside the others, as it spends most of its time waiting.
@Suite("Standstills", .serialized)
struct StandstillTests {
    private func published(_ line: String) -> Bool { line.hasPrefix("published ") }

    @Test(
        "a worker that makes no step is ended, and the trial goes on",
        arguments: [("--trial-timeout", AttemptEnd.Reason.timedOut), ("--hang-timeout", .hung)])
    func hang(_ option: String, _ reason: AttemptEnd.Reason) throws {
        try SearchScene.with { scene in
            try scene.killBoth("study")
            let trial = try #require(
                scene.logs("study").first { !$0.value.contains(where: published) })
            let folder = scene.path("study/trials/\(StudyFolder.name(trial.key))")
            // The next worker waits for whoever has the lock.
            var lock: FileLock? = try FileLock(path: "\(folder)/run/.lock")
            let process = try Program.start(
                scene.arguments("study", SearchScene.patience + [option, "15s"]))
            let starts = trial.value.count { $0.hasPrefix("start ") }
            try scene.wait {
                scene.logs("study")[trial.key]?.count { $0.hasPrefix("start ") } == starts + 2
            }
            withExtendedLifetime(lock) {}
            lock = nil
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            try scene.expectUndisturbedEnd("study")
            #expect(try scene.attemptEnds("study").count { $0.reason == reason } == 1)
        }
    }

    @Test("search and worker that stand still for a time, as when a batch system suspends them")
    func suspended() throws {
        try SearchScene.with { scene in
            let process = try Program.start(
                scene.arguments(
                    "study",
                    SearchScene.patience + [
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
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", SearchScene.patience))
            try scene.waitForEpoch("study")
            for worker in scene.workers() { kill(worker, SIGSTOP) }
            kill(process.processIdentifier, SIGTERM)
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            let lines = try scene.attemptEnds("study").map(\.lastLines)
            #expect(lines.contains { $0.contains("is interrupted: run the same command") })
            try scene.expectUndisturbedEnd("study")
        }
    }

    @Test("what a batch system asks of a worker costs no attempt")
    func preempted() throws {
        try SearchScene.with { scene in
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
            #expect(try scene.summary("study") == scene.undisturbed())
        }
    }

    @Test("a copy of a study that runs does not touch its workers, and comes to the same end")
    func copyOfRunning() throws {
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", SearchScene.patience))
            try scene.waitForEpoch("study")
            let worker = scene.workers()
            for worker in worker { kill(worker, SIGSTOP) }
            kill(process.processIdentifier, SIGSTOP)
            try FileManager.default.copyItem(
                atPath: scene.path("study"), toPath: scene.path("copy"))
            let copy = try scene.search("copy", ["--attempts", "1000"])
            #expect(copy.status == 0)
            #expect(copy.errors.contains("if this is a copy of its study, both go on apart"))
            #expect(try scene.summary("copy") == scene.undisturbed())
            #expect(worker.allSatisfy { kill($0, 0) == 0 })
            kill(process.processIdentifier, SIGCONT)
            for worker in worker { kill(worker, SIGCONT) }
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            try scene.expectUndisturbedEnd("study")
        }
    }
}
