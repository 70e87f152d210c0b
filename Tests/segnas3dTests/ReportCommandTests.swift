import Foundation
import SegNASExperiments
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
        #expect(program.errors.hasPrefix("Error: /none is not a study: it has no plan.json"))
    }
}
