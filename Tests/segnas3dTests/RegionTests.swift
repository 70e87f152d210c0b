import Foundation
import SegNASImaging
import TestSupport
import Testing

@Suite("Regions from phantoms to an evaluation")
struct RegionTests {
    /// Calls a body with a folder that holds heads with tumours of 24×24×24 voxels (`data`) and a small network.
    private func withData(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let made = try Program.run(
                "phantom", folder.appending(path: "data").path, "--cases", "8", "--size", "24",
                "--tumours", "--threads", "1")
            #expect(made.status == 0, "\(made.errors)")
            try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8).write(
                to: folder.appending(path: "net.json"))
            try body(folder)
        }
    }

    private func train(_ folder: URL, _ run: String, _ more: [String]) throws -> Program {
        try Program.run(
            [
                "train", folder.appending(path: "data").path, "--network",
                folder.appending(path: "net.json").path, "--output",
                folder.appending(path: run).path, "--cache", folder.appending(path: "cache").path,
                "--threads", "1", "--quiet", "--json",
            ] + more)
    }

    private static let names = ["whole_tumour", "tumour_core", "enhancing_tumour"]

    private func object(_ text: String) throws -> [String: Any] {
        try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test("heads with tumours are checked, trained on, resumed, predicted and evaluated by region")
    func whole() throws {
        try withData { folder in
            try check(folder)
            let patch = ["--patch", "16", "--steps-per-epoch", "6", "--recipe", "paper"]
            let program = try train(folder, "run", patch + ["--epochs", "2"])
            #expect(program.status == 0, "\(program.errors)")
            let result = try object(program.output)
            let dice = try #require(result["dicePerLabel"] as? [String: Double])
            #expect(Set(dice.keys) == ["1", "2", "3"])
            #expect(try train(folder, "half", patch + ["--epochs", "1"]).status == 0)
            let more = try Program.run(
                "train", "--output", folder.appending(path: "half").path, "--epochs", "2", "--quiet"
            )
            #expect(more.status == 0, "\(more.errors)")
            #expect(more.output.contains("tumour_core"))
            let weights = try ["half", "run"].map {
                try Data(contentsOf: folder.appending(path: "\($0)/model/weights.safetensors"))
            }
            #expect(weights[0] == weights[1])
            try predict(folder)
            try evaluate(folder)
        }
    }

    private func check(_ folder: URL) throws {
        let data = folder.appending(path: "data").path
        let text = try Program.run("check", data)
        #expect(text.status == 0, "\(text.output)")
        #expect(text.output.contains("4 channels, 3 labels, 3 regions"))
        #expect(text.output.contains("whole_tumour      1, 2, 3           1"), "\(text.output)")
        let json = try object(Program.run("check", data, "--json").output)
        let dataset = try #require(json["dataset"] as? [String: Any])
        let regions = try #require(dataset["regions"] as? [[String: Any]])
        #expect(regions.map { $0["name"] as? String } == Self.names)
        #expect(regions.map { $0["values"] as? [Int] } == [[1, 2, 3], [2, 3], [3]])
    }

    private func predict(_ folder: URL) throws {
        let output = folder.appending(path: "predicted").path
        let program = try Program.run(
            "predict", folder.appending(path: "run").path, folder.appending(path: "data").path,
            "--part", "test", "--output", output, "--probabilities", "--threads", "1", "--quiet")
        #expect(program.status == 0, "\(program.errors)")
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: output + "/probabilities").first)
        let map = try LabelMap(contentsOf: "\(output)/\(name)")
        #expect(Set(map.labelCounts.keys).isSubset(of: [0, 1, 2, 3]))
        let scores = try Volume(contentsOf: "\(output)/probabilities/\(name)")
        #expect(scores.channels == 3)
        // The label map is painted by the probabilities.
        let values = scores.samples.withValues(as: Float.self) { Array($0) }
        let painted = map.values.indices.map { voxel in
            Int32(((0..<3).last { values[$0 * map.values.count + voxel] > 0.5 } ?? -1) + 1)
        }
        #expect(zip(painted, map.values).count { $0 != $1 } <= 2)
    }

    private func evaluate(_ folder: URL) throws {
        let arguments = [
            "evaluate", "--references", folder.appending(path: "data/labelsTr").path,
            "--predictions", folder.appending(path: "predicted").path, "--partial", "--quiet",
        ]
        let text = try Program.run(arguments)
        #expect(text.status == 0, "\(text.output)")
        for name in Self.names { #expect(text.output.contains(name)) }
        let json = try object(Program.run(arguments + ["--json"]).output)
        let mean = try #require(json["mean"] as? [String: Any])
        #expect(Set(mean.keys) == ["(1, 2, 3)", "(2, 3)", "3"])
        // The same as the test after training.
        let test = try object(
            String(contentsOf: folder.appending(path: "run/test.json"), encoding: .utf8))
        let tested = try #require(test["mean"] as? [String: [String: Any]])
        for (key, value) in tested {
            let other = try #require(mean[key] as? [String: Any])
            let pair = [value, other].map { $0["Dice"] as? Double ?? -1 }
            #expect(abs(pair[0] - pair[1]) < 1e-9, "\(key): \(pair)")
        }
    }

    @Test("images taken whole and both losses train on regions too, and an old order is refused")
    func losses() throws {
        try withData { folder in
            for loss in ["exponential-logarithmic", "dice-cross-entropy"] {
                let program = try train(
                    folder, loss, ["--size", "16", "--epochs", "1", "--loss", loss])
                #expect(program.status == 0, "\(program.errors)")
            }
            let file = folder.appending(path: "data/dataset.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            try Data(text.replacing("regions_class_order", with: "order").utf8).write(to: file)
            let refused = try train(folder, "refused", ["--size", "16", "--epochs", "1"])
            #expect(refused.status == 3)
            #expect(refused.errors.contains("lacks \"regions_class_order\""), "\(refused.errors)")
            #expect(
                !FileManager.default.fileExists(
                    atPath: folder.appending(path: "refused").path))
        }
    }
}
