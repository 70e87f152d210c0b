import Foundation
import Glibc
import SegNASExperiments
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@testable import segnas3d

@Suite("Status")
struct StatusTests {
    /// A study of twelve trials, of which networks with many channels were trained.
    private func withStudy(_ body: (_ path: String, _ ledger: StudyLedger) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let plan = StudyPlan(
                version: Release.version, space: "segnas4",
                sampler: SamplerPlan(method: .random, seed: 1), budget: .iterations(12))
            let ledger = try StudyLedger(creating: plan, in: folder.appending(path: "study").path)
            while let trial = try ledger.ask({ candidate in
                candidate.network.n < 20
                    ? .illegal(reason: "too few channels")
                    : .train(TrialCost(parameters: candidate.network.n))
            }) {
                guard trial.state == .queued else { continue }
                let attempt = try ledger.begin(trial.number, slot: "cpu/0")
                if trial.number == 11 { break }
                _ = try ledger.finish(attempt, .completed(dice: 0.5 + Double(trial.number) / 100))
            }
            try body(ledger.folder.path, ledger)
        }
    }

    @Test("a study in a place that is for reading only", .enabled(if: getuid() == 0))
    func readOnly() throws {
        try withTemporaryFolder { folder in
            let disk = try SmallDisk(folder.appending(path: "a disk? 50%").path)
            defer { disk.unmount() }
            let path = disk.path + "/study"
            try withStudy { study, _ in
                try FileManager.default.copyItem(atPath: study, toPath: path)
            }
            _ = try StudyLedger(opening: path)
            try disk.makeReadOnly()
            let text = try Program.run("status", path)
            #expect(text.status == 0, "\(text.errors)")
            #expect(text.output.contains(" of 12 trials done"))
            #expect(text.output.hasSuffix("\nno process is working on it\n"))
        }
    }

    @Test("text and JSON, while another process works on the study")
    func running() throws {
        try withStudy { path, ledger in
            let best = try #require(try ledger.best())
            let text = try Program.run("status", path)
            #expect(text.status == 0 && text.errors.isEmpty)
            #expect(text.output.hasPrefix("\(ledger.sampler.tellCount) of 12 trials done"))
            #expect(
                text.output.contains(
                    "best so far: trial \(best.number), Dice 0.\(50 + best.number)0, \(best.architecture)"
                ))
            #expect(text.output.contains("\nprocess \(getpid()) on "))
            let program = try Program.run("status", path, "--json")
            let document = try #require(
                JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
            let states = try #require(document["states"] as? [String: Int])
            #expect(Set(states.keys) == Set(ledger.plan.states.map(\.rawValue)))
            #expect(states["illegal"] == ledger.counts[.illegal])
            #expect(states["completed"] == ledger.counts[.completed])
            #expect(document["schema"] as? Int == 1)
            #expect(document["iterations"] as? Int == ledger.sampler.tellCount)
            let shown = try #require(document["best"] as? [String: Any])
            #expect(shown["trial"] as? Int == best.number)
            #expect((shown["architecture"] as? [String: Any])?["family"] as? String == "segnas")
        }
    }

    @Test("of a run, how far it is; of a comparison, what to look at")
    func others() throws {
        try withTemporaryFolder { folder in
            try Data(#"{"schema": 1, "command": "train"}"#.utf8).write(
                to: folder.appending(path: "plan.json"))
            let record =
                #"{"schema":1,"epoch":N,"loss":1,"learningRate":1,"validation":{"mean":0.N,"perLabel":{},"absent":{}},"#
                + #""seconds":1,"validationSeconds":1,"waitSeconds":0,"finished":"2026-01-01T00:00:00Z"}"#
            let lines = ["1", "3", "2"].map { record.replacing("N", with: $0) }
            try Data(lines.joined(separator: "\n").utf8).write(
                to: folder.appending(path: "log.jsonl"))
            let status = try Program.run("status", folder.path)
            #expect(status.status == 0, "\(status.errors)")
            #expect(status.output.contains("is a run of segnas3d train: 3 epochs are done\n"))
            #expect(status.output.contains("best so far: epoch 3, validation Dice 0.300\n"))
            #expect(
                status.output.hasSuffix("resume, run segnas3d train --output \(folder.path)\n"))
            let report = try Program.run("report", folder.path)
            #expect(report.status == 1)
            #expect(
                report.errors.contains("plan.json cannot be read (it is not the plan of a run)"))
            try Data(#"{"schema": 1, "command": "compare"}"#.utf8).write(
                to: folder.appending(path: "plan.json"))
            let progress = try Program.run("status", folder.path)
            #expect(progress.status == 1)
            #expect(progress.errors.contains("is a comparison: its page is "))
            let page = try Program.run("report", folder.path)
            #expect(page.status == 1)
            #expect(page.errors.contains("plan.json cannot be understood"))
        }
    }

    @Test("what is no study")
    func nothing() throws {
        let program = try Program.run("status", "/none")
        #expect(program.status == 1 && program.output.isEmpty)
        #expect(program.errors.hasPrefix("Error: /none does not exist"))
        #expect(try Program.run("status").status == 2)
    }
}
