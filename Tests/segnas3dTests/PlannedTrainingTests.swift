import Foundation
import TestSupport
import Testing

/// Work for which neither a size nor a network is given.
@Suite("Training as planned")
struct PlannedTrainingTests {
    private func withPhantoms(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let program = try Program.run(
                "phantom", folder.appending(path: "data").path, "--cases", "8", "--size", "20",
                "--structures", "2", "--threads", "1")
            #expect(program.status == 0, "\(program.errors)")
            try body(folder)
        }
    }

    private func run(_ folder: URL, _ command: String, _ output: String, _ more: [String]) throws
        -> Program
    {
        try Program.run(
            [
                command, folder.appending(path: "data").path, "--output",
                folder.appending(path: output).path, "--cache",
                folder.appending(path: "cache").path,
                "--threads", "1",
            ] + more)
    }

    private struct RunPlan: Decodable {
        struct Preparation: Decodable {
            struct Options: Decodable {
                var size: [Int]
                var fit: String
            }
            var options: Options
        }
        struct Network: Decodable {
            var family: String
            var p: Int?
            var stages: Int?
        }
        struct Options: Decodable {
            var epochs: Int
            var batchSize: Int
            var loss: String
            var optimizer: String
        }
        var preparation: Preparation
        var network: Network
        var options: Options
    }

    private struct StudyPlan: Decodable {
        struct Conditions: Decodable {
            struct Asked: Decodable {
                struct Images: Decodable {
                    var preparation: RunPlan.Preparation.Options
                }
                var data: Images
                var training: RunPlan.Options
            }
            var asked: Asked
        }
        var conditions: Conditions
    }

    private func plan(_ folder: URL, _ output: String) throws -> RunPlan {
        try JSONDecoder().decode(
            RunPlan.self, from: Data(contentsOf: folder.appending(path: "\(output)/plan.json")))
    }

    @Test("train DATASET follows the plan, says so, and is resumed without it")
    func train() throws {
        try withPhantoms { folder in
            let program = try run(folder, "train", "run", ["--epochs", "1"])
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.errors.contains("Plan: patches of "), "\(program.errors)")
            let plan = try plan(folder, "run")
            #expect(plan.preparation.options.fit == "patch")
            #expect(plan.network.family == "segnas" && plan.options.loss == "dice-cross-entropy")
            let again = try Program.run(
                "train", "--output", folder.appending(path: "run").path, "--quiet")
            #expect(again.status == 0 && !again.errors.contains("Plan:"), "\(again.errors)")
        }
    }

    @Test("given values win, one by one")
    func given() throws {
        try withPhantoms { folder in
            let first = try run(
                folder, "train", "nnunet",
                [
                    "--network", "nnunet", "--recipe", "nnunet", "--epochs", "1",
                    "--steps-per-epoch", "1",
                ])
            #expect(first.status == 0, "\(first.errors)")
            let nnunet = try plan(folder, "nnunet")
            #expect(nnunet.network.family == "nnunet" && (nnunet.network.stages ?? 6) < 6)
            #expect(nnunet.options.optimizer == "sgd" && nnunet.options.epochs == 1)
            let second = try run(
                folder, "train", "patch",
                [
                    "--patch", "16x12x8", "--batch", "1", "--epochs", "1", "--loss",
                    "exponential-logarithmic",
                ])
            #expect(second.status == 0, "\(second.errors)")
            let patch = try plan(folder, "patch")
            #expect(patch.preparation.options.size == [16, 12, 8] && patch.options.batchSize == 1)
            #expect(patch.options.loss == "exponential-logarithmic")
            // An optimizer alone, though the recipe has a weight decay that it does not know.
            let optimizer = try run(
                folder, "train", "nadam",
                ["--optimizer", "nadam", "--epochs", "1", "--patch", "16"])
            #expect(optimizer.status == 0, "\(optimizer.errors)")
            let stored = try run(
                folder, "train", "stored", ["--spacing", "stored", "--epochs", "1"])
            #expect(
                stored.status == 2 && stored.errors.contains("needs --patch"), "\(stored.errors)")
            // A size alone is the paper's cube, trained as the paper does.
            let third = try run(folder, "train", "cube", ["--size", "16", "--epochs", "1"])
            #expect(third.status == 0, "\(third.errors)")
            let cube = try plan(folder, "cube")
            #expect(cube.preparation.options.fit == "resize" && cube.options.batchSize == 3)
            #expect(cube.options.optimizer == "nadam" && !third.errors.contains("Plan:"))
        }
    }

    @Test("search DATASET takes one patch for the whole study")
    func search() throws {
        try withPhantoms { folder in
            let space = folder.appending(path: "space.yaml")
            let text = """
                n: [4, 8]
                p: [1, 2]
                sup: 0
                res: 0
                nodes: 2
                ops: [2]
                """
            try Data(text.utf8).write(to: space)
            let program = try run(
                folder, "search", "study",
                [
                    "--space", space.path, "--iterations", "2", "--epochs", "1", "--sampler",
                    "random",
                ])
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.errors.contains("Plan: patches of "), "\(program.errors)")
            let study = try JSONDecoder().decode(
                StudyPlan.self, from: Data(contentsOf: folder.appending(path: "study/plan.json")))
            let asked = study.conditions.asked
            #expect(asked.data.preparation.fit == "patch" && asked.data.preparation.size.count == 3)
            #expect(asked.training.loss == "dice-cross-entropy")
        }
    }

    @Test("check ends with the plan and the next command; plan and inspect tell more")
    func next() throws {
        try withPhantoms { folder in
            let data = folder.appending(path: "data").path
            let check = try Program.run("check", data, "--quiet")
            let lines = check.output.split(separator: "\n").map(String.init)
            #expect(check.status == 0 && lines.last == "Next: segnas3d train \(data) --output run")
            #expect(lines.dropLast().last?.hasPrefix("Plan: patches of ") == true)
            let plan = try Program.run(
                "plan", data, "--network", "nnunet", "--patch", "16", "--quiet")
            #expect(plan.status == 0, "\(plan.errors)")
            #expect(plan.output.contains("patch        16×16×16 voxels"))
            #expect(plan.output.contains("network      nnunet stages 3"))
            #expect(plan.output.contains(" s a step, "))
            let recipes = try Program.run("inspect", "recipes")
            #expect(recipes.status == 0 && recipes.output.contains("--learning-rate"))
            #expect(recipes.output.contains("nnunet: rotation, scaling, mirroring"))
        }
    }
}
