import Foundation
import Glibc
import SegNASDatasets
import SegNASImaging
import SegNASSegmentation
import TestSupport
import Testing

@Suite("Training with several seeds")
struct SeedTests {
    /// Phantoms, a small network, and the command that trains it: of 6 cases 3 train, 1 validates and 2 test.
    private struct Scene {
        let phantoms: PhantomFolder

        static func with(_ body: (Scene) throws -> Void) throws {
            try PhantomFolder.with(cases: 6, size: 16) { phantoms in
                let scene = Scene(phantoms: phantoms)
                try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8)
                    .write(to: URL(filePath: scene.path("net.json")))
                try body(scene)
            }
        }

        func path(_ name: String) -> String { phantoms.path(name) }

        /// The command, on one thread: volumes are too small for more.
        func arguments(_ run: String, _ more: [String], epochs: Int = 2) -> [String] {
            [
                "train", path("data"), "--network", path("net.json"), "--size", "16", "--epochs",
                "\(epochs)", "--output", path(run), "--cache", path("cache"), "--threads", "1",
            ] + more
        }

        func train(_ run: String, _ more: String...) throws -> Program {
            let program = try Program.run(arguments(run, more))
            #expect(program.status == 0, "\(program.errors)")
            return program
        }

        func data(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

        func weights(_ run: String) throws -> Data { try data("\(run)/model/weights.safetensors") }

        func evaluation(_ file: String) throws -> Evaluation {
            try JSONDecoder().decode(Evaluation.self, from: data(file))
        }

        /// The label maps of cases by the mean of models, cleaned up for one alone.
        func predict(_ models: [String], to output: String, _ cases: [String]) throws {
            let others = models.dropFirst().flatMap { ["--ensemble", path($0)] }
            let images = cases.map { path("data/imagesTr/\($0)_0000.nii.gz") }
            let program = try Program.run(
                ["predict", path(models[0])] + others + images + [
                    "--output", path(output), "--threads", "1",
                ])
            #expect(program.status == 0, "\(program.errors)")
        }

        func expectSameMaps(_ folder: String, as other: String, _ names: [String]) throws {
            for name in names {
                let map = try LabelMap(contentsOf: path("\(folder)/\(name).nii.gz"))
                let expected = try LabelMap(contentsOf: path("\(other)/\(name).nii.gz"))
                #expect(map.values == expected.values, "\(name)")
            }
        }
    }

    @Test("the model is the mean of trainings with seeds that follow each other, and tests once")
    func whole() throws {
        try Scene.with { scene in
            let program = try scene.train("run", "--seeds", "2", "--seed", "5")
            #expect(program.errors.contains("Seed 1 of 2: \(scene.path("run"))/seed_0\n"))
            #expect(program.errors.contains("Seed 2 of 2: \(scene.path("run"))/seed_1\n"))
            // Their test part is for their mean.
            #expect(!program.errors.contains("in no part of the split"), "\(program.errors)")
            #expect(program.output.contains(": the mean of 2 seeds, "))
            #expect(program.output.contains("\ntest: 2 cases on the grids of their files"))
            for (seed, number) in [("0", "5"), ("1", "1000005")] {
                _ = try scene.train("single\(seed)", "--seed", number)
                #expect(try scene.weights("single\(seed)") == scene.weights("run/seed_\(seed)"))
                #expect(access(scene.path("run/seed_\(seed)/test.json"), F_OK) != 0)
            }
            let names = try expectMeans(scene)
            let status = try Program.run("status", scene.path("run"))
            #expect(status.output.contains(" is a training with several seeds of segnas3d train: "))
            #expect(status.output.contains("2 of 2 seeds are trained\nseed 0: 2 of 2 epochs"))
            #expect(status.output.contains("\ncomplete: test Dice 0."), "\(status)")
            #expect(status.output.hasSuffix("; its model is the mean of 2 seeds\n"), "\(status)")
            let epochs = try Program.run("status", scene.path("run"), "--csv")
            #expect(epochs.output.contains("\nseed_1,2,"), "\(epochs)")
            let shown = try Program.run("inspect", scene.path("run"))
            #expect(shown.output.hasPrefix("the mean of 2 seeds, each of"), "\(shown)")
            try expectReport(scene)
            try expectZip(scene, names)
            let again = try Program.run("train", "--output", scene.path("run"), "--quiet")
            #expect(again.status == 0 && again.errors.isEmpty && again.output == program.output)
        }
    }

