import Foundation
import SegNASDatasets
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@testable import SegNASReport

@Suite("Pages that are watched")
struct LivePageTests {
    /// A search of 120 trials, or the first of them.
    private func withReport(
        asked: Int? = nil, _ body: (_ report: StudyReport, _ ledger: StudyLedger) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(in: folder, iterations: 120, asked: asked)
            var report = StudyReport(try StudySnapshot(of: ledger.folder.path), version: "0.1.0")
            report.work = try Self.work(trial: (asked ?? 120) - 1)
            try body(report, ledger)
        }
    }

    private static func work(trial: Int) throws -> LiveWork {
        let epochs = (1...3).map {
            TrainingEpoch(
                epoch: $0, loss: 1 / Double($0), dice: 0.2 * Double($0),
                dicePerLabel: ["1": 0.25 * Double($0)], seconds: 4)
        }
        let block = try BlockGraph([2, 0, 6])
        let training = LiveTraining(
            title: "Trial \(trial)", trial: trial,
            network: .segnas(SegNAS(n: 8, p: 2, sup: false, res: false, block: block)),
            epochs: epochs, allEpochs: 6, place: "cpu/0", began: 1e9, memory: 1 << 30)
        return LiveWork(
            trainings: [training], lastSign: 1e9, busyCores: 1.9, cores: 2, memory: 16 << 30)
    }

    @Test("what goes on stands before the report, and logs of failures stand in no report")
    func sections() throws {
        try withReport(asked: 115) { report, _ in
            let html = try report.html(report.data, at: LivePosition("00000000-3"))
            #expect(MarkupChecker(html).faults == [])
            #expect(html.contains("connect-src 'self'") && html.contains("content=\"00000000-3\""))
            for words in [
                "best, trial", "epoch 3 of 6 on cpu/0", "1 GiB", "1.9 of 2",
                "<time data-since=\"1000000000\">", SyntheticStudy.secretPath,
            ] {
                #expect(html.contains(words), "\(words)")
            }
            var passedOn = report
            passedOn.work = nil
            let page = try passedOn.html()
            #expect(!page.contains(SyntheticStudy.secretPath) && !page.contains("connect-src"))
            #expect(!page.contains("EventSource") && !page.contains("<section id=\"now\""))
        }
    }

    @Test("of the data only what has changed is sent")
    func history() throws {
        try withReport(asked: 45) { report, ledger in
            var history = try ReportHistory(report.data)
            #expect(try history.text(after: 0) == nil)
            #expect(try history.update(report.data, change: 1) == false)
            var trial = 0
            while let asked = try ledger.ask(SyntheticStudy.check) {
                trial = asked.number
                if asked.state == .queued { break }
            }
            _ = try ledger.finish(
                ledger.begin(trial, slot: "cpu/0"), .completed(dice: 0.9),
                epochs: [TrialEpoch(epoch: 1, loss: 1, dice: 0.9, seconds: 1)])
            let now = StudyReport(try StudySnapshot(of: ledger.folder.path), version: "0.1.0")
            #expect(try history.update(now.data, change: 2))
            let text = try #require(try history.text(after: 1))
            let sent = try #require(
                try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let trials = try #require(sent["trials"] as? [[String: Any]])
            let begun = report.data.trials.count
            #expect(trials.map { $0["number"] as? Int } == Array(begun...trial))
            #expect((sent["curves"] as? [String: Any])?.keys.sorted() == ["\(trial)"])
            #expect(sent["best"] as? Int == trial && (sent["records"] as? [Int])?.last == trial)
            #expect(try history.text(after: 2) == nil)
        }
    }

    @Test("a report has the final training's curve, and its time in the total")
    func finalTraining() throws {
        try withReport { report, _ in
            var report = report
            report.work = nil
            var final = StudyReport.FinalTraining(epochs: 3, dice: 0.8, seconds: 24 * 60)
            final.curve = try Self.work(trial: 1).trainings[0].epochs
            let without = try report.html()
            report.finalTraining = final
            let html = try report.html()
            #expect(MarkupChecker(html).faults == [])
            #expect(html.contains("<section id=\"final\"") && !without.contains("id=\"final\""))
            #expect(html.contains("of it in the search, 24 min in the final training"))
        }
    }

    @Test("a page of a training has its curves and the test")
    func run() throws {
        var report = RunReport(
            dataset: "Brains", network: .unet3d, labels: SyntheticStudy.labels,
            conditions: [("Training", "6 epochs")],
            epochs: try Self.work(trial: 0).trainings[0].epochs, allEpochs: 6, version: "0.1.0")
        let begun = try report.html()
        #expect(MarkupChecker(begun).faults == [])
        #expect(begun.contains("The training is not complete: 3 of 6 epochs are done."))
        #expect(begun.utf8.count < 200_000 && !begun.contains("Plotly"))
        for title in [
            "Validation Dice", "Loss", "Validation Dice of labels", "Seconds of an epoch",
        ] {
            #expect(begun.contains("<figcaption>\(title) <button"))
        }
        #expect(!begun.contains("<figcaption>Learning rate"))
        report.chosenEpoch = 3
        report.test = try SyntheticStudy.evaluation()
        let complete = try report.html()
        #expect(MarkupChecker(complete).faults == [])
        #expect(complete.contains("The training is complete.") && complete.contains("id=\"test\""))
        #expect(!complete.contains(SyntheticStudy.secretCase))
    }

    @Test("long curves are thinned out, to the last epoch")
    func curves() throws {
        let places = (1...5000).map { CurveFigure.Place(epoch: $0, value: 1 / Double($0)) }
        let line = CurveFigure.Line("loss", places + [.init(epoch: 5001, value: .nan)])
        #expect(line.points.count <= 400 && line.points.last?.epoch == 5000)
        let figure = CurveFigure(title: "Loss", lines: [line, .init("none", [])], epochs: 6000)
        #expect(try #require(figure.svg()).utf8.count < 20_000)
        #expect(CurveFigure(title: "Loss", lines: []).svg() == nil)
        #expect(
            CurveFigure(title: "One", lines: [.init("one", [.init(epoch: 1, value: 0)])]).svg()?
                .contains("<circle") == true)
    }
}
