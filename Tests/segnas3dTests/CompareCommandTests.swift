import Foundation
import Glibc
import SegNASDatasets
import SegNASHost
import SegNASStudy
import TestSupport
import Testing

@Suite("segnas3d compare")
struct CompareCommandTests {
    @Test("searches and networks on two splits: tables, pages, and what other commands take")
    func whole() throws {
        try ComparisonScene.with { scene in
            let program = try scene.compare("c", ["--final-epochs", "3", "--json"])
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.errors.contains("space on split 0: 1 of 6\n"))
            #expect(program.errors.contains("V-Net on split 1: 6 of 6\n"))
            let document = try scene.document("c")
            #expect(try scene.text("c/comparison.json") == program.output)
            #expect(document.methods.map(\.name) == ["space", "small", "V-Net"])
            for split in 0..<2 { try check(document, split, scene) }
            for file in ["html", "md", "csv", "tex"] {
                #expect(try scene.text("c/comparison.\(file)").contains("small"))
            }
            for split in 0..<2 {
                #expect(try scene.text("c/split-\(split)/space/report.html").contains("<!DOCTYPE"))
            }
            // Again: nothing is trained, the same is said.
            let again = try scene.compare("c", ["--final-epochs", "3", "--json", "--quiet"])
            #expect(again.status == 0 && again.errors.isEmpty, "\(again.errors)")
            #expect(try scene.document("c") == document)
            #expect(scene.search.processes().isEmpty)
        }
    }

    /// Compares the document with the studies and runs.
    private func check(
        _ document: ComparisonDocument, _ split: Int, _ scene: ComparisonScene
    ) throws {
        let study = scene.path("c/split-\(split)/space")
        let best = try #require(try StudyStatus(of: study).best)
        let search = document.methods[0].splits[split]
        #expect(search.validationDice == best.end?.dice)
        #expect(search.parameters == best.cost?.parameters)
        #expect(search.test?.dice.mean == (try dice(study + "/test/evaluation.json")))
        let small = document.methods[1].splits[split]
        let run = scene.path("c/split-\(split)/small")
        #expect(small.test?.dice.mean == (try dice(run + "/test.json")))
        // Both were evaluated on the same cases.
        #expect(
            try cases(study + "/test/evaluation.json") == cases(run + "/test.json"))
        let vnet = document.methods[2].splits[split]
        #expect(vnet.outcome == "failed" && vnet.test == nil)
        let predicted = try Program.run("inspect", study, "--size", "16")
        #expect(predicted.status == 0, "\(predicted.errors)")
    }

    private func evaluation(_ file: String) throws -> Evaluation {
        try JSONDecoder().decode(
            Evaluation.self, from: Data(contentsOf: URL(filePath: file)))
    }

    private func dice(_ file: String) throws -> Double? {
        try evaluation(file).foreground[.dice]?.mean
    }

    private func cases(_ file: String) throws -> [String] {
        try evaluation(file).cases.map(\.identifier).sorted()
    }

    @Test("what does not fit into memory counts as that, and is not tried again")
    func memory() throws {
        try ComparisonScene.with { scene in
            let tight = ["--memory-limit", "100KiB", "--spaces", "none"]
            let program = try scene.compare("c", splits: 1, tight)
            #expect(program.status == 0, "\(program.errors)")
            let small = try scene.document("c").methods[0].splits[0]
            #expect(small.outcome == "outOfMemory")
            #expect(program.output.contains("OOM"))
            #expect(try scene.compare("c", splits: 1, tight).output == program.output)
            #expect(!FileManager.default.fileExists(atPath: scene.path("c/split-0/small")))
        }
    }

    @Test("kill -9 and Ctrl-C in a search and in a training: the end is that of an undisturbed one")
    func kills() throws {
        try ComparisonScene.with { scene in
            #expect(try scene.compare("whole").status == 0)
            // In the first search, by Ctrl-C.
            try interrupt(scene, SIGINT) { !scene.search.logs("c/split-0/space").isEmpty }
            // In the second one, by a kill that its worker outlives.
            try interrupt(scene, SIGKILL) { !scene.search.logs("c/split-1/space").isEmpty }
            // In a training beside it.
            try interrupt(scene, SIGKILL) {
                FileManager.default.fileExists(atPath: scene.path("c/split-1/small/plan.json"))
            }
            let last = try scene.compare("c")
            #expect(last.status == 0, "\(last.errors)")
            #expect(try scene.document("c") == scene.document("whole"))
            for split in 0..<2 { try scene.search.expectTrainedOnce("c/split-\(split)/space") }
            #expect(scene.search.processes().isEmpty)
        }
    }

    private func interrupt(
        _ scene: ComparisonScene, _ signal: Int32, when condition: () throws -> Bool
    ) throws {
        let process = try Program.start(scene.arguments("c", ["--quiet"]))
        try scene.search.wait(until: condition)
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        if signal == SIGINT { #expect(process.terminationStatus == 130) }
    }

    @Test("methods and splits may be added later, and iterations")
    func more() throws {
        try ComparisonScene.with { scene in
            #expect(try scene.compare("c", splits: 1, ["--baselines", "none"]).status == 0)
            let first = try scene.document("c").methods[0].splits[0]
            #expect(try scene.compare("c").status == 0)
            #expect(try scene.document("c").methods[0].splits[0] == first)
            #expect(try scene.compare("c", ["--iterations", "10"]).status == 0)
            let study = try StudyStatus(of: scene.path("c/split-1/space"))
            #expect(study.iterations == 10)
        }
    }

    @Test(
        "results of fewer trials, of another network or of other images are not told as those of these"
    )
    func stale() throws {
        try ComparisonScene.with { scene in
            #expect(try scene.compare("c", splits: 1, ["--baselines", "none"]).status == 0)
            let more = ["--iterations", "10", "--baselines", "none"]
            do {
                // Whoever works on the study keeps the comparison from it, after the plan has been written.
                let lock = try FileLock(path: scene.path("c/split-0/space/study.lock"))
                let raised = try scene.compare("c", splits: 1, more)
                withExtendedLifetime(lock) {}
                #expect(
                    raised.status == 1 && raised.errors.contains("is in use by "),
                    "\(raised)")
            }
            #expect(try scene.document("c").methods[0].splits[0].outcome == "outstanding")
            // Iterations that are not given again are those of the plan, for new searches too.
            var arguments = scene.arguments("c")
            let index = try #require(arguments.firstIndex(of: "--iterations"))
            arguments.removeSubrange(index...index + 1)
            #expect(try Program.run(arguments).status == 0)
            for split in 0..<2 {
                let study = try StudyStatus(of: scene.path("c/split-\(split)/space"))
                #expect(study.iterations == 10)
            }
            try anotherNetwork(scene)
            let plan = try scene.text("c/plan.json")
            try plan.prefix(20).write(
                toFile: scene.path("c/plan.json"), atomically: true, encoding: .utf8)
            let damaged = try scene.compare("c")
            #expect(damaged.status == 1)
            #expect(
                damaged.errors.contains("cannot be understood: restore it"), "\(damaged.errors)")
            try plan.write(toFile: scene.path("c/plan.json"), atomically: true, encoding: .utf8)
            let images = scene.path("data/imagesTr")
            let files = try FileManager.default.contentsOfDirectory(atPath: images).sorted()
            try Data(contentsOf: URL(filePath: "\(images)/\(files[0])"))
                .write(to: URL(filePath: "\(images)/\(files[1])"))
            let table = try scene.text("c/comparison.md")
            let changed = try scene.compare("c", ["--iterations", "10"])
            #expect(changed.status == 3)
            #expect(changed.errors.contains("was begun on a dataset that has changed since"))
            #expect(try scene.text("c/comparison.md") == table)
        }
    }

    /// A file of a network that could not be trained may say something else now.
    private func anotherNetwork(_ scene: ComparisonScene) throws {
        let file = scene.search.folder.appending(path: "other.json")
        for (poolings, outcome) in [(5, "failed"), (1, "judged")] {
            let text = #"{"n": 3, "p": POOLINGS, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#
            try Data(text.replacing("POOLINGS", with: "\(poolings)").utf8).write(to: file)
            let program = try scene.compare(
                "c", ["--iterations", "10", "--spaces", "none", "--baselines", file.path])
            #expect(program.status == 0, "\(program.errors)")
            #expect(try scene.document("c").methods[0].splits[0].outcome == outcome)
        }
    }

    @Test("options that do not fit, other folders and missing splits are refused before any work")
    func refused() throws {
        try ComparisonScene.with { scene in
            #expect(try scene.compare("c", splits: 1, ["--spaces", "none"]).status == 0)
            let split =
                #"{"schema": 1, "training": ["phantom0000"], "validation": ["phantom0001"], "test": ["phantom0002"]}"#
            try Data(split.utf8).write(to: URL(filePath: scene.path("one.json")))
            let cases: [(String, [String], Int32, String)] = [
                ("c", ["--epochs", "3"], 2, "  --epochs: 2 before, 3 now\n"),
                ("c", ["--final-epochs", "3"], 2, "  --final-epochs: not given before, 3 now\n"),
                ("c", ["--iterations", "7"], 2, "the budget: --iterations 8 before"),
                ("data", [], 2, "holds other files and no comparison of segnas3d"),
                ("new", ["--spaces", "none", "--baselines", "none"], 2, "nothing is compared"),
                ("new", ["--spaces", "segnas12"], 2, "'segnas12' is not a search space"),
                ("new", ["--baselines", "resnet"], 2, "'resnet' is not a network"),
                (
                    "new", ["--baselines", "vnet,vnet"], 2,
                    "two methods are named vnet: methods are named after their files"
                ),
                (
                    "new", ["--baselines", scene.path("V-Net.json") + ",vnet"], 2,
                    "two methods are named vnet"
                ),
                ("new", ["--population", "5"], 2, "a population of 5 points is too small"),
                ("new", ["--split", "60/0/40"], 2, "and split 0 has none: give --split 50/20/30"),
                ("new", ["--split", "60/40/0"], 2, "by test cases, and split 0 has none"),
                ("new", ["--split", "all"], 2, "gives one split only"),
                (
                    "new", ["--split", scene.path("one.json"), "--splits", "2"], 2,
                    "the file has 1, counted from 0: give fewer --splits"
                ),
                ("new", ["--splits", "0"], 2, "--splits must be 1 to 1000, and 0 is given"),
            ]
            for (folder, options, status, words) in cases {
                let program = try scene.compare(folder, options)
                #expect(
                    program.status == status && program.errors.contains(words),
                    "\(options): \(program)")
            }
            #expect(!FileManager.default.fileExists(atPath: scene.path("new")))
        }
    }

    @Test("one command at a time works on a comparison")
    func locked() throws {
        try ComparisonScene.with { scene in
            let process = try Program.start(scene.arguments("c", ["--quiet"]))
            try scene.search.wait { !scene.search.logs("c/split-0/space").isEmpty }
            let second = try scene.compare("c")
            #expect(second.status == 1)
            #expect(
                second.errors.contains("is in use by process \(process.processIdentifier) on "),
                "\(second.errors)")
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
        }
    }

    @Test("a dry run says what there is to train and how long that takes, and writes nothing")
    func dryRun() throws {
        struct Forecast: Decodable {
            struct Method: Decodable {
                var name: String
                var proposals: Int?
                var trainings: Int
                var trainableShare: Double?
                var stepSeconds: Double?
                var epochSeconds: Double?
                var seconds: Double?
                var reason: String?
            }
            var trainings: Int
            var seconds: Double
            var trainingCases: Int
            var validationCases: Int
            var methods: [Method]
        }
        try ComparisonScene.with { scene in
            let options = ["--dry-run", "--final-epochs", "3"]
            let program = try scene.compare("c", options + ["--json"])
            #expect(program.status == 0, "\(program.errors)")
            #expect(!FileManager.default.fileExists(atPath: scene.path("c")))
            let forecast = try JSONDecoder().decode(
                Forecast.self, from: Data(program.output.utf8))
            // On each of two splits eight trials and the final training of the best, and a network that can be built.
            #expect(forecast.trainings == 2 * (9 + 1))
            #expect(forecast.trainingCases == 4 && forecast.validationCases == 2)
            let (space, small, vnet) =
                (forecast.methods[0], forecast.methods[1], forecast.methods[2])
            let share = try #require(space.trainableShare)
            #expect(share > 0.2 && share < 0.8)
            let epoch = try #require(space.epochSeconds)
            #expect(abs(try #require(space.seconds) - epoch * (8 * share * 2 + 3)) < 1e-9)
            #expect(small.proposals == nil && small.trainings == 1)
            #expect(abs(try #require(small.seconds) - 3 * (small.epochSeconds ?? 0)) < 1e-9)
            #expect(vnet.seconds == nil && vnet.reason?.isEmpty == false)
            let text = try scene.compare("c", options)
            #expect(text.output.contains("at most 20 trainings, in about "), "\(text.output)")
        }
    }
}
