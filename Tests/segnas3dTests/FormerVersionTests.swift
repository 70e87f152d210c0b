import Foundation
import Glibc
import SegNASStudy
import TestSupport
import Testing

/// A study and a run that were made when plans kept options by their flags.
@Suite("What the version before has begun")
struct FormerVersionTests {
    /// Calls a body with their folder, beside the phantoms that they were begun on.
    private func withFormer(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let fixtures = try #require(
                Bundle.module.url(forResource: "Fixtures", withExtension: nil))
            let former = folder.appending(path: "former")
            try FileManager.default.copyItem(
                at: fixtures.appending(path: "former"), to: former)
            _ = try Program.run(
                "phantom", former.appending(path: "data").path, "--cases", "8", "--size", "16",
                "--structures", "2", "--threads", "1")
            try body(former)
        }
    }

    /// In their folder, where the dataset was named `data`.
    private func run(_ folder: URL, _ arguments: String...) throws -> Program {
        try Program.run(arguments, in: folder)
    }

    @Test("a study is resumed with its folder alone, reported and predicted with")
    func study() throws {
        try withFormer { folder in
            let plan = try StudyPlan(in: StudyFolder(folder.appending(path: "study").path))
            #expect(plan.schema == 1)
            let other = try run(folder, "search", "--output", "study", "--epochs", "3")
            #expect(other.status == 2 && other.errors.contains("  --epochs: 2 before, 3 now\n"))
            let search = try run(
                folder, "search", "--output", "study", "--cache", "cache", "--threads", "1")
            #expect(search.status == 0, "\(search.errors)")
            let status = try StudyStatus(of: folder.appending(path: "study").path)
            #expect(status.iterations == 14 && status.plan.schema == 2)
            #expect(status.plan.study == plan.study)
            // What it had trained is not trained again.
            let log = try String(
                contentsOf: folder.appending(path: "study/trials/000000/log"), encoding: .utf8)
            #expect(log.split(separator: "\n").count { $0.hasPrefix("start ") } == 1)
            let report = try run(folder, "report", "study")
            #expect(report.status == 0, "\(report.errors)")
            let page = try String(
                contentsOf: folder.appending(path: "study/report.html"), encoding: .utf8)
            #expect(page.contains("2 epochs, batch 3, nadam, learning rate 0.001"))
            #expect(page.contains("50/20/30 % training/validation/test"))
            let predict = try run(
                folder, "predict", "study", "data", "--part", "test", "--output", "labels")
            #expect(predict.output.contains("2 predicted"), "\(predict)")
        }
    }

    @Test("a report of a study that was not resumed")
    func report() throws {
        try withFormer { folder in
            let report = try run(folder, "report", "study", "--output", "page.html")
            #expect(report.status == 0, "\(report.errors)")
            let page = try String(
                contentsOf: folder.appending(path: "page.html"), encoding: .utf8)
            #expect(page.contains("1 GiB for a training"))
        }
    }

    @Test("a run is complete with its folder alone, trained for longer, and predicted with")
    func run() throws {
        try withFormer { folder in
            let again = try run(folder, "train", "--output", "run", "--cache", "cache")
            #expect(again.status == 0, "\(again.errors)")
            #expect(again.errors.contains("This run is complete"))
            let more = try run(
                folder, "train", "--output", "run", "--cache", "cache", "--threads", "1",
                "--epochs", "4", "--json")
            #expect(more.status == 0 && more.output.contains("\"epochs\" : 4"), "\(more)")
            let predict = try run(
                folder, "predict", "run", "data", "--part", "test", "--output", "labels")
            #expect(predict.output.contains("2 predicted"), "\(predict)")
        }
    }

    @Test("a comparison, whose methods are given again")
    func comparison() throws {
        try withFormer { folder in
            let options = [
                "compare", "--output", "comparison", "--splits", "1", "--spaces", "none",
                "--baselines", "small.json", "--cache", "cache", "--threads", "1",
            ]
            #expect(try Program.run(options, in: folder).status == 0)
            let last = try run(folder, "compare", "--output", "comparison")
            #expect(last.status == 0 && last.output.contains("small"), "\(last)")
        }
    }
}
