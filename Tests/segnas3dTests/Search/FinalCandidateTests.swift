import Foundation
import Glibc
import SegNASStudy
import TestSupport
import Testing

@Suite("The best networks of a search, trained again and compared")
struct FinalCandidateTests {
    private struct Document: Decodable {
        struct Status: Decodable {
            struct Best: Decodable { var trial: Int }
            struct Candidates: Decodable {
                struct Candidate: Decodable {
                    var trial: Int
                    var dice: Double
                }
                struct Difference: Decodable { var cases: Int }
                var epochs: Int
                var folds: Int?
                var candidates: [Candidate]
                var difference: Difference?
            }
            struct Comparison: Decodable {
                var rival: String
                var verdict: String
                var sentence: String
            }
            var best: Best?
            var candidates: Candidates?
            var comparisons: [Comparison]?
        }
        var status: Status
    }

    private func document(_ program: Program) throws -> Document.Status {
        #expect(program.status == 0, "\(program.errors)")
        return try JSONDecoder().decode(Document.self, from: Data(program.output.utf8)).status
    }

    /// The weights of the best model.
    private func weights(_ scene: SearchScene, _ study: String) throws -> Data {
        let model = StudyFolder(scene.path(study)).bestModel
        return try Data(contentsOf: URL(filePath: model + "/weights.safetensors"))
    }

    private func target(_ scene: SearchScene, _ study: String = "study") -> String? {
        StudyFolder(scene.path(study)).bestTarget
    }

    @Test(
        "killed in their trainings and resumed, the same one is delivered, and said with what difference"
    )
    func epochs() throws {
        try SearchScene.with(iterations: 12) { scene in
            let more = ["--final-candidates", "3", "--final-epochs", "4"]
            let whole = try document(scene.search("whole", more + ["--json"]))
            let candidates = try #require(whole.candidates)
            #expect(candidates.candidates.count == 3 && candidates.epochs == 4)
            let dice = candidates.candidates.map(\.dice)
            #expect(dice == dice.sorted(by: >))
            #expect(candidates.candidates[0].trial == whole.best?.trial)
            #expect(candidates.difference?.cases == 2)
            let process = try Program.start(scene.arguments("study", more + ["--quiet"]))
            // In the second one's training.
            try scene.wait { finals(scene).count == 2 }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(target(scene)?.hasPrefix("models/") == true)
            let last = try Program.run("search", "--output", scene.path("study"))
            #expect(last.status == 0, "\(last.errors)")
            #expect(last.output.contains("Of 3 networks, trained again for 4 epochs, trial "))
            #expect(last.output.contains("They cannot be told apart by so few cases: Dice "))
            #expect(try weights(scene, "study") == weights(scene, "whole"))
            try show(scene, candidates)
            try change(scene)
        }
    }

