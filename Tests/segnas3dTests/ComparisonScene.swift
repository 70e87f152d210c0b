import Foundation
import Testing

/// Phantoms, a small space and small networks, and the command that compares them.
struct ComparisonScene {
    let search: SearchScene

    static func with(_ body: (ComparisonScene) throws -> Void) throws {
        try SearchScene.with { scene in
            for name in ["small", "V-Net"] {
                try Data(
                    #"{"n": 3, "p": 1, "sup": 0, "res": 1, "nodes": 3, "ops": [2, 0, 2]}"#.utf8
                ).write(to: scene.folder.appending(path: "\(name).json"))
            }
            try body(ComparisonScene(search: scene))
        }
    }

    func path(_ name: String) -> String { search.path(name) }

    /// Compares two searches and two networks; V-Net cannot be built for such small images.
    func arguments(_ output: String, splits: Int = 2, _ more: [String] = []) -> [String] {
        [
            "compare", path("data"), "--splits", "\(splits)", "--spaces=" + path("space.yaml"),
            "--baselines", path("small.json") + ",vnet", "--size", "16", "--iterations", "8",
            "--population", "6", "--epochs", "2", "-o", path(output), "--cache", path("cache"),
            "--threads", "1", "--memory-limit", "1GiB", "--seed", "3", "--attempts", "1000",
        ] + more
    }

    func compare(_ output: String, splits: Int = 2, _ more: [String] = []) throws -> Program {
        try Program.run(arguments(output, splits: splits, more))
    }

    func text(_ file: String) throws -> String {
        try String(contentsOfFile: path(file), encoding: .utf8)
    }

    /// `comparison.json` of a folder.
    func document(_ output: String) throws -> ComparisonDocument {
        try JSONDecoder().decode(
            ComparisonDocument.self, from: Data(text("\(output)/comparison.json").utf8))
    }
}

/// The parts of `comparison.json` that do not depend on time.
struct ComparisonDocument: Decodable, Equatable {
    struct Method: Decodable, Equatable {
        var name: String
        var splits: [Split]
    }

    struct Split: Decodable, Equatable {
        struct Test: Decodable, Equatable {
            var dice: Mean
        }

        struct Mean: Decodable, Equatable {
            var mean: Double
        }

        var split: Int
        var outcome: String
        var test: Test?
        var validationDice: Double?
        var parameters: Int?
    }

    var schema: Int
    var methods: [Method]
}
