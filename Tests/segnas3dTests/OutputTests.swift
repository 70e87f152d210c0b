import Foundation
import SegNASExperiments
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@testable import segnas3d

@Suite("Results for other programs")
struct OutputTests {
    /// What TensorBoard reads from a folder: a line for each scalar, its run, tag, step and value.
    private static let scalars = """
        import sys, os
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        for folder, _, files in sorted(os.walk(sys.argv[1])):
            if not files: continue
            events = EventAccumulator(folder); events.Reload()
            for tag in sorted(events.Tags()["scalars"]):
                for event in events.Scalars(tag):
                    print(os.path.relpath(folder, sys.argv[1]), tag, event.step, round(event.value, 4))
        """

    @Test("epochs of a training as CSV and events, also after it is resumed")
    func training() throws {
        try withTemporaryFolder { folder in
            let dataset = folder.appending(path: "brains").path
            _ = try Program.run(
                "phantom", dataset, "--cases", "5", "--size", "16", "--structures", "2")
            let (run, events) = (folder.path + "/run", folder.path + "/events")
            func train(_ arguments: String...) throws {
                let program = try Program.run(
                    ["train"] + arguments + [
                        "--output", run, "--tensorboard", events, "--device", "cpu", "--quiet",
                    ])
                #expect(program.status == 0, "\(program.errors)")
            }
            let network = folder.appending(path: "n.json")
            try Data(#"{"n": 4, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8)
                .write(to: network)
            try train(
                dataset, "--size", "16", "--epochs", "2", "--network", network.path,
                "--memory-limit", "1GiB")
            let status = try Program.run("status", run, "--csv")
            let rows = status.output.split(separator: "\r\n").map(String.init)
            #expect(rows.count == 3, "\(status.errors)")
            #expect(
                rows[0].hasPrefix(
                    "epoch,loss,learning_rate,validation_dice,dice brain,dice cerebral_white"))
            #expect(rows[1].hasPrefix("1,") && rows[2].hasPrefix("2,"))
            // The log of a complete run may be lost: its model has the epochs, too.
            let log = URL(filePath: run + "/log.jsonl")
            try Data(contentsOf: log).prefix(100).write(to: log)
            #expect(try Program.run("status", run, "--csv").output == status.output)
            #expect(try Program.run("status", run).output.contains(": 2 of 2 epochs are done"))
            let files = try FileManager.default.contentsOfDirectory(atPath: events + "/run")
            #expect(files.count == 1)
            let file = URL(filePath: events + "/run/" + files[0])
            let before = try Data(contentsOf: file)
            try train("--epochs", "3")
            let after = try Data(contentsOf: file)
            #expect(after.starts(with: before) && after.count > before.count)
            // Lost files are made again from the run's log.
            try FileManager.default.removeItem(atPath: events)
            try train()
            #expect(try Data(contentsOf: file).count == after.count)
            guard Python.has("tensorboard") else { return }
            let read = try Python.run(Self.scalars, events)
            #expect(read.status == 0, "\(read.errors)")
            let lines = read.output.split(separator: "\n")
            #expect(lines.count == 3 * 5, "\(read.output)")
            #expect(lines.contains { $0.hasPrefix("run dice/cerebral_white 3 ") })
            #expect(lines.contains("run learning_rate 1 0.001"))
        }
    }

