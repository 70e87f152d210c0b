import Foundation
import Glibc
import SegNASHost
import Synchronization
import Testing

/// Searches that are disturbed, and what must become of them.
extension SearchScene {
    /// Kills count as attempts where they hit before the first checkpoint.
    static let patience = ["--attempts", "1000", "--quiet"]

    /// By the number of iterations; all scenes have the same images and the same space.
    private static let summaries = Mutex<[Int: [String]]>([:])

    /// What a search that nothing disturbs comes to: searched once for all tests.
    func undisturbed() throws -> [String] {
        try Self.summaries.withLock { summaries in
            if let known = summaries[iterations] { return known }
            return try SearchScene.with(iterations: iterations) { scene in
                let whole = try scene.search("whole", Self.patience)
                try #require(whole.status == 0, "\(whole.errors)")
                let summary = try scene.summary("whole")
                summaries[iterations] = summary
                return summary
            }
        }
    }

    /// Carries a study on to its end, which must be that of the undisturbed one.
    func expectUndisturbedEnd(_ study: String) throws {
        let last = try search(study, Self.patience)
        #expect(last.status == 0, "\(last.errors)")
        #expect(try summary(study) == undisturbed())
        try expectTrainedOnce(study)
        #expect(processes().isEmpty)
    }

    /// Waits until a worker trains a trial that has an epoch behind it.
    func waitForEpoch(_ study: String) throws {
        try wait { logs(study).values.contains { $0.last?.hasPrefix("epoch 1 of 2") == true } }
    }

    /// Begins a search, and kills it in the middle of a training, and its worker, or asks that to end with a checkpoint.
    func killBoth(_ study: String, worker signal: Int32 = SIGKILL) throws {
        let process = try Program.start(arguments(study, Self.patience))
        try waitForEpoch(study)
        kill(process.processIdentifier, SIGKILL)
        let workers = workers()
        for worker in workers { kill(worker, signal) }
        process.waitUntilExit()
        try wait { workers.allSatisfy(hasEnded) }
    }

    /// Whether a process has let go of its files: one that gives its memory back has no command line any more, and its
    /// locks still; so has a zombie of which other threads are left.
    private func hasEnded(_ process: pid_t) -> Bool {
        guard let status = ProcessTable.status(of: process) else { return true }
        let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        return status.state == "Z" && threads?.count ?? 0 <= 1
    }
}
