import Foundation
import SegNASExperiments
import SegNASImaging
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@testable import segnas3d

@Suite("Report")
struct ReportCommandTests {
    /// A study of six trials.
    private func withStudy(_ body: (_ folder: URL, _ study: String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let plan = StudyPlan(
                version: Release.version, space: "segnas4",
                sampler: SamplerPlan(method: .random, seed: 1), budget: .iterations(6))
            let ledger = try StudyLedger(creating: plan, in: folder.appending(path: "study").path)
            while let trial = try ledger.ask({ .train(TrialCost(parameters: $0.network.n)) }) {
                let attempt = try ledger.begin(trial.number, slot: "cpu/0")
                _ = try ledger.finish(attempt, .completed(dice: 0.5 + Double(trial.number) / 100))
            }
            try body(folder, ledger.folder.path)
        }
    }

    @Test("a page in the study's folder, replaced by the next one, and figures")
    func pages() throws {
        try withStudy { folder, study in
            let figures = folder.appending(path: "figures/of it").path
            for _ in 0..<2 {
                let program = try Program.run("report", study, "--figures", figures)
                #expect(program.status == 0, "\(program.errors)")
                #expect(
                    program.output == """
                        Wrote \(study)/report.html
                        Wrote \(figures)/evolution.svg
                        Wrote \(figures)/block.svg

                        """)
            }
            let page = try String(contentsOfFile: "\(study)/report.html", encoding: .utf8)
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
            #expect(page.utf8.count < 10 << 20)
            let names = try FileManager.default.contentsOfDirectory(atPath: study)
            #expect(!names.contains { $0.hasSuffix(".partial") })
            for name in ["evolution", "block"] {
                let figure = try String(contentsOfFile: "\(figures)/\(name).svg", encoding: .utf8)
                #expect(figure.hasPrefix("<svg ") && figure.hasSuffix("</svg>\n"))
            }
            // Nothing is written where a figure has no place.
            let mine = folder.appending(path: "mine")
            try FileManager.default.createDirectory(at: mine, withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: mine.appending(path: "network.svg"))
            let other = folder.appending(path: "other.html").path
            for (place, sentence) in [
                (mine.path, "/network.svg exists and is not a report of segnas3d"),
                (mine.path + "/network.svg", "is a file, and a folder is needed"),
            ] {
                let refused = try Program.run(
                    "report", study, "--figures", place, "--output", other)
                #expect(refused.status == 1 && refused.errors.contains(sentence), "\(refused)")
            }
            #expect(!FileManager.default.fileExists(atPath: other))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: mine.path) == ["network.svg"])
        }
    }

    @Test("a training's page shows its test cases, as predict labels them, and names them if asked")
    func run() throws {
        try PhantomFolder.with(cases: 6, size: 16) { folder in
            let run = folder.path("run")
            let trained = try Program.run(
                "train", folder.path("data"), "--size", "16", "--epochs", "2", "--split",
                "50/17/33", "--output", run, "--cache", folder.path("cache"), "--threads", "1")
            try #require(trained.status == 0, "\(trained.errors)")
            let predicted = try Program.run(
                "predict", run, folder.path("data"), "--part", "test", "--output",
                folder.path("predicted"), "--threads", "1")
            #expect(predicted.output.hasSuffix(": 2 predicted\n"), "\(predicted)")
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(run)/test")
            #expect(names.count == 2)
            for name in names {
                let own = try LabelMap(contentsOf: "\(run)/test/\(name)")
                let other = try LabelMap(contentsOf: folder.path("predicted/\(name)"))
                #expect(own.values == other.values && own.geometry == other.geometry)
            }
            #expect(try Program.run("report", run).output == "Wrote \(run)/report.html\n")
            let page = try folder.text("run/report.html")
            #expect(page.contains("<section id=\"cases\"") && !page.contains("phantom000"))
            let all = try Program.run("report", run, "--all-cases", "--case-names")
            #expect(all.output == "Wrote \(run)/report/index.html\n", "\(all)")
            #expect(try folder.text("run/report/index.html").contains("(phantom000"))
            // A page without what has moved, which says so.
            try FileManager.default.moveItem(
                atPath: folder.path("data"), toPath: folder.path("moved"))
            #expect(try Program.run("report", run).status == 0)
            let left = try folder.text("run/report.html")
            #expect(left.contains("prediction of 2 cases cannot be read"))
            #expect(!left.contains("class=\"anatomy\"") && left.contains("id=\"test\""))
        }
    }

    @Test("files that are no reports stay as they are")
    func otherFiles() throws {
        try withStudy { folder, study in
            let file = folder.appending(path: "thesis.html").path
            try "<!DOCTYPE html><p>mine</p>".write(toFile: file, atomically: true, encoding: .utf8)
            let program = try Program.run("report", study, "--output", file)
            #expect(program.status == 1 && program.output.isEmpty)
            #expect(
                program.errors == """
                    Error: \(file) exists and is not a report of segnas3d: remove it, or name another file

                    """)
            #expect(try String(contentsOfFile: file, encoding: .utf8).hasSuffix("<p>mine</p>"))
            let folder = try Program.run("report", study, "--output", folder.path)
            #expect(folder.status == 1)
        }
    }

    @Test("what is no study")
    func nothing() throws {
        let program = try Program.run("report", "/none")
        #expect(program.status == 1)
        #expect(program.errors.hasPrefix("Error: /none does not exist"))
    }
}