    /// Validation and test cases are predicted by the mean of both networks; the split's parts are known.
    private func expectMeans(_ scene: Scene) throws -> [String] {
        let seeds = ["run/seed_0", "run/seed_1"]
        let validation = try scene.evaluation("run/crossvalidation.json").cases.map(\.identifier)
        let test = try scene.evaluation("run/test.json").cases.map(\.identifier)
        #expect(validation.count == 1 && test.count == 2)
        try scene.predict(seeds, to: "mean", validation + test)
        try scene.expectSameMaps("run/crossvalidation", as: "mean", validation)
        // With the clean-up that the validation cases have chosen.
        try scene.predict(["run"], to: "tested", test)
        try scene.expectSameMaps("run/test", as: "tested", test)
        let parts = try Program.run(
            "predict", scene.path("run"), scene.path("data"), "--part", "test", "--output",
            scene.path("own"), "--threads", "1", "--no-postprocessing")
        #expect(parts.output.hasSuffix(": 2 predicted\n"), "\(parts)")
        try scene.expectSameMaps("own", as: "mean", test)
        return test
    }

    private func expectReport(_ scene: Scene) throws {
        let report = try Program.run("report", scene.path("run"))
        #expect(report.status == 0, "\(report.errors)")
        let page = try scene.phantoms.text("run/report.html")
        #expect(page.contains("The training is complete: its model is the mean of 2 seeds."))
        #expect(page.contains("test Dice") && page.contains("The model on 2 test cases"))
        #expect(page.contains("3 training cases, 1 for validation, 2 for the test"))
        #expect(page.contains("All 2 cases that can be read are shown."))
        #expect(!page.contains("phantom000") && !page.contains(scene.path("data")))
    }

    /// Passed on as one file, it predicts the same, and knows no case's name.
    private func expectZip(_ scene: Scene, _ names: [String]) throws {
        let archive = scene.path("model.zip")
        let export = try Program.run(
            "export", scene.path("run"), "--format", "zip", "--output", archive)
        #expect(export.status == 0, "\(export.errors)")
        let shown = try Program.run("inspect", archive)
        #expect(shown.output.hasPrefix("the mean of 2 seeds, each of"), "\(shown)")
        for name in names {
            let image = scene.path("data/imagesTr/\(name)_0000.nii.gz")
            let predicted = try Program.run(
                "predict", archive, image, "--output", scene.path("zipped"), "--threads", "1")
            #expect(predicted.status == 0, "\(predicted.errors)")
        }
        try scene.expectSameMaps("zipped", as: "run/test", names)
        let part = try Program.run(
            "predict", archive, scene.path("data"), "--part", "test", "--output",
            scene.path("part"))
        #expect(part.status == 2 && part.errors.contains("--part needs the folder of a run"))
    }

