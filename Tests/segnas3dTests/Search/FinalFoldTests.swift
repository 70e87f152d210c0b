import Foundation
import Glibc
import TestSupport
import Testing

@Suite("The best network of a search on folds")
struct FinalFoldTests {
    private struct Document: Decodable {
        struct Test: Decodable {
            var cases: Int
            var dice: Double?
        }
        var model: String?
        var crossValidatedDice: Double?
        var test: Test?
    }

    @Test("killed in its folds and resumed, a search ends with their mean as its model")
    func folds() throws {
        try SearchScene.with(iterations: 6) { scene in
            let more = ["--final-folds", "3", "--final-epochs", "4"]
            let whole = try scene.search("whole", more + ["--json"])
            #expect(whole.status == 0, "\(whole.errors)")
            // The test cases.
            #expect(!whole.errors.contains("in no part of the split"), "\(whole.errors)")
            let document = try JSONDecoder().decode(Document.self, from: Data(whole.output.utf8))
            #expect(document.test?.cases == 2 && document.crossValidatedDice != nil)
            let process = try Program.start(scene.arguments("study", more + ["--quiet"]))
            try scene.wait {
                finals(scene).contains { access("\($0)/fold_1/log.jsonl", F_OK) == 0 }
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let last = try Program.run("search", "--output", scene.path("study"))
            #expect(last.status == 0, "\(last.errors)")
            #expect(
                last.output.contains("study/best, the mean of 3 folds, cross-validated Dice 0."))
            #expect(try evaluation(scene, "study") == evaluation(scene, "whole"))
            let split = try plan(scene)
            #expect(split.flatMap(\.validation).count == 6)
            let predicted = try Program.run(
                "predict", scene.path("study"), scene.path("data"), "--part", "test", "--output",
                scene.path("labels"), "--threads", "1")
            #expect(predicted.output.hasSuffix(": 2 predicted\n"), "\(predicted)")
            let report = try Program.run("report", scene.path("study"))
            #expect(report.status == 0, "\(report.errors)")
            let page = try String(
                contentsOfFile: scene.path("study/report.html"), encoding: .utf8)
            #expect(page.contains("on 3 folds for 4 epochs, cross-validated Dice 0."))
        }
    }

    @Test("with several seeds it is trained again on the study's split, and its mean is tested")
    func seeds() throws {
        try SearchScene.with(iterations: 4) { scene in
            let more = ["--final-seeds", "2", "--final-epochs", "2", "--max-parameters", "1M"]
            let search = try scene.search("study", more + ["--quiet"])
            #expect(search.status == 0, "\(search.errors)")
            #expect(!search.errors.contains("in no part of the split"), "\(search.errors)")
            // Without progress warnings are shown, and nothing else.
            let lines = search.errors.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("Warning: ") || $0.hasPrefix("Note: ") })
            #expect(
                search.errors.contains(
                    "1,000,000 parameters: that is the limit of each network, and the model may be the mean of 2"
                ))
            #expect(search.output.contains("study/best, the mean of 2 seeds, validation Dice 0."))
            #expect(search.output.contains("test: 2 cases on the grids of their files"))
            #expect(finals(scene).count == 1 && finals(scene)[0].hasSuffix("-2-seeds"))
            let split = try plan(scene)
            #expect(split.count == 1 && split[0].validation.count == 2)
            // Of this network, whichever is the best then.
            let folder = finals(scene)[0]
            let seeds = ["seed_0", "seed_1"].map { "\(folder)/\($0)/log.jsonl" }
            let logs = try seeds.map { try Data(contentsOf: URL(filePath: $0)) }
            #expect(logs[0] != logs[1])
            let grown = try Program.run(
                "search", "--output", scene.path("study"), "--final-seeds", "3",
                "--final-candidates", "2")
            #expect(grown.status == 0, "\(grown.errors)")
            #expect(grown.output.contains("study/best, the mean of 3 seeds, validation Dice 0."))
            #expect(grown.output.contains("trained again for 2 epochs with 3 seeds"))
            #expect(try logs == seeds.map { try Data(contentsOf: URL(filePath: $0)) })
            let report = try Program.run("report", scene.path("study"))
            #expect(report.status == 0, "\(report.errors)")
            let page = try String(
                contentsOfFile: scene.path("study/report.html"), encoding: .utf8)
            #expect(page.contains("with 3 seeds for 2 epochs, validation Dice 0."))
            for (model, output) in [("study", "labels"), ("study/best", "same")] {
                let predicted = try Program.run(
                    "predict", scene.path(model), scene.path("data"), "--part", "test", "--output",
                    scene.path(output), "--threads", "1")
                #expect(predicted.output.hasSuffix(": 2 predicted\n"), "\(predicted)")
            }
            let single = try Program.run(
                "search", "--output", scene.path("study"), "--final-seeds", "1")
            #expect(single.status == 2)
            #expect(single.errors.contains("--final-seeds must be 2 to 100, and 1 is given"))
            let both = try Program.run(
                "search", "--output", scene.path("study"), "--ensemble", "2")
            #expect(both.status == 2)
            #expect(both.errors.contains("--ensemble and --final-seeds exclude each other"))
        }
    }

    @Test("cases that a table groups stay together in the folds, also where it is not named again")
    func groups() throws {
        try SearchScene.with(iterations: 4) { scene in
            let names = try FileManager.default
                .contentsOfDirectory(atPath: scene.path("data/labelsTr"))
                .map { String($0.prefix(while: { $0 != "." })) }.sorted()
            let rows = names.enumerated().map { "\($1),patient\($0 / 2)" }
            try Data((["case,patient"] + rows + [""]).joined(separator: "\n").utf8)
                .write(to: URL(filePath: scene.path("patients.csv")))
            let process = try Program.start(
                scene.arguments(
                    "study",
                    [
                        "--groups", scene.path("patients.csv:patient"), "--final-folds", "2",
                        "--final-epochs", "2", "--quiet",
                    ]))
            try scene.wait { access(scene.path("study/dataset.json"), F_OK) == 0 }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(finals(scene).isEmpty)
            try FileManager.default.removeItem(atPath: scene.path("patients.csv"))
            let last = try Program.run("search", "--output", scene.path("study"))
            #expect(last.status == 0, "\(last.errors)")
            for fold in try plan(scene) {
                let patients = Dictionary(grouping: fold.validation) {
                    (names.firstIndex(of: $0) ?? 0) / 2
                }
                #expect(!patients.isEmpty && patients.values.allSatisfy { $0.count == 2 })
            }
        }
    }

    /// The folders of final trainings.
    private func finals(_ scene: SearchScene) -> [String] {
        let folder = scene.path("study/final")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.map { "\(folder)/\($0)" }
    }

    private func evaluation(_ scene: SearchScene, _ study: String) throws -> Data {
        try Data(contentsOf: URL(filePath: scene.path("\(study)/best/crossvalidation.json")))
    }

    private struct Fold: Decodable {
        var validation: [String]
    }

    private func plan(_ scene: SearchScene) throws -> [Fold] {
        struct Plan: Decodable { var folds: [Fold] }
        let file = URL(filePath: scene.path("study/best/plan.json"))
        return try JSONDecoder().decode(Plan.self, from: Data(contentsOf: file)).folds
    }
}
