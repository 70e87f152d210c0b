import Foundation
import Glibc
import SegNASDatasets
import SegNASImaging
import TestSupport
import Testing

@Suite("Cascades")
struct CascadeTests {
    /// Phantoms of which a patch covers an eighth, and the command that trains a cascade on them.
    private struct Scene {
        let folder: PhantomFolder

        static func with(_ body: (Scene) throws -> Void) throws {
            try PhantomFolder.with(cases: 7, size: 32) { try body(Scene(folder: $0)) }
        }

        func path(_ name: String) -> String { folder.path(name) }
        func text(_ name: String) throws -> String { try folder.text(name) }

        func arguments(_ run: String, _ more: [String] = []) -> [String] {
            [
                "train", path("data"), "--cascade", "--patch", "16", "--epochs", "2",
                "--steps-per-epoch", "3", "--output", path(run), "--cache", path("cache"),
                "--threads", "1",
            ] + more
        }
    }

    @Test("killed in either stage it ends as if it had not been, and predicts as it was tested")
    func whole() throws {
        try Scene.with { scene in
            let program = try Program.run(scene.arguments("whole"))
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.errors.contains("First stage: \(scene.path("whole/low"))\n"))
            #expect(program.errors.contains("Second stage: \(scene.path("whole/full"))\n"))
            // Those that validate and test the second stage.
            #expect(!program.errors.contains("are in no part of the split"), "\(program.errors)")
            #expect(program.output.hasSuffix("whole is the model of both stages\n"))
            for file in ["low/fold_1/log.jsonl", "full/log.jsonl"] {
                try Program.runKilled(
                    scene.arguments("killed", ["--quiet"]), when: scene.path("killed/\(file)"))
            }
            let last = try Program.run("train", "--output", scene.path("killed"), "--quiet")
            #expect(last.status == 0, "\(last.errors)")
            for name in ["low/crossvalidation.json", "full/model/model.json"] {
                #expect(try scene.text("killed/\(name)") == scene.text("whole/\(name)"), "\(name)")
            }
            try expectPrediction(scene)
            try expectWords(scene)
            try expectLoss(scene)
            try expectRefusals(scene)
        }
    }

    /// The label maps of the test cases have the Dice that the run itself found.
    private func expectPrediction(_ scene: Scene) throws {
        let output = scene.path("test")
        func predict(_ model: String, _ more: String...) throws -> Program {
            try Program.run(
                ["predict", scene.path(model), scene.path("data"), "--part", "test", "--output"]
                    + [output, "--threads", "1"] + more)
        }
        let program = try predict("whole")
        #expect(program.status == 0 && program.output.hasSuffix(": 2 predicted\n"), "\(program)")
        #expect(!FileManager.default.fileExists(atPath: "\(output)/.firststage"))
        #expect(try predict("whole/full").output.hasSuffix(": 0 predicted, 2 there already\n"))
        let own = try JSONDecoder().decode(
            Evaluation.self, from: Data(scene.text("whole/full/test.json").utf8))
        for entry in own.cases {
            let reference = try LabelMap(
                contentsOf: scene.path("data/labelsTr/\(entry.identifier).nii.gz"))
            let evaluated = try CaseEvaluation(
                entry.identifier, reference: reference,
                prediction: LabelMap(contentsOf: "\(output)/\(entry.identifier).nii.gz"),
                labels: Dataset(contentsOf: scene.path("data")).labels, threads: 1)
            #expect(evaluated.scores == entry.scores)
        }
        // Predictions of the mean of the first stage, which the second has seen.
        #expect(
            FileManager.default.fileExists(
                atPath: scene.path("whole/predictions/\(own.cases[0].identifier).nii.gz")))
    }

    /// A copy without the first stage says what is missing.
    private func expectLoss(_ scene: Scene) throws {
        let copy = URL(filePath: scene.path("copy"))
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        for name in ["plan.json", "full"] {
            try FileManager.default.copyItem(
                at: URL(filePath: scene.path("whole/\(name)")), to: copy.appending(path: name))
        }
        let program = try Program.run(
            "predict", copy.path, scene.path("data"), "--output", scene.path("none"))
        #expect(program.status == 1, "\(program)")
        #expect(
            program.errors.contains(
                "/copy/low: is missing: copy the whole folder of the cascade again"),
            "\(program.errors)")
    }

    private func expectWords(_ scene: Scene) throws {
        let status = try Program.run("status", scene.path("whole"))
        #expect(status.output.contains("3 of 3 folds are trained"), "\(status)")
        #expect(status.output.contains("complete: \(scene.path("whole/full/model"))"))
        let shown = try Program.run("inspect", scene.path("whole"), "--size", "16")
        #expect(shown.output.hasPrefix("the second stage of a cascade, after 3 networks: "))
        #expect(shown.output.contains("channels in: 3"), "\(shown)")
        let report = try Program.run("report", scene.path("whole"))
        #expect(report.output == "Wrote \(scene.path("whole"))/report.html\n", "\(report)")
        let page = try scene.text("whole/report.html")
        #expect(page.contains("The cascade is complete."))
        #expect(page.contains("Dice of the first stage"))
        for id in ["cases", "test", "curves", "first-folds"] {
            #expect(page.contains("<section id=\"\(id)\""), "\(id)")
        }
        #expect(!page.contains("phantom000") && !page.contains(scene.path("data")))
        let json = try Program.run("train", "--output", scene.path("whole"), "--json", "--quiet")
        #expect(json.output.contains("\"firstStage\"") && json.output.contains("\"secondStage\""))
    }

    private func expectRefusals(_ scene: Scene) throws {
        for (words, sentence) in [
            (["--epochs", "3"], "  --epochs was 2, and is now 3\n"),
            (["--patch", "24"], "  --size was 16x16x16, and is now 24x24x24\n"),
            (["--folds", "2"], "  --folds was not given, and is now 2\n"),
            (["--size", "16"], "leave out --size and --fit"),
            (["--from", scene.path("whole/low/fold_0")], "--from does not go with --cascade"),
        ] {
            let other = try Program.run(["train", "--output", scene.path("whole")] + words)
            #expect(other.status == 2 && other.errors.contains(sentence), "\(other.errors)")
        }
        // A refusal has changed nothing.
        let again = try Program.run("train", "--output", scene.path("whole"), "--quiet")
        #expect(again.status == 0, "\(again.errors)")
        let large = try Program.run(
            "train", scene.path("data"), "--cascade", "--output", scene.path("large"), "--cache",
            scene.path("cache"))
        #expect(large.status == 2 && large.errors.contains("cover 100 % of the median image"))
        #expect(!FileManager.default.fileExists(atPath: scene.path("large")))
        let run = try Program.run(
            "train", "--output", scene.path("whole/full"), "--cascade", "--patch", "16")
        #expect(run.status == 2 && run.errors.contains("holds a run without --cascade"))
        let origin = try Program.run(
            "train", scene.path("data"), "--from", scene.path("whole"), "--output",
            scene.path("large"))
        #expect(origin.status == 1 && origin.errors.contains("is a cascade, whose second stage"))
        try FileManager.default.copyItem(
            atPath: scene.path("whole/full/model"), toPath: scene.path("alone"))
        let alone = try Program.run(
            "predict", scene.path("alone"), scene.path("data"), "--output", scene.path("out"))
        #expect(alone.status == 1 && alone.errors.contains("and the first is not beside it"))
        try FileManager.default.removeItem(atPath: scene.path("whole/low/fold_2/model"))
        try FileManager.default.copyItem(
            atPath: scene.path("whole/low/fold_1/model"),
            toPath: scene.path("whole/low/fold_2/model"))
        let changed = try Program.run(
            "predict", scene.path("whole"), scene.path("data"), "--output", scene.path("out"))
        #expect(changed.status == 1 && changed.errors.contains("train the cascade again"))
    }

    @Test("with folds, both stages have the same, and the whole folder is the model")
    func folds() throws {
        try Scene.with { scene in
            let program = try Program.run(scene.arguments("cv", ["--folds", "2", "--quiet"]))
            #expect(program.status == 0, "\(program.errors)")
            #expect(
                program.output.contains("Second stage: \(scene.path("cv/full")): the mean of 2"))
            for fold in 0..<2 {
                #expect(
                    try validation(scene, "cv/low/fold_\(fold)")
                        == validation(scene, "cv/full/fold_\(fold)"))
            }
            let image = scene.path("data/imagesTr/phantom0000_0000.nii.gz")
            let predicted = try Program.run(
                "predict", scene.path("cv"), image, "--output", scene.path("p"), "--threads", "1")
            #expect(predicted.output.hasSuffix("1 predicted\n"), "\(predicted)")
        }
    }

    private func validation(_ scene: Scene, _ run: String) throws -> [String] {
        struct Plan: Decodable {
            var split: Split
        }
        let plan = try JSONDecoder().decode(
            Plan.self, from: Data(scene.text("\(run)/plan.json").utf8))
        #expect(!plan.split.validation.isEmpty)
        return plan.split.validation
    }
}