    @Test("trials of a study as CSV and as a journal of Optuna")
    func study() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "study").path
            let plan = StudyPlan(
                version: Release.version, space: "segnas+",
                sampler: SamplerPlan(method: .random, seed: 1), budget: .iterations(12))
            let ledger = try StudyLedger(creating: plan, in: path)
            while let trial = try ledger.ask({ candidate in
                candidate.network.n < 16
                    ? .illegal(reason: "few channels, \"too\" few")
                    : .train(TrialCost(parameters: candidate.network.n))
            }) {
                guard trial.state == .queued else { continue }
                let attempt = try ledger.begin(trial.number, slot: "cpu/0")
                if trial.number == 11 { break }
                let dice = 0.5 + Double(trial.number) / 100
                _ = try ledger.finish(
                    attempt, .completed(dice: dice),
                    epochs: [
                        TrialEpoch(epoch: 1, loss: 1.5, dice: 0.25, seconds: 2),
                        TrialEpoch(epoch: 2, loss: 0.5, dice: dice, seconds: 3),
                    ])
            }
            let table = try Program.run("status", path, "--csv").output
            let rows = table.split(separator: "\r\n")
            #expect(rows.count == 1 + ledger.sampler.askCount)
            #expect(
                rows[0]
                    == "trial,state,validation_dice,value,origin,n,p,sup,res,nodes,block,dropout,learning_rate,"
                    + "augmentation,parameters,multiply_adds,memory_bytes,epochs,attempts,seconds,"
                    + "taken_from_trial,reason")
            #expect(table.contains("\"few channels, \"\"too\"\" few\"\r\n"))
            let curves = try Program.run("status", path, "--csv", "--epochs").output
                .split(separator: "\r\n")
            let trained = try #require(try ledger.best())
            #expect(curves[0] == "trial,epoch,loss,validation_dice,seconds")
            #expect(
                curves.filter { $0.hasPrefix("\(trained.number),") } == [
                    "\(trained.number),1,1.5,0.25,2.000",
                    "\(trained.number),2,0.5,\(trained.dice ?? 0),3.000",
                ])
            #expect(curves.count == 1 + 2 * (ledger.counts[.completed] ?? 0))
            let journal = folder.appending(path: "journal.log").path
            let written = try Program.run("status", path, "--optuna", journal)
            #expect(written.status == 0 && written.output.isEmpty, "\(written.errors)")
            let lines = try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 5 + ledger.sampler.askCount)
            let again = try Program.run("status", path, "--optuna", journal)
            #expect(again.status == 1)
            #expect(again.errors.contains("journal.log exists"))
            try checkWithOptuna(journal, best: try #require(try ledger.best()), ledger)
        }
    }

    private func checkWithOptuna(_ journal: String, best: Trial, _ ledger: StudyLedger) throws {
        guard Python.has("optuna") else { return }
        let script = """
            import optuna, sys, warnings
            warnings.simplefilter("ignore")
            from optuna.storages.journal import JournalFileBackend
            storage = optuna.storages.JournalStorage(JournalFileBackend(sys.argv[1]))
            study = optuna.load_study(study_name="study", storage=storage)
            best = study.best_trial
            print(len(study.trials), best.number, round(best.value, 4), best.params["n"], study.direction.name)
            print(sum(t.state.name == "FAIL" for t in study.trials), study.metric_names)
            print(all(t.distributions[k]._contains(t.distributions[k].to_internal_repr(v))
                for t in study.trials for k, v in t.params.items()))
            """
        let read = try Python.run(script, journal)
        #expect(read.status == 0, "\(read.errors)")
        guard case .segnas(let network) = best.architecture else { return }
        let dice = best.dice ?? 0
        #expect(
            read.output == """
                \(ledger.sampler.askCount) \(best.number) \(dice) \(network.n) MAXIMIZE
                \(ledger.counts[.illegal] ?? 0) ['validation Dice']
                True

                """)
    }

    @Test("one form at a time, and of a folder that has it")
    func refused() throws {
        #expect(try Program.run("status", "x", "--csv", "--json").status == 2)
        #expect(try Program.run("status", "x", "--epochs").status == 2)
        #expect(try Program.run("status", "/none", "--csv").status == 1)
        #expect(try Program.run("status", "/none", "--optuna", "/none/x").status == 1)
    }
}

/// Says aloud what a test that goes on without Python leaves out.
@Suite("Readers of results, from PyPI")
struct OutputReaderTests {
    @Test("TensorBoard is there to read events", .enabled(if: Python.has("tensorboard")))
    func tensorboard() {}

    @Test("Optuna is there to read journals", .enabled(if: Python.has("optuna")))
    func optuna() {}
}
