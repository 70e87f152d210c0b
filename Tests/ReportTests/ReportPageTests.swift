import Foundation
import SegNASDatasets
import SegNASHost
import SegNASImaging
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@testable import SegNASReport

@Suite("Pages of reports")
struct ReportPageTests {
    private func withPage(
        iterations: Int, asked: Int? = nil, evaluated: Bool = false,
        _ body: (_ html: String, _ ledger: StudyLedger) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(in: folder, iterations: iterations, asked: asked)
            var report = StudyReport(try StudySnapshot(of: ledger.folder.path), version: "0.1.0")
            report.training = TrainingDescription(
                training: "6 epochs, batch 3", split: "as in a file",
                memory: "16 GiB for a training",
                isOnGPU: true)
            if evaluated { report.test = try SyntheticStudy.evaluation() }
            try body(try report.html(), ledger)
        }
    }

    @Test("every figure is that of the study")
    func figures() throws {
        try withPage(iterations: 120) { html, ledger in
            let data = try pageData(of: html)
            let trials = try #require(data["trials"] as? [[String: Any]])
            let curves = try #require(data["curves"] as? [String: [String: [Double]]])
            #expect(trials.count == 120)
            for (number, shown) in trials.enumerated() {
                let trial = try ledger.trial(number)
                #expect(shown["number"] as? Int == number)
                #expect(shown["state"] as? String == trial.state.rawValue)
                let dice = shown["dice"] as? Double
                #expect((dice == nil) == (trial.end?.dice == nil))
                // The last bit may differ between two ways to read decimals.
                #expect(abs((dice ?? 0) - (trial.end?.dice ?? 0)) < 1e-14)
                #expect(shown["parameters"] as? Int == trial.cost?.parameters)
                #expect((shown["form"] as? String)?.hasPrefix("\(trial.architecture)") == true)
                #expect(
                    (shown["reason"] != nil) == (trial.state.isEnd && trial.state != .completed))
                let curve = curves["\(number)"]
                #expect((curve?["dice"]?.count ?? 0) == (trial.state == .completed ? 6 : 0))
                let best = curve?["dice"]?.max() ?? trial.end?.dice ?? 0
                #expect(abs(best - (trial.end?.dice ?? 0)) < 1e-5 || trial.state != .completed)
            }
            let states = try #require(data["states"] as? [String: Int])
            for state in ledger.plan.states {
                #expect(states[state.rawValue] == ledger.counts[state, default: 0])
            }
            for state in [TrialState.completed, .illegal, .outOfMemory, .failed] {
                #expect(states[state.rawValue] ?? 0 > 0, "the study lacks \(state)")
            }
            #expect(data["best"] as? Int == (try ledger.best()?.number))
        }
    }

    @Test("the best so far, and networks that nothing beats")
    func selections() throws {
        try withPage(iterations: 120) { html, ledger in
            let data = try pageData(of: html)
            let trials = try (0..<120).map { try ledger.trial($0) }
                .filter { $0.state == .completed }
            func dice(_ trial: Trial) -> Double { trial.end?.dice ?? 0 }
            let records = trials.filter { trial in
                trials.allSatisfy { $0.number >= trial.number || dice($0) < dice(trial) }
            }
            #expect(data["records"] as? [Int] == records.map(\.number))
            let front = trials.filter { trial in
                trials.allSatisfy { other in
                    let (a, b) = (trial.cost?.parameters ?? 0, other.cost?.parameters ?? 0)
                    return b > a || dice(other) < dice(trial)
                        || (a == b && dice(other) == dice(trial))
                }
            }.sorted { $0.cost?.parameters ?? 0 < $1.cost?.parameters ?? 0 }
            let fronts = try #require(data["fronts"] as? [String: [Int]])
            #expect(fronts["parameters"] == front.map(\.number))
        }
    }

    @Test("with rungs, each trial has its stages")
    func stages() throws {
        try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(
                in: folder, iterations: 30, asked: 36, rungs: [2, 6])
            let record = try StudySnapshot(of: ledger.folder.path)
            let data = try pageData(of: StudyReport(record, version: "1").html())
            let trials = try #require(data["trials"] as? [[String: Any]])
            let counts = trials.map { ($0["stages"] as? [[String: Any]])?.count ?? 0 }
            #expect(counts.allSatisfy { $0 == 1 || $0 == 2 } && counts.contains(2))
            for (trial, entry) in zip(record.trials, trials) {
                let stages = try #require(entry["stages"] as? [[String: Any]])
                let epochs = stages.compactMap { $0["epochs"] as? Int }
                #expect(epochs == Array([2, 6].prefix(stages.count)))
                let last = try #require(stages.last)
                let isTrained = [.paused, .stopped, .completed].contains(trial.trial.state)
                #expect(
                    last["state"] as? String
                        == (isTrained ? "completed" : trial.trial.state.rawValue))
                let (shown, dice) = (last["dice"] as? Double, trial.trial.dice)
                #expect(abs((shown ?? 0) - (dice ?? 0)) < 1e-14 && (shown != nil) == isTrained)
            }
        }
        try withPage(iterations: 5) { html, _ in
            let trials = try #require(try pageData(of: html)["trials"] as? [[String: Any]])
            #expect(trials.allSatisfy { $0["stages"] == nil })
        }
    }

    @Test("what was searched, with its value in each trial")
    func factors() throws {
        try withPage(iterations: 60) { html, ledger in
            let factors = try #require(try pageData(of: html)["factors"] as? [[String: Any]])
            #expect(
                factors.map { $0["name"] as? String } == ledger.space.searched.map { "\($0.name)" })
            for factor in factors {
                let values = try #require(factor["values"] as? [Any])
                #expect(values.count == 60)
                for (number, value) in values.enumerated() {
                    guard case .segnas(let network) = try ledger.trial(number).architecture else {
                        continue
                    }
                    switch factor["name"] as? String {
                    case "n": #expect(value as? Int == network.n)
                    case "res": #expect(value as? Int == (network.res ? 1 : 0))
                    case "op34":
                        let number = network.block.nodes < 4 ? nil : network.block[3, 4].number
                        #expect(value as? Int == number)
                    default: break
                    }
                }
            }
        }
    }

    @Test("choices have their names, and no value where a condition does not hold")
    func choices() throws {
        try withTemporaryFolder { folder in
            let ledger = try SyntheticStudy.make(
                in: folder, iterations: 40, space: SyntheticStudy.conditionalSpace)
            let html = try StudyReport(StudySnapshot(of: ledger.folder.path), version: "0.1.0")
                .html()
            #expect(
                html.contains(
                    "loss exponential-logarithmic or dice-cross-entropy"))
            #expect(
                html.contains(
                    "learning_rate 0.0001 to 0.01 (logarithmic) when loss is dice-cross-entropy"))
            let data = try pageData(of: html)
            let factors = try #require(data["factors"] as? [[String: Any]])
            let trials = try #require(data["trials"] as? [[String: Any]])
            let loss = try #require(factors.first { $0["name"] as? String == "loss" })
            #expect(loss["kind"] as? String == "category" && loss["effect"] != nil)
            let names = ["exponential-logarithmic", "dice-cross-entropy"]
            #expect(loss["meanings"] as? [String] == names)
            let rate = try #require(factors.first { $0["name"] as? String == "learning_rate" })
            #expect(rate["title"] as? String == "learning rate")
            let values = try #require(loss["values"] as? [Int])
            let rates = try #require(rate["values"] as? [Any])
            #expect(Set(values) == [0, 1])
            for (number, value) in values.enumerated() {
                let trial = try ledger.trial(number)
                #expect(trial.hyperparameters[.loss] == .choice(names[value]))
                let shown = rates[number] as? Double
                let rate = trial.hyperparameters[.learningRate]?.number
                #expect((shown == nil) == (value == 0) && (rate == nil) == (value == 0))
                #expect(abs((shown ?? 0) - (rate ?? 0)) < 1e-14)
                let form = try #require(trials[number]["form"] as? String)
                #expect(form.contains(" loss \(names[value])"))
                #expect(form.contains("learning_rate") == (value == 1))
            }
        }
    }

    @Test("the test's tables have the hardest cases first, by numbers, and labels in their order")
    func testTables() throws {
        try withPage(iterations: 10, evaluated: true) { html, _ in
            let test = try #require(try pageData(of: html)["test"] as? [String: Any])
            let cases = try #require(test["cases"] as? [[String: Any]])
            #expect(cases.map { $0["number"] as? Int } == [3, 4, 1, 2])
            // Shifted by k of 6 slices, boxes share 6 − k; of the other label k slices are lost.
            let dice = cases.compactMap { $0["dice"] as? Double }
            let expected = [3.0, 2, 1, 0].map { (k: Double) -> Double in
                let shifted = (6 - k) / 6
                let cut = 2 * (6 - k) / (12 - k)
                return (shifted + cut) / 2
            }
            #expect(zip(dice, expected).allSatisfy { abs($0 - $1) < 1e-12 })
            let labels = try #require(test["labels"] as? [[String: Any]])
            #expect(labels.map { $0["value"] as? Int } == [1, 2])
            // Boxes of 216 voxels with 2 mm³ each; two of six slices are lost on the average of the cases that tell it.
            #expect(labels[1]["referenceVolume"] as? Double == 432)
            #expect(labels[1]["predictedVolume"] as? Double == 288)
        }
    }

    @Test(
        "pages are sound: complete, running, of few trials and of none",
        arguments: [(90, nil, true), (40, 30, false), (3, nil, false), (5, 0, false)]
            as [(Int, Int?, Bool)])
    func soundness(iterations: Int, asked: Int?, evaluated: Bool) throws {
        try withPage(iterations: iterations, asked: asked, evaluated: evaluated) { html, ledger in
            let checker = MarkupChecker(html)
            #expect(checker.faults == [])
            #expect(checker.ids.isSuperset(of: ["summary", "evolution", "trials", "data"]))
            #expect(checker.ids.contains("test") == evaluated)
            #expect(html.contains("The search is complete") == (asked == nil))
            #expect(html.contains("The search is running") == (asked != nil))
            #expect(StudyReport.isReport(String(html.prefix(4096))))
        }
    }

    @Test("results come before the search, and this before what mattered")
    func order() throws {
        try withPage(iterations: 90, evaluated: true) { html, _ in
            let ids = html.matches(of: /<section id="([a-z]+)"/).map { String($0.1) }
            #expect(
                ids == [
                    "summary", "test", "network", "search", "evolution", "blocks", "trials",
                    "costs", "factors",
                ])
            let links = html.matches(of: /<a href="#([a-z]+)">/).map { String($0.1) }
            #expect(links == ids)
        }
    }

    @Test("illegal blocks are drawn, and explained in words that name what is missing")
    func illegalBlocks() throws {
        try withPage(iterations: 90) { html, ledger in
            let data = try pageData(of: html)
            let trials = try #require(data["trials"] as? [[String: Any]])
            let drawings = try #require(data["drawings"] as? [String: String])
            let illegal = trials.filter { $0["state"] as? String == "illegal" }
            #expect(!illegal.isEmpty)
            for trial in illegal {
                let reason = try #require(trial["reason"] as? String)
                #expect(reason.contains("has no") || reason.contains("is not connected"))
                let key = try #require(trial["drawing"] as? String)
                let drawing = try #require(drawings[key])
                #expect(drawing.hasPrefix("<svg ") && !drawing.contains("<style>"))
            }
            #expect(trials.count { $0["drawing"] != nil } == illegal.count)
            #expect(!html.contains("is a source") && !html.contains("is a sink"))
            #expect(html.contains("In a legal block features flow"))
        }
    }

    @Test("pages name no folder, no file and no case")
    func privacy() throws {
        try withPage(iterations: 80, evaluated: true) { html, ledger in
            let begin = try #require(html.firstRange(of: "var Plotly"))
            let end = try #require(html.firstRange(of: "window.Plotly = Plotly"))
            let ours = html[..<begin.lowerBound] + html[end.upperBound...]
            let secrets = [
                SyntheticStudy.secretPath, SyntheticStudy.secretCase, ledger.folder.path,
                NSHomeDirectory(), ProcessInfo.processInfo.hostName, "split.json", "groups.csv",
            ]
            for secret in secrets where secret.count > 2 {
                #expect(!ours.contains(secret), "\(secret) is shown")
            }
        }
    }

    @Test(
        "the checker of pages finds faults",
        arguments: [
            "<p>", "<!DOCTYPE html><p></b>", "<!DOCTYPE html><p id=a></p>",
            "<!DOCTYPE html><i id=\"a\"></i><i id=\"a\"></i>", "<!DOCTYPE html><a href=\"#b\"></a>",
            "<!DOCTYPE html><a href=\"https://a.b\"></a>", "<!DOCTYPE html><a href=\"/a\"></a>",
            "<!DOCTYPE html><script src=\"https://a.b/c.js\"></script>",
            "<!DOCTYPE html><p>a & b</p>", "<!DOCTYPE html><p>\u{1}</p>",
            "<!DOCTYPE html><h1>a</h1>", "<!DOCTYPE html><h3>a</h3>",
            "<!DOCTYPE html><input type=\"text\">", "<!DOCTYPE html><label><input></label>",
            "<!DOCTYPE html><button> </button>", "<!DOCTYPE html><i tabindex=\"0\">a</i>",
            "<!DOCTYPE html><i role=\"img\"></i>", "<!DOCTYPE html><p><div></div></p>",
            "<!DOCTYPE html><table><tr><th>a</th></tr></table>", "<!DOCTYPE html><html></html>",
        ])
    func checker(html: String) {
        let sound = "<!DOCTYPE html><h1>a</h1>"
        #expect(MarkupChecker(sound).faults == [])
        let faulty = html.hasPrefix("<!") ? sound + html.dropFirst("<!DOCTYPE html>".count) : html
        #expect(!MarkupChecker(faulty).faults.isEmpty)
    }

    @Test("test cases are reached and read as the rest of the page is")
    func casesAreAccessible() throws {
        let geometry = Geometry(size: [8, 8, 8], affine: .identity)
        let map = LabelMap(
            values: (0..<512).map { $0 % 8 < 4 ? 1 : 0 }, geometry: geometry)
        let shown = AnatomyCase(
            CaseSummary(number: 1, dice: 1), image: nil, reference: map, prediction: map)
        let section = AnatomySection(cases: [shown], labels: [AnatomyLabel(name: "a", value: 1)])
        let cases = try #require(Section.cases(section))
        let page = Page(
            title: "a", sections: [cases], data: "{}", script: .study(showsCases: true),
            version: "0")
        #expect(MarkupChecker(page.html).faults == [])
    }
}

/// The JSON that a page's charts and tables are drawn from.
func pageData(of html: String) throws -> [String: Any] {
    let begin = "<script type=\"application/json\" id=\"data\">"
    let start = try #require(html.firstRange(of: begin)).upperBound
    let end = try #require(html[start...].firstRange(of: "</script>")).lowerBound
    let object = try JSONSerialization.jsonObject(with: Data(html[start..<end].utf8))
    return try #require(object as? [String: Any])
}
