import Foundation
import Glibc
import SegNASDatasets
import SegNASImaging
import TestSupport
import Testing

@Suite("Cross-validation")
struct CrossValidationTests {
    /// Phantoms, a small network, and the command that trains it on all folds.
    private struct Scene {
        let phantoms: PhantomFolder
        var folder: URL { phantoms.url }

        static func with(_ body: (Scene) throws -> Void) throws {
            try PhantomFolder.with(cases: 6, size: 16) { phantoms in
                let scene = Scene(phantoms: phantoms)
                try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8)
                    .write(to: scene.folder.appending(path: "net.json"))
                try body(scene)
            }
        }

        func path(_ name: String) -> String { phantoms.path(name) }

        /// The command, on one thread: volumes are too small for more.
        func arguments(_ run: String, epochs: Int = 2, _ more: [String] = []) -> [String] {
            [
                "train", path("data"), "--network", path("net.json"), "--size", "16", "--epochs",
                "\(epochs)", "--folds", "3", "--output", path(run), "--cache", path("cache"),
                "--threads", "1",
            ] + more
        }

        func data(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

        func evaluation(_ run: String) throws -> Evaluation {
            try JSONDecoder().decode(Evaluation.self, from: data("\(run)/crossvalidation.json"))
        }
    }

    @Test("all folds are trained, each case is predicted by its own, and the folder is the model")
    func whole() throws {
        try Scene.with { scene in
            let program = try Program.run(scene.arguments("cv"))
            #expect(program.status == 0, "\(program.errors)")
            for fold in 1...3 {
                #expect(program.errors.contains("Fold \(fold) of 3: \(scene.path("cv"))/fold_"))
            }
            #expect(program.output.contains(": the mean of 3 folds, "))
            #expect(program.output.contains("6 cases on the grids of their files"))
            let evaluation = try scene.evaluation("cv")
            #expect(evaluation.cases.map(\.identifier) == (0..<6).map { "phantom000\($0)" })
            #expect(evaluation.cases[0].predictionFile == "crossvalidation/phantom0000.nii.gz")
            try expectOwnFolds(scene)
            try expectEnsemble(scene)
            let status = try Program.run("status", scene.path("cv"))
            #expect(status.output.contains(": 3 of 3 folds are trained\n"), "\(status)")
            #expect(status.output.contains("complete: cross-validated Dice "))
            try expectReport(scene)
            let shown = try Program.run("inspect", scene.path("cv"))
            #expect(shown.output.hasPrefix("the mean of 3 folds, each of"), "\(shown)")
            // As of a process that was killed while it wrote the plan.
            let leftover = scene.path("cv/.plan.json.123456789.partial")
            try Data("{".utf8).write(to: URL(filePath: leftover))
            let again = try Program.run("train", "--output", scene.path("cv"), "--quiet")
            #expect(again.status == 0 && again.errors.isEmpty && again.output == program.output)
            #expect(!FileManager.default.fileExists(atPath: leftover))
            try expectRefusals(scene)
            try expectDamage(scene)
            try expectLoss(scene)
        }
    }