    private func finals(_ scene: SearchScene) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: scene.path("study/final"))
        return (names ?? []).filter { $0.hasSuffix("-4") }
    }

    /// What status and report say, and which network others take.
    private func show(_ scene: SearchScene, _ candidates: Document.Status.Candidates) throws {
        let status = try Program.run("status", scene.path("study"), "--json")
        let shown = try JSONDecoder().decode(
            Document.Status.self, from: Data(status.output.utf8))
        #expect(shown.best?.trial == candidates.candidates[0].trial)
        #expect(shown.comparisons?.map(\.rival) == ["baseline", "random"])
        #expect(shown.comparisons?[0].verdict == "noRival")
        let report = try Program.run("report", scene.path("study"))
        #expect(report.status == 0, "\(report.errors)")
        let page = try String(contentsOfFile: scene.path("study/report.html"), encoding: .utf8)
        for text in [
            "The best of 3 that were trained again, trial ", "<dt>Candidates</dt>",
            "<dt>Against random search</dt>",
        ] {
            #expect(page.contains(text), "\(text)")
        }
    }

    /// Fewer candidates, none, and a search that goes on.
    private func change(_ scene: SearchScene) throws {
        let one = try Program.run(
            "search", "--output", scene.path("study"), "--final-candidates", "1", "--json")
        let alone = try document(one)
        #expect(alone.candidates == nil && finals(scene).count == 1)
        let best = StudyFolder.name(try #require(alone.best).trial)
        #expect(target(scene) == "final/\(best)-4/model")
        let plain = try scene.search("plain", ["--final-epochs", "4"])
        #expect(plain.status == 0, "\(plain.errors)")
        #expect(try weights(scene, "study") == weights(scene, "plain"))
        let more = try Program.run(
            "search", "--output", scene.path("study"), "--final-candidates", "2", "--iterations",
            "14", "--json")
        let grown = try document(more)
        #expect(grown.candidates?.candidates.count == 2 && finals(scene).count == 2)
    }

    @Test("on folds, they are compared by the cases of all folds")
    func folds() throws {
        try SearchScene.with(iterations: 6) { scene in
            let result = try document(
                scene.search("study", ["--final-candidates", "2", "--final-folds", "2", "--json"]))
            let candidates = try #require(result.candidates)
            #expect(candidates.folds == 2 && candidates.epochs == 2)
            #expect(candidates.difference?.cases == 6)
            let best = StudyFolder.name(candidates.candidates[0].trial)
            #expect(target(scene) == "final/\(best)-2-folds-2")
            let none = try Program.run(
                "search", "--output", scene.path("study"), "--final-candidates", "0")
            #expect(none.status == 2)
            #expect(
                none.errors.contains("--final-candidates must be at least 1, and 0 is given"))
        }
    }

    @Test("an ensemble is made where it is better, or asked for, and predicts")
    func ensemble() throws {
        try SearchScene.with(iterations: 8) { scene in
            let more = ["--final-candidates", "3", "--final-epochs", "4", "--ensemble", "3"]
            let search = try scene.search("study", more)
            #expect(search.status == 0, "\(search.errors)")
            // Two validation cases show nothing.
            #expect(search.output.contains(". It is not shown to be better: no ensemble is made."))
            #expect(target(scene)?.hasSuffix("-4/model") == true)
            let forced = try Program.run(
                "search", "--output", scene.path("study"), "--force-ensemble", "--json")
            #expect(forced.status == 0 && forced.output.contains("\"isWritten\" : true"))
            #expect(target(scene)?.hasSuffix("-ensemble") == true)
            let predicted = try Program.run(
                "predict", scene.path("study"), scene.path("data"), "--part", "test", "--output",
                scene.path("labels"), "--threads", "1")
            #expect(predicted.output.hasSuffix(": 2 predicted\n"), "\(predicted)")
            // As the search has evaluated it.
            for name in try FileManager.default.contentsOfDirectory(atPath: scene.path("labels"))
            where name.hasSuffix(".nii.gz") {
                let files = [scene.path("labels"), scene.path("study/test/predictions")]
                #expect(
                    try Set(files.map { try Data(contentsOf: URL(filePath: "\($0)/\(name)")) })
                        .count == 1)
            }
            let status = try Program.run("status", scene.path("study"))
            #expect(
                status.output.contains(
                    ". It is not shown to be better, but is the model, as was asked for."))
            #expect(try Program.run("report", scene.path("study")).status == 0)
            let again = try Program.run("search", "--output", scene.path("study"), "--quiet")
            #expect(again.status == 0 && target(scene)?.hasSuffix("-ensemble") == true)
            let alone = try Program.run(
                "search", "--output", scene.path("study"), "--ensemble", "1", "--quiet")
            #expect(alone.status == 0 && target(scene)?.hasSuffix("-4/model") == true)
            #expect(!alone.output.contains("The mean of trial"))
        }
    }

    @Test("weighing that was interrupted goes on with the next case, to the same weights")
    func interruptedWeighing() throws {
        try SearchScene.with(iterations: 8) { scene in
            let more = ["--final-candidates", "3", "--final-epochs", "4"]
            let search = try scene.search("study", more)
            #expect(search.status == 0, "\(search.errors)")
            let whole = try Program.run(
                "search", "--output", scene.path("study"), "--ensemble", "3", "--force-ensemble")
            #expect(whole.status == 0, "\(whole.errors)")
            let best = try #require(try StudyStatus(of: scene.path("study")).best).number
            let record = StudyFolder(scene.path("study")).ensembleRecord(best)
            let expected = try Data(contentsOf: URL(filePath: record))
            let part = StudyFolder(scene.path("study")).ensembleProgress(best)
            #expect(!FileManager.default.fileExists(atPath: part))
            // As when it was killed after the first case, and with a record of other models.
            for models in [nil, ["x"]] as [[String]?] {
                try FileManager.default.removeItem(atPath: record)
                let digests = try models ?? members(of: expected)
                let counts = [Int](repeating: 1, count: 3 * 2 * 16)
                let known: [String: Any] = [
                    "schema": 1, "models": digests, "progress": ["cases": [counts]],
                ]
                try JSONSerialization.data(withJSONObject: known).write(to: URL(filePath: part))
                let again = try Program.run("search", "--output", scene.path("study"))
                #expect(again.status == 0, "\(again.errors)")
                let isSame = try Data(contentsOf: URL(filePath: record)) == expected
                // The made-up counts of the first case are taken where they belong to the models.
                #expect(isSame == (models != nil))
                #expect(!FileManager.default.fileExists(atPath: part))
            }
        }
    }

    private func members(of record: Data) throws -> [String] {
        struct Record: Decodable {
            struct Member: Decodable { var model: String }
            var members: [Member]
        }
        return try JSONDecoder().decode(Record.self, from: record).members.map(\.model)
    }

    @Test("the network that a search begins with is trained again, too, and compared so")
    func baseline() throws {
        try SearchScene.with(iterations: 10) { scene in
            let first = scene.path("first.json")
            try Data(#"{"n": 2, "p": 1, "sup": 0, "res": 0, "nodes": 3, "ops": [1, 0, 1]}"#.utf8)
                .write(to: URL(filePath: first))
            let more = ["--final-candidates", "2", "--first", first, "--json", "--rungs", "2"]
            let search = try document(scene.search("study", more + ["--first-rung", "1"]))
            // It goes on to the end, whatever it has shown.
            let states = try scene.trials("study").map(\.state)
            #expect(states[0] == .completed)
            let candidates = try #require(search.candidates)
            #expect(candidates.candidates.contains { $0.trial == 0 })
            let comparison = try #require(search.comparisons?[0])
            #expect(comparison.rival == "baseline" && comparison.verdict != "noRival")
            #expect(
                comparison.sentence.contains("trained again"), "\(comparison.sentence)")
        }
    }

    @Test("options that cannot be are refused before anything is done")
    func refused() throws {
        try SearchScene.with(iterations: 8) { scene in
            let sentences = [
                (
                    ["--ensemble", "2"],
                    "--ensemble needs several models, and this search keeps one"
                ),
                (["--ensemble", "6"], "--ensemble must be 1 to 5, and 6 is given"),
                (
                    ["--ensemble", "2", "--final-epochs", "3"],
                    "one is trained again: give --final-candidates 2, too"
                ),
                (
                    ["--ensemble", "2", "--final-candidates", "2", "--final-folds", "2"],
                    "--ensemble and --final-folds exclude each other"
                ),
            ]
            for (options, sentence) in sentences {
                let refused = try scene.search("study", options)
                #expect(refused.status == 2 && refused.errors.contains(sentence), "\(refused)")
            }
            #expect(!FileManager.default.fileExists(atPath: scene.path("study")))
        }
    }
}