    @Test("more seeds train what is missing, fewer leave the rest aside")
    func otherNumbers() throws {
        try Scene.with { scene in
            _ = try scene.train("whole", "--seeds", "3")
            _ = try scene.train("run", "--seeds", "2")
            let before = try scene.data("run/seed_1/log.jsonl")
            let two = try scene.data("run/test.json")
            let more = try Program.run("train", "--output", scene.path("run"), "--seeds", "3")
            #expect(more.status == 0, "\(more.errors)")
            #expect(try scene.data("run/seed_1/log.jsonl") == before)
            for file in ["crossvalidation.json", "postprocessing.json"] {
                #expect(try scene.data("run/\(file)") == scene.data("whole/\(file)"), "\(file)")
            }
            #expect(try scene.data("run/test.json") != two)
            #expect(more.output.contains(": the mean of 3 seeds, "))
            let fewer = try Program.run("train", "--output", scene.path("run"), "--seeds", "2")
            #expect(fewer.status == 0 && fewer.output.contains(": the mean of 2 seeds, "))
            #expect(try scene.data("run/test.json") == two)
            #expect(access(scene.path("run/seed_2/model"), F_OK) == 0)
            for (words, sentence) in [
                (["--folds", "3"], "  --folds was none, and is now 3\n"),
                (["--seed", "1"], "  --seed was 0, and is now 1\n"),
                (["--seeds", "1"], "--seeds must be 2 to 100, and 1 is given"),
                (["--seeds", "0"], "--seeds must be 1 to 100, and 0 is given"),
            ] {
                let other = try Program.run(["train", "--output", scene.path("run")] + words)
                #expect(other.status == 2 && other.errors.contains(sentence), "\(other.errors)")
            }
            let single = try Program.run(
                "train", "--output", scene.path("run/seed_0"), "--seeds", "2")
            #expect(single.status == 2)
            #expect(single.errors.contains("holds a run without --seeds: leave --seeds out"))
            let cascade = try Program.run(
                scene.arguments("cascade", ["--cascade", "--seeds", "2"]))
            #expect(cascade.status == 2)
            #expect(cascade.errors.contains("--seeds does not go with --cascade"))
        }
    }

    @Test("while seeds are added, the model is the mean of the earlier ones, and that is said")
    func interruptedAddition() throws {
        try Scene.with { scene in
            _ = try scene.train("run", "--seeds", "2")
            try scene.predict(["run"], to: "two", ["phantom0000"])
            // As if it had been killed with four, before the third was begun: networks so small are trained too soon.
            let plan = try scene.phantoms.text("run/plan.json")
            let more = plan.replacing("\"seeds\" : 2", with: "\"seeds\" : 4")
            try #require(more != plan)
            try Data(more.utf8).write(to: URL(filePath: scene.path("run/plan.json")))
            let status = try Program.run("status", scene.path("run"))
            #expect(status.output.contains(": 2 of 4 seeds are trained\n"), "\(status)")
            #expect(status.output.contains("\nits model is the mean of 2 seeds\nnot complete: to "))
            try scene.predict(["run"], to: "still", ["phantom0000"])
            try scene.expectSameMaps("still", as: "two", ["phantom0000"])
            let report = try Program.run("report", scene.path("run"))
            #expect(report.status == 0, "\(report.errors)")
            let page = try scene.phantoms.text("run/report.html")
            #expect(page.contains("The training is not complete: "))
            let last = try Program.run("train", "--output", scene.path("run"), "--quiet")
            #expect(last.status == 0 && last.output.contains(": the mean of 4 seeds, "))
        }
    }

