import Foundation
import Glibc
import SegNASExperiments
import SegNASHost
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@Suite("segnas3d search")
struct SearchCommandTests {
    struct Document: Decodable {
        struct Status: Decodable {
            struct Best: Decodable {
                var trial: Int
                var dice: Double
            }
            var iterations: Int
            var states: [String: Int]
            var best: Best?
        }
        struct Test: Decodable {
            var cases: Int
        }
        var schema: Int
        var status: Status
        var model: String?
        var test: Test?
    }

    @Test("a study from the command line: a line for each training, the best model, its test")
    func whole() throws {
        try SearchScene.with { scene in
            let program = try scene.search("study", ["--final-epochs", "3", "--json"])
            #expect(program.status == 0, "\(program.errors)")
            let document = try JSONDecoder().decode(Document.self, from: Data(program.output.utf8))
            #expect(document.schema == 1 && document.status.iterations == 14)
            #expect(document.test?.cases == 2)
            let best = try #require(document.status.best)
            let lines = program.errors.split(separator: "\n")
            let trained = document.status.states["completed", default: 0]
            #expect(lines.count { $0.hasPrefix("trial ") } == trained, "\(program.errors)")
            #expect(document.status.states.values.reduce(0, +) == 14)
            for state in ["completed", "cached", "illegal"] {
                #expect(document.status.states[state, default: 0] > 0, "\(state)")
            }
            // Weights of no other trial are left.
            let files = FileManager.default
            let study = scene.path("study")
            let number = String(repeating: "0", count: 6 - "\(best.trial)".count) + "\(best.trial)"
            #expect(try files.contentsOfDirectory(atPath: study + "/models") == [number])
            #expect(
                try files.destinationOfSymbolicLink(atPath: study + "/best")
                    == "final/\(number)-3/model")
            for trial in try files.contentsOfDirectory(atPath: study + "/trials") {
                #expect(!files.fileExists(atPath: "\(study)/trials/\(trial)/run"))
            }
            try scene.expectTrainedOnce("study")
            #expect(scene.processes().isEmpty)
            try use(study, scene)
            // Again: nothing is trained, the same is said.
            let again = try scene.search("study", ["--final-epochs", "3", "--json", "--quiet"])
            #expect(again.status == 0 && again.errors.isEmpty && again.output == program.output)
        }
    }

    /// Other commands take a study for its best network or model.
    private func use(_ study: String, _ scene: SearchScene) throws {
        let inspected = try Program.run("inspect", study, "--size", "16", "--json")
        #expect(inspected.status == 0 && inspected.output.contains("\"architecture\""))
        let predicted = try Program.run(
            "predict", study, scene.path("data"), "--part", "test", "--output",
            scene.path("predictions"), "--quiet")
        #expect(predicted.output.contains("2 predicted"), "\(predicted)")
        let trained = try Program.run(
            "train", scene.path("data"), "--network", study, "--size", "16", "--epochs", "1",
            "--output", scene.path("run"), "--cache", scene.path("cache"), "--threads", "1")
        #expect(trained.status == 0, "\(trained.errors)")
    }

    @Test("with more iterations a study goes on as if asked for at once, with fewer it is complete")
    func longer() throws {
        try SearchScene.with { scene in
            #expect(try scene.search("whole", iterations: 16).status == 0)
            #expect(try scene.search("study", iterations: 9).status == 0)
            let before = try scene.summary("study")
            #expect(try scene.search("study", iterations: 8).status == 0)
            #expect(try scene.summary("study") == before)
            let other = try Program.run(
                "search", "--output", scene.path("study"), "--effective-iterations", "9")
            #expect(other.status == 2)
            #expect(
                other.errors.contains(
                    "the budget: --iterations 8 before, --effective-iterations 9 now"),
                "\(other.errors)")
            #expect(try scene.search("study", iterations: 16).status == 0)
            #expect(try scene.summary("study") == scene.summary("whole"))
        }
    }

    @Test("several workers, a random sampler, and as many trained networks as asked for")
    func parallel() throws {
        try SearchScene.with { scene in
            var arguments = scene.arguments(
                "study", ["--workers", "3", "--sampler", "random", "--effective-iterations", "5"])
            let index = try #require(arguments.firstIndex(of: "--iterations"))
            arguments.removeSubrange(index...index + 1)
            let program = try Program.run(arguments + ["--json"])
            #expect(program.status == 0, "\(program.errors)")
            let document = try JSONDecoder().decode(Document.self, from: Data(program.output.utf8))
            #expect(document.status.states["completed"] == 5)
            try scene.expectTrainedOnce("study")
        }
    }

    @Test("what does not fit is not trained, or is tried where it may")
    func memory() throws {
        try SearchScene.with { scene in
            let tight = try scene.search("study", ["--memory-limit", "100KiB"])
            #expect(tight.status == 0, "\(tight.errors)")
            let status = try StudyStatus(of: scene.path("study"))
            #expect(status.counts[.outOfMemory, default: 0] > 0 && status.best == nil)
            #expect(scene.logs("study").isEmpty)
        }
    }

    @Test("a training that runs out of memory is told as such, by the worker itself")
    func realShortage() throws {
        try SearchScene.with { scene in
            #expect(try scene.search("whole", iterations: 6).status == 0)
            let ledger = try StudyLedger(opening: scene.path("whole"))
            let memory = try (0..<6).compactMap { try ledger.trial($0).cost?.memory?.bytes }.max()
            // A little less than the largest needs: worth a try, which fails.
            let limit = try #require(memory) / 100 * 95
            let program = try scene.search(
                "study", iterations: 6, ["--memory-limit", "\(limit)"])
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.errors.contains(": out of memory: needs about "), "\(program.errors)")
        }
    }

    @Test(
        "Ctrl-C and SIGTERM: exit code 130, no process left, and the same result",
        arguments: [SIGINT, SIGTERM])
    func interrupted(_ signal: Int32) throws {
        try SearchScene.with { scene in
            #expect(try scene.search("whole").status == 0)
            let process = try Program.start(scene.arguments("study", ["--quiet"]))
            try scene.wait { scene.logs("study").count >= 2 }
            let begin = ContinuousClock.now
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            #expect(ContinuousClock.now - begin < .seconds(20))
            #expect(process.terminationReason == .exit && process.terminationStatus == 130)
            #expect(scene.processes().isEmpty)
            #expect(try scene.search("study").status == 0)
            #expect(try scene.summary("study") == scene.summary("whole"))
            try scene.expectTrainedOnce("study")
        }
    }

    @Test("a second search on the same study is refused, and status shows the first")
    func locked() throws {
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", iterations: 500, ["--quiet"]))
            try scene.wait { !scene.logs("study").isEmpty }
            let second = try scene.search("study", iterations: 500)
            #expect(second.status == 1)
            #expect(second.errors.contains("is in use by process \(process.processIdentifier) on "))
            let status = try Program.run("status", scene.path("study"))
            #expect(status.output.contains("process \(process.processIdentifier) on "))
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
        }
    }

    @Test("on a terminal a bar says which training is at work, and moves with its epochs")
    func bar() throws {
        try SearchScene.with { scene in
            let shown = try Program.onTerminal(
                scene.arguments("study", iterations: 8, ["--epochs", "200"]), columns: 120)
            let bars = shown.replacing("\u{1B}[K", with: "").split { $0.isNewline || $0 == "\r" }
            let epochs = bars.filter { $0.contains("Searching") }.compactMap { bar in
                bar.firstMatch(of: /trial ([0-9]+) epoch ([0-9]+) Dice 0\.[0-9]{3}/).map {
                    "\($0.1) \($0.2)"
                }
            }
            #expect(Set(epochs).count > 2, "\(bars)")
            #expect(bars.contains { $0.contains(": Dice 0.") && $0.contains(" parameters") })
        }
    }

    @Test("a study predicts while it searches, from its first trained network on")
    func predictsMeanwhile() throws {
        try SearchScene.with { scene in
            let process = try Program.start(scene.arguments("study", iterations: 500, ["--quiet"]))
            try scene.wait { access(scene.path("study/best"), F_OK) == 0 }
            let predicted = try Program.run(
                "predict", scene.path("study"), scene.path("data/imagesTr/phantom0000_0000.nii.gz"),
                "--output", scene.path("predicted"), "--threads", "1")
            #expect(predicted.status == 0, "\(predicted.errors)")
            #expect(access(scene.path("predicted/phantom0000.nii.gz"), F_OK) == 0)
            #expect(process.isRunning)
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
        }
    }

    @Test("a search ends in time, and goes on")
    func timeLimit() throws {
        try SearchScene.with { scene in
            let program = try scene.search("study", iterations: 500, ["--time-limit", "2s"])
            #expect(program.status == 130)
            // A slow machine may not have trained a network in that time.
            let isTrained = access(scene.path("study/best"), F_OK) == 0
            #expect(isTrained == (access(scene.path("study/report.html"), F_OK) == 0))
            #expect(
                isTrained == program.errors.contains("the best network so far: segnas3d predict"))
            #expect(
                program.errors.contains(
                    "has reached its time limit: run the same command to resume"))
            #expect(scene.processes().isEmpty)
        }
    }

    @Test(
        "mistakes are told in a sentence",
        arguments: [
            (["--iterations", "0"], 2, "--iterations must be at least 1"),
            (["--space", "segnas5"], 2, "'segnas5' is not a search space: give segnas11"),
            (["--space", "none.yaml"], 1, "none.yaml"),
            (["--split", "all"], 2, "the split has none: give --split 50/20/30"),
            (["--population", "2"], 2, "a population of 2 points is too small"),
            (["--time-limit", "8"], 2, "--time-limit"),
            (["--first", "unet3d"], 2, "--first unet3d: unet3d is no network of a search space"),
            (["--device", "cuda:7"], 2, "cuda"),
        ])
    func mistakes(_ more: [String], _ status: Int32, _ sentence: String) throws {
        try SearchScene.with { scene in
            let program = try scene.search("study", more)
            #expect(program.status == status, "\(program.errors)")
            #expect(program.errors.contains(sentence), "\(program.errors)")
            #expect(!FileManager.default.fileExists(atPath: scene.path("study")))
        }
    }

    @Test("a worker that another version has started refuses to train, and names both")
    func otherVersion() throws {
        for arguments in [
            ["worker", "study", "0", "1", "cpu/0", "1", "0.0.1"],
            ["errand", "study/final/000000-2.job", "1", "cpu/0", "job", "0.0.1"],
        ] {
            let program = try Program.run(arguments)
            #expect(program.status == 29)
            #expect(
                program.errors.contains(
                    "this worker is segnas3d \(Release.version), and its search is segnas3d 0.0.1"),
                "\(program.errors)")
        }
    }

    @Test("too few iterations are warned of, other options and another dataset refused")
    func refused() throws {
        try SearchScene.with { scene in
            let first = try scene.search("study", iterations: 6)
            #expect(first.errors.contains("do not exceed the population of 6 points"))
            let other = try scene.search("study", iterations: 6, ["--batch", "2", "--seed", "4"])
            #expect(other.status == 2)
            #expect(
                other.errors.contains("\n  --seed: 3 before, 4 now\n  --batch: 3 before, 2 now\n"),
                "\(other.errors)")
            let data = scene.folder.appending(path: "data")
            let labels = data.appending(path: "labelsTr")
            let names = try FileManager.default.contentsOfDirectory(atPath: labels.path).sorted()
            try FileManager.default.removeItem(at: labels.appending(path: names[1]))
            try FileManager.default.copyItem(
                at: labels.appending(path: names[0]), to: labels.appending(path: names[1]))
            let changed = try scene.search("study", iterations: 6)
            #expect(changed.status == 3, "\(changed.errors)")
            #expect(
                changed.errors.contains("images or label maps have other contents: "),
                "\(changed.errors)")
        }
    }
}