    /// Its page shows every case and names none, but for a user who wishes it.
    private func expectReport(_ scene: Scene) throws {
        let report = try Program.run("report", scene.path("cv"))
        #expect(report.output == "Wrote \(scene.path("cv"))/report.html\n", "\(report)")
        let page = try scene.phantoms.text("cv/report.html")
        for id in ["summary", "cases", "test", "folds"] {
            #expect(page.contains("<section id=\"\(id)\""), "\(id)")
        }
        #expect(page.contains("its model is the mean of 3 folds"))
        #expect(page.contains("All 6 cases that can be read are shown."))
        #expect(!page.contains("phantom000") && !page.contains(scene.path("data")))
        let folder = scene.path("all of them")
        let named = try Program.run(
            "report", scene.path("cv"), "--all-cases", "--case-names", "--output", folder)
        #expect(named.output == "Wrote \(folder)/index.html\n", "\(named)")
        let index = try scene.phantoms.text("all of them/index.html")
        #expect(index.contains("case 1 (phantom0000)"))
        #expect(index.contains("itksnap -g \(scene.path("data"))/"))
        #expect(index.contains("Slicer --python-code 'slicer.util.loadVolume("))
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/cases")
        #expect(Set(files) == Set((1...6).map { "\($0).js" }))
        // It is replaced, and a folder of something else is not.
        try Data().write(to: URL(filePath: "\(folder)/mine.txt"))
        let refused = try Program.run(
            "report", scene.path("cv"), "--all-cases", "--output", folder)
        #expect(refused.status == 1 && refused.errors.contains("is not a report of segnas3d"))
        try FileManager.default.removeItem(atPath: "\(folder)/mine.txt")
        let again = try Program.run("report", scene.path("cv"), "--all-cases", "--output", folder)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try !scene.phantoms.text("all of them/index.html").contains("phantom000"))
        let run = try Program.run("report", scene.path("cv/fold_0"), "--all-cases")
        #expect(run.status == 2 && run.errors.contains("--all-cases is for reports with cases"))
    }

    /// Without one of its networks it is not complete, whatever was evaluated before.
    private func expectLoss(_ scene: Scene) throws {
        try FileManager.default.removeItem(atPath: scene.path("cv/fold_1"))
        let status = try Program.run("status", scene.path("cv"))
        #expect(status.output.contains(": 2 of 3 folds are trained\n"), "\(status)")
        #expect(status.output.contains("not complete: to resume, run segnas3d train --output"))
        #expect(!status.output.contains("its model is the mean of"))
        let json = try Program.run("status", scene.path("cv"), "--json")
        #expect(json.output.contains("\"isComplete\" : false"), "\(json)")
    }

    /// The label map of a case is that of `predict` with the model of the fold that validates it.
    private func expectOwnFolds(_ scene: Scene) throws {
        for fold in 0..<3 {
            let output = scene.path("own\(fold)")
            let program = try Program.run(
                "predict", scene.path("cv/fold_\(fold)"), scene.path("data"), "--part",
                "validation", "--output", output, "--threads", "1")
            #expect(program.output.hasSuffix(": 2 predicted\n"), "\(program)")
            for name in try FileManager.default.contentsOfDirectory(atPath: output)
            where name.hasSuffix(".nii.gz") {
                let own = try LabelMap(contentsOf: "\(output)/\(name)")
                let stored = try LabelMap(contentsOf: scene.path("cv/crossvalidation/\(name)"))
                #expect(own.values == stored.values)
            }
        }
    }

    /// `predict` with the folder is `predict` with all of its models, and cleans up as recorded unless told not to.
    private func expectEnsemble(_ scene: Scene) throws {
        let image = scene.path("data/imagesTr/phantom0000_0000.nii.gz")
        func predict(_ output: String, _ words: String...) throws -> (Program, LabelMap) {
            let program = try Program.run(
                ["predict"] + words + [image, "--output", scene.path(output), "--threads", "1"])
            #expect(program.status == 0, "\(program.errors)")
            return (program, try LabelMap(contentsOf: scene.path("\(output)/phantom0000.nii.gz")))
        }
        let one = try predict(
            "one", scene.path("cv/fold_0"), "--ensemble", scene.path("cv/fold_1"), "--ensemble",
            scene.path("cv/fold_2"))
        let all = try predict("all", scene.path("cv"), "--no-postprocessing")
        #expect(one.1.values == all.1.values && !all.0.errors.contains("Note: only the largest"))
        let file = scene.path("cv/postprocessing.json")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let chosen = try #require(text.firstRange(of: #/"chosen" : \[[^\]]*\]/#))
        try text.replacingCharacters(in: chosen, with: #""chosen" : ["foreground", 1]"#)
            .write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? text.write(toFile: file, atomically: true, encoding: .utf8) }
        let clean = try predict("clean", scene.path("cv"))
        #expect(clean.0.errors.contains("Note: only the largest connected component of all labels"))
        let components = ConnectedComponents(of: clean.1) { $0 == 0 ? 0 : 1 }
        #expect(Set(components.components.map(\.voxelCount)).count <= 1)
        let mixed = try Program.run(
            "predict", scene.path("cv"), image, "--output", scene.path("all"), "--threads", "1")
        #expect(mixed.status == 1 && mixed.errors.contains("made with other options"))
        let part = try Program.run(
            "predict", scene.path("cv"), scene.path("data"), "--part", "validation", "--output",
            scene.path("part"))
        #expect(part.status == 2 && part.errors.contains("have seen all cases"), "\(part.errors)")
    }

    private func expectRefusals(_ scene: Scene) throws {
        for (words, sentence) in [
            (["--folds", "2"], "  --folds was 3, and is now 2\n"),
            (["--epochs", "1"], "  --epochs was 2, and is now 1\n"),
            (["--seed", "1"], "  --seed was 0, and is now 1\n"),
            (["--size", "24"], "  --size was 16x16x16, and is now 24x24x24\n"),
            (["--folds", "3", "--split", "50/20/30"], "leave out --split 50/20/30"),
            (["--folds", "3", "--groups", "^phantom000[0-2]|"], "give other folds than they did"),
            (["--folds", "1"], "--folds must be 2 to 100, and 1 is given"),
        ] {
            let other = try Program.run(["train", "--output", scene.path("cv")] + words)
            #expect(other.status == 2 && other.errors.contains(sentence), "\(other.errors)")
        }
        let run = try Program.run(
            "train", "--output", scene.path("cv/fold_0"), "--folds", "3")
        #expect(run.status == 2 && run.errors.contains("holds a run without --folds"))
        let many = try Program.run(scene.arguments("many", ["--folds", "7"]))
        #expect(many.status == 2 && many.errors.contains("6 cases are too few for 7 folds"))
    }

    @Test("more epochs end as if asked for from the start, or are refused for all folds")
    func moreEpochs() throws {
        try Scene.with { scene in
            #expect(try Program.run(scene.arguments("whole/cv", epochs: 4)).status == 0)
            #expect(try Program.run(scene.arguments("cv", epochs: 2)).status == 0)
            let more = try Program.run("train", "--output", scene.path("cv"), "--epochs", "4")
            #expect(more.status == 0, "\(more.errors)")
            for name in ["crossvalidation.json", "postprocessing.json"] {
                #expect(try scene.data("cv/\(name)") == scene.data("whole/cv/\(name)"), "\(name)")
            }
            let again = try Program.run("train", "--output", scene.path("cv"), "--quiet")
            #expect(again.status == 0 && again.output == more.output, "\(again.errors)")
            // Fold 0 alone depends on the number of epochs: the others are not begun.
            let cosine = scene.arguments("cosine", epochs: 100_000, ["--schedule", "cosine"])
            let process = try Program.start(cosine + ["--quiet"])
            let log = scene.path("cosine/fold_0/log.jsonl")
            while access(log, F_OK) != 0 && process.isRunning { usleep(10_000) }
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            let plan = try scene.data("cosine/plan.json")
            let refused = try Program.run(
                "train", "--output", scene.path("cosine"), "--epochs", "200000")
            #expect(refused.status == 2, "\(refused.errors)")
            #expect(
                refused.errors.contains(
                    "cosine/fold_0: a cosine schedule depends on the number of epochs"),
                "\(refused.errors)")
            #expect(try scene.data("cosine/plan.json") == plan)
        }
    }

    @Test("a dataset that is refused leaves no folder, and one that was there stays")
    func refusedData() throws {
        try Scene.with { scene in
            let image = scene.path("data/imagesTr/phantom0003_0000.nii.gz")
            try #require(truncate(image, 200) == 0)
            for isThere in [false, true] {
                let run = scene.path("cv\(isThere)")
                if isThere { mkdir(run, 0o755) }
                let refused = try Program.run(scene.arguments("cv\(isThere)"))
                #expect(refused.status == 3, "\(refused.errors)")
                #expect(refused.errors.contains("phantom0003_0000.nii.gz"))
                #expect((access(run, F_OK) == 0) == isThere)
            }
        }
    }

    /// A model that is damaged or gone is named; training writes it again and changes nothing else.
    private func expectDamage(_ scene: Scene) throws {
        let before = try scene.data("cv/crossvalidation.json")
        let weights = scene.path("cv/fold_1/model/weights.safetensors")
        func predict() throws -> Program {
            try Program.run(
                "predict", scene.path("cv"), scene.path("data"), "--output", scene.path("damage"))
        }
        var bytes = try Data(contentsOf: URL(filePath: weights))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: weights))
        let damaged = try predict()
        #expect(damaged.status == 1)
        #expect(
            damaged.errors.contains("fold_1/model/weights.safetensors: is damaged"),
            "\(damaged.errors)")
        try FileManager.default.removeItem(atPath: scene.path("cv/fold_1/model"))
        let missing = try predict()
        #expect(missing.status == 1)
        #expect(missing.errors.contains("cv/fold_1: holds no model yet"), "\(missing.errors)")
        let again = try Program.run("train", "--output", scene.path("cv"), "--quiet")
        #expect(again.status == 0, "\(again.errors)")
        #expect(try scene.data("cv/crossvalidation.json") == before)
        try Data("{".utf8).write(to: URL(filePath: scene.path("cv/postprocessing.json")))
        let unread = try predict()
        #expect(unread.status == 1)
        #expect(
            unread.errors.contains("cv/postprocessing.json: is not the JSON that belongs there: "))
        try Data("{".utf8).write(to: URL(filePath: scene.path("cv/fold_1/plan.json")))
        let broken = try Program.run("train", "--output", scene.path("cv"), "--quiet")
        #expect(broken.status == 1)
        #expect(broken.errors.contains("cv/fold_1/plan.json cannot be read"), "\(broken.errors)")
    }

    @Test("killed in its second fold and while it predicts, it ends as if it had not been")
    func killed() throws {
        try Scene.with { scene in
            #expect(try Program.run(scene.arguments("whole/cv", epochs: 12)).status == 0)
            let arguments = scene.arguments("cv", epochs: 12, ["--quiet"])
            for file in ["fold_1/log.jsonl", "crossvalidation/sources.jsonl"] {
                try Program.runKilled(arguments, when: scene.path("cv/\(file)"))
                // On a slow machine the second signal may come when all is done.
                guard access(scene.path("cv/postprocessing.json"), F_OK) != 0 else { continue }
                let early = try Program.run("predict", scene.path("cv"), "x", "--output", "y")
                #expect(early.status == 1 && early.errors.contains("holds no model yet"))
            }
            let last = try Program.run("train", "--output", scene.path("cv"), "--quiet")
            #expect(last.status == 0, "\(last.errors)")
            for name in ["crossvalidation.json", "postprocessing.json"] {
                #expect(try scene.data("cv/\(name)") == scene.data("whole/cv/\(name)"), "\(name)")
            }
        }
    }

    @Test("Ctrl-C ends it with 130 and the folder's name, and two processes do not share it")
    func interrupted() throws {
        try Scene.with { scene in
            let errors = Drain()
            let file = scene.folder.appending(path: "splits_final.json")
            func write(_ held: [[Int]]) throws {
                let folds = held.map { held in
                    let names = (0..<6).map { "phantom000\($0)" }
                    return ["val": held.map { names[$0] }, "train": [names[5 - held[0]]]]
                }
                try JSONEncoder().encode(folds).write(to: file)
            }
            try write([[0, 1], [2], [4]])
            let process = try Program.start(
                scene.arguments(
                    "cv", epochs: 100_000, ["--quiet", "--split", file.path]), errors: errors)
            let log = scene.path("cv/fold_0/log.jsonl")
            while access(log, F_OK) != 0 && process.isRunning { usleep(10_000) }
            let second = try Program.run(scene.arguments("cv", epochs: 100_000))
            #expect(second.status == 1 && second.errors.contains("is being trained by process"))
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
            #expect(errors.text.hasSuffix("/cv is interrupted: run the same command to resume\n"))
            try write([[0], [2], [4, 3]])
            let other = try Program.run(
                "train", "--output", scene.path("cv"), "--split", file.path)
            #expect(other.status == 2 && other.errors.contains("give other folds than they did"))
            try FileManager.default.removeItem(at: file)
            let status = try Program.run("status", scene.path("cv"))
            #expect(status.output.contains(": 0 of 3 folds are trained\nfold 0: "), "\(status)")
            #expect(status.output.hasSuffix("run segnas3d train --output \(scene.path("cv"))\n"))
        }
    }
}