    @Test("weights of another model begin all seeds; where they cannot, there is no folder")
    func origins() throws {
        try Scene.with { scene in
            _ = try scene.train("origin", "--seeds", "2")
            func tune(_ run: String, _ more: String...) throws -> Program {
                try Program.run(
                    [
                        "train", scene.path("data"), "--epochs", "2", "--output", scene.path(run),
                        "--cache", scene.path("cache"), "--threads", "1",
                    ] + more)
            }
            let several = try tune("tuned", "--seeds", "2", "--from", scene.path("origin"))
            #expect(several.status == 1)
            #expect(
                several.errors.contains("such as \(scene.path("origin"))/seed_0"),
                "\(several.errors)")
            let first = scene.path("origin/seed_0")
            let tuned = try tune("tuned", "--seeds", "2", "--from", first)
            #expect(tuned.status == 0, "\(tuned.errors)")
            #expect(try scene.weights("tuned/seed_0") != scene.weights("tuned/seed_1"))
            let other = try tune("tuned", "--from", scene.path("origin/seed_1"))
            #expect(other.status == 2 && other.errors.contains("--from was "), "\(other.errors)")
            #expect(try Program.run("train", "--output", scene.path("tuned")).status == 0)
            let folds = scene.arguments("cv", ["--folds", "2"])
            #expect(try Program.run(folds).status == 0)
            let resumed = try Program.run(
                "train", "--output", scene.path("cv"), "--from", first)
            #expect(resumed.status == 2, "\(resumed.errors)")
            #expect(resumed.errors.contains("--from does not go with --folds"))
            #expect(try Program.run("train", "--output", scene.path("cv")).status == 0)
            let sized = try tune("sized", "--seeds", "2", "--from", first, "--size", "24")
            #expect(sized.status == 2 && access(scene.path("sized"), F_OK) != 0, "\(sized.errors)")
        }
    }

    @Test("without validation cases there is neither a clean-up nor a table of them")
    func everything() throws {
        try Scene.with { scene in
            let program = try scene.train("run", "--seeds", "2", "--split", "all")
            #expect(
                program.output.hasSuffix(
                    "\nclean-up: none, for there are no validation cases to choose it by\n"))
            #expect(!program.output.contains("\n\n\n") && !program.output.contains("0 cases"))
            let status = try Program.run("status", scene.path("run"))
            #expect(status.output.hasSuffix("\ncomplete: its model is the mean of 2 seeds\n"))
            #expect(try Program.run("report", scene.path("run")).status == 0)
            try scene.predict(["run"], to: "labels", ["phantom0000"])
        }
    }

    @Test("seeds are added to the folds of a cross-validation; each case by those of its own fold")
    func folds() throws {
        try Scene.with { scene in
            _ = try scene.train("cv", "--folds", "2")
            let first = try scene.weights("cv/fold_1")
            let program = try Program.run("train", "--output", scene.path("cv"), "--seeds", "2")
            #expect(program.status == 0, "\(program.errors)")
            let place = "Fold 2 of 2, seed 2 of 2: \(scene.path("cv"))/fold_1_seed_1"
            #expect(program.errors.contains(place))
            #expect(program.output.contains(": the mean of 2 folds with 2 seeds each, "))
            #expect(program.output.contains("\nfold 1, seed 1 "))
            #expect(try scene.weights("cv/fold_1") == first)
            struct Plan: Decodable { var folds: [Split] }
            let plan = try JSONDecoder().decode(Plan.self, from: scene.data("cv/plan.json"))
            for (fold, split) in plan.folds.enumerated() {
                let models = ["cv/fold_\(fold)", "cv/fold_\(fold)_seed_1"]
                try scene.predict(models, to: "own\(fold)", split.validation)
                try scene.expectSameMaps("cv/crossvalidation", as: "own\(fold)", split.validation)
            }
            let ensemble = try ModelEnsemble(of: scene.path("cv"))
            #expect(ensemble.models.count == 4 && ensemble.trainings == .init(folds: 2, seeds: 2))
            let part = try Program.run(
                "predict", scene.path("cv"), scene.path("data"), "--part", "test", "--output",
                scene.path("part"))
            #expect(part.status == 2 && part.errors.contains("have seen all cases"))
        }
    }

    @Test("killed while it trains and while it tests, it ends as if it had not been")
    func killed() throws {
        try Scene.with { scene in
            _ = try scene.train("whole/run", "--seeds", "2", "--epochs", "12")
            let arguments = scene.arguments("run", ["--seeds", "2", "--quiet"], epochs: 12)
            for file in ["seed_1/log.jsonl", "test/sources.jsonl"] {
                try Program.runKilled(arguments, when: scene.path("run/\(file)"))
            }
            let last = try Program.run("train", "--output", scene.path("run"), "--quiet")
            #expect(last.status == 0, "\(last.errors)")
            for name in ["crossvalidation.json", "postprocessing.json", "test.json"] {
                #expect(try scene.data("run/\(name)") == scene.data("whole/run/\(name)"), "\(name)")
            }
        }
    }
}
