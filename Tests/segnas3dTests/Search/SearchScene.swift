import Foundation
import Glibc
import SegNASHost
import SegNASSearch
import SegNASStudy
import Synchronization
import TestSupport
import Testing

/// Phantoms, a small space, and the command that searches it.
struct SearchScene {
    let folder: URL
    /// Iterations of its searches by default.
    var iterations = 14

    /// Calls a body with a scene in a separate folder; whatever it has started is gone afterwards.
    static func with<Result>(
        iterations: Int = 14, _ body: (SearchScene) throws -> Result
    ) throws -> Result {
        try withTemporaryFolder { folder in
            let scene = SearchScene(folder: folder, iterations: iterations)
            _ = try Program.run(
                "phantom", scene.path("data"), "--cases", "8", "--size", "16", "--structures", "2",
                "--threads", "1")
            try Data(space.utf8).write(to: folder.appending(path: "space.yaml"))
            defer { for process in scene.processes() { kill(process, SIGKILL) } }
            return try body(scene)
        }
    }

    /// Many points share a key, and a third of the blocks are legal.
    private static let space = """
        schema: 1
        n: [2, 5]
        p: 1
        sup: 0
        res: [0, 2]
        nodes: 3
        ops: [0, 3]
        """

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// The command, on one thread: volumes are too small for more.
    func arguments(_ study: String, iterations: Int? = nil, _ more: [String] = []) -> [String] {
        [
            "search", path("data"), "--space", path("space.yaml"), "--size", "16", "--iterations",
            "\(iterations ?? self.iterations)", "--population", "6", "--epochs", "2", "--output",
            path(study),
            "--cache", path("cache"), "--threads", "1", "--memory-limit", "1GiB", "--seed", "3",
        ] + more
    }

    func search(_ study: String, iterations: Int? = nil, _ more: [String] = []) throws -> Program {
        try Program.run(arguments(study, iterations: iterations, more))
    }

    // MARK: - What has happened

    /// Number, network and result of every trial, and the best.
    func summary(_ study: String) throws -> [String] {
        let lines = try trials(study).map { trial in
            "\(trial.number) \(trial.key) \(trial.state) \(trial.end?.value ?? .nan) "
                + "\(trial.tellSerial ?? -1) \(trial.proposal.point)"
        }
        return lines + ["best \(try StudyLedger(opening: path(study)).best()?.number ?? -1)"]
    }

    func trials(_ study: String) throws -> [Trial] {
        let ledger = try StudyLedger(opening: path(study))
        return try (0..<ledger.sampler.askCount).map { try ledger.trial($0) }
    }

    /// The ends of the attempts at all trials.
    func attemptEnds(_ study: String) throws -> [AttemptEnd] {
        let ledger = try StudyLedger(opening: path(study))
        return try (0..<ledger.sampler.askCount).flatMap { try ledger.attempts(of: $0) }.compactMap
        {
            if case .ended(let end) = $0.state { end } else { nil }
        }
    }

    /// The output of the workers, by trial.
    func logs(_ study: String) -> [Int: [String]] {
        let trials = path(study) + "/trials"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: trials)) ?? []
        let logs = names.map { name in
            let file = "\(trials)/\(name)/log"
            // A worker may not have begun to write.
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            return (Int(name) ?? -1, text.split(separator: "\n").map(String.init))
        }
        return Dictionary(uniqueKeysWithValues: logs)
    }

    /// Fails where a trial was trained after it had a result, or by two workers at a time.
    ///
    /// Epochs since the last checkpoint are trained again after a kill.
    func expectTrainedOnce(_ study: String) throws {
        for (trial, lines) in logs(study) {
            let published = lines.filter { $0.hasPrefix("published ") }.count
            let last = lines.last { $0.hasPrefix("start ") || $0.hasPrefix("published ") } ?? ""
            #expect(published == 1 && last.hasPrefix("published "), "trial \(trial): \(lines)")
            #expect(!lines.contains("another run was first"), "trial \(trial): \(lines)")
        }
    }

    /// Processes that know of this scene: coordinators and workers.
    func processes(_ words: String...) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { process in
            let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            let line = String(decoding: data, as: UTF8.self).replacing("\0", with: " ")
            return process != getpid() && line.contains(folder.path)
                && words.allSatisfy { line.contains($0) }
        }
    }

    func workers() -> [pid_t] { processes(" worker ") }

    /// Waits until something holds, for at most a minute.
    func wait(until condition: () throws -> Bool) throws {
        for _ in 0..<6000 {
            if try condition() { return }
            usleep(10_000)
        }
        Issue.record("waited for a minute")
    }
}

/// Searches that are disturbed, and what must become of them.
extension SearchScene {
    /// Kills count as attempts where they hit before the first checkpoint.
    static let patience = ["--attempts", "1000", "--quiet"]

    /// By the number of iterations; all scenes have the same images and the same space.
    private static let summaries = Mutex<[Int: [String]]>([:])

    /// The summary of an undisturbed search, which runs once for all tests.
    func undisturbed() throws -> [String] {
        try Self.summaries.withLock { summaries in
            if let cached = summaries[iterations] { return cached }
            return try SearchScene.with(iterations: iterations) { scene in
                let whole = try scene.search("whole", Self.patience)
                try #require(whole.status == 0, "\(whole.errors)")
                let summary = try scene.summary("whole")
                summaries[iterations] = summary
                return summary
            }
        }
    }

    /// Resumes a study to its end, which must be that of the undisturbed one.
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

    /// Begins a search, and in the middle of a training kills it and its worker, or asks that to end.
    func killBoth(_ study: String, worker signal: Int32 = SIGKILL) throws {
        let process = try Program.start(arguments(study, Self.patience))
        try waitForEpoch(study)
        kill(process.processIdentifier, SIGKILL)
        let workers = workers()
        for worker in workers { kill(worker, signal) }
        process.waitUntilExit()
        try wait { workers.allSatisfy(hasEnded) }
    }

    /// True if a process has closed its files: one that is freeing its memory has no command line any more, but still
    /// its locks; so has a zombie with other threads.
    private func hasEnded(_ process: pid_t) -> Bool {
        guard let status = ProcessTable.status(of: process) else { return true }
        let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        return status.state == "Z" && threads?.count ?? 0 <= 1
    }
}
