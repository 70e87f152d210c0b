import Foundation
import Glibc
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@Suite("segnas3d search by a model, and limits")
struct ModelSearchTests {
    /// The command of a scene with another sampler, which has no population.
    private func arguments(
        _ scene: SearchScene, _ study: String, sampler: String = "model", iterations: Int,
        _ more: [String] = []
    ) throws -> [String] {
        var arguments = scene.arguments(study, iterations: iterations)
        let population = try #require(arguments.firstIndex(of: "--population"))
        arguments.removeSubrange(population...population + 1)
        return arguments + ["--sampler", sampler] + more
    }

    private func plan(_ scene: SearchScene, _ study: String) throws -> StudyPlan {
        try StudyPlan(in: StudyFolder(scene.path(study)))
    }

    /// About half of the space's networks are within it.
    private static let limit = ["--max-parameters", "1.5k"]

    @Test("a whole search within a limit, killed in the middle and resumed, with all that shows it")
    func whole() throws {
        try SearchScene.with { scene in
            let options = Self.limit + ["--attempts", "1000"]
            let process = try Program.start(
                arguments(scene, "study", iterations: 19, options + ["--quiet"]))
            try scene.wait { scene.logs("study").count >= 18 }
            kill(process.processIdentifier, SIGKILL)
            for worker in scene.workers() { kill(worker, SIGKILL) }
            process.waitUntilExit()
            try scene.wait { scene.workers().isEmpty }
            let resumed = try Program.run(arguments(scene, "study", iterations: 19, options))
            #expect(resumed.status == 0, "\(resumed.errors)")
            let whole = try Program.run(
                arguments(scene, "whole", iterations: 19, options + ["--json"]))
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(try scene.summary("study") == scene.summary("whole"))
            try scene.expectTrainedOnce("study")
            for trial in try scene.trials("whole") {
                #expect(trial.state == .completed && trial.cost?.parameters ?? .max <= 1500)
            }
            let origins = try scene.trials("whole").map(\.proposal.origin)
            #expect(origins[0] == .given && origins[15] == .uniform)
            #expect(origins[16...].allSatisfy { if case .model = $0 { true } else { false } })
            #expect(whole.output.contains("\"parameters\" : 1500"))
            #expect(whole.output.contains("\"sampler\" : \"model\""))
            try show(scene)
            try change(scene, options)
        }
    }

    /// What status and report say.
    private func show(_ scene: SearchScene) throws {
        let status = try Program.run("status", scene.path("whole"))
        #expect(status.output.contains("limits: at most 1,500 parameters\n"), "\(status.output)")
        #expect(status.output.contains(" (expected 0."), "\(status.output)")
        #expect(try Program.run("report", scene.path("whole")).status == 0)
        let page = try String(contentsOfFile: scene.path("whole") + "/report.html", encoding: .utf8)
        for text in [
            "search by a model, a Gaussian process, seed 3; 19 trials", "at most 1,500 parameters",
            "of which the model of the search expects most", "is expected of it (one standard",
        ] {
            #expect(page.contains(text), "\(text)")
        }
        // Models of networks that may yet be delivered.
        let models = try FileManager.default.contentsOfDirectory(
            atPath: scene.path("whole") + "/models")
        #expect((2...10).contains(models.count))
    }

    /// What may be changed in a study that is complete, and what may not.
    private func change(_ scene: SearchScene, _ options: [String]) throws {
        let other = try Program.run(
            "search", "--output", scene.path("whole"), "--max-parameters", "2k")
        #expect(other.status == 2)
        #expect(other.errors.contains("--max-parameters: 1500 before, 2000 now"), "\(other.errors)")
        func best() throws -> Trial {
            try #require(try StudyStatus(of: scene.path("whole")).best)
        }
        let before = try best()
        let small = try Program.run(
            "search", "--output", scene.path("whole"), "--prefer", "small", "--cache",
            scene.path("cache"), "--threads", "1")
        #expect(small.status == 0, "\(small.errors)")
        let after = try best()
        #expect(after.cost?.parameters ?? .max <= before.cost?.parameters ?? 0)
        #expect(try plan(scene, "whole").preference == .small)
        // Models that are gone are made again.
        try FileManager.default.removeItem(atPath: scene.path("whole") + "/models")
        let again = try Program.run(
            "search", "--output", scene.path("whole"), "--cache", scene.path("cache"), "--threads",
            "1")
        #expect(again.status == 0, "\(again.errors)")
        #expect(
            again.errors.contains(
                "the weights of trial \(after.number) were not kept: it is trained again"))
        #expect(
            FileManager.default.fileExists(
                atPath: scene.path("whole") + "/best/weights.safetensors"))
    }

    @Test("the paper's search and random search record what is over a limit, and do not train it")
    func otherSamplers() throws {
        try SearchScene.with { scene in
            let limits = [
                "--max-operations", "2.5M", "--max-prediction-time", "1h", "--prefer", "small",
            ]
            let search = try Program.run(
                arguments(scene, "study", sampler: "crs", iterations: 8, limits))
            #expect(search.status == 0, "\(search.errors)")
            // What is not trained is counted, and has no line.
            #expect(search.output.contains(" illegal"), "\(search.output)")
            #expect(!search.errors.contains("illegal:"), "\(search.errors)")
            let limited = try plan(scene, "study").sampler.limits
            #expect(limited?.operations == 2_500_000 && limited?.predictionSeconds == 3600)
            let rate = try #require(limited?.operationsPerSecond)
            #expect(rate > 1e6)
            // Measured once.
            let more = try Program.run(
                "search", "--output", scene.path("study"), "--iterations", "9", "--cache",
                scene.path("cache"), "--threads", "1")
            #expect(more.status == 0, "\(more.errors)")
            #expect(try plan(scene, "study").sampler.limits == limited)
            for trial in try scene.trials("study") where trial.state == .completed {
                #expect(trial.cost?.operations ?? .max <= 2_500_000)
            }
        }
    }

    @Test("a space that is used up ends the search, and the command says so")
    func exhausted() throws {
        try SearchScene.with { scene in
            try Data("{schema: 1, n: [2, 4], p: 1, sup: 0, res: 1, nodes: 2, ops: [1, 2]}".utf8)
                .write(to: scene.folder.appending(path: "space.yaml"))
            let search = try Program.run(arguments(scene, "study", iterations: 30))
            #expect(search.status == 0, "\(search.errors)")
            #expect(search.errors.contains("the search ends after 2 trials"), "\(search.errors)")
            #expect(search.output.contains("; search complete\n"), "\(search.output)")
            #expect(search.output.contains("the best model: "))
            #expect(try StudySnapshot(of: scene.path("study")).isComplete)
        }
    }

    @Test(
        "mistakes are told in a sentence",
        arguments: [
            (["--max-parameters", "many"], "The value 'many' is invalid for '--max-parameters"),
            (["--max-parameters=-1"], "The value '-1' is invalid for '--max-parameters"),
            (["--max-parameters", "0"], "--max-parameters must be at least 1, and 0 is given"),
            (["--max-operations", "5Q"], "The value '5Q' is invalid for '--max-operations"),
            (
                ["--max-prediction-time", "2"],
                "The value '2' is invalid for '--max-prediction-time"
            ),
            (["--prefer", "large"], "The value 'large' is invalid for '--prefer"),
            (
                ["--first", "large.json", "--max-parameters", "100"],
                "--first is over the limit of 100 parameters: raise"
            ),
            (["--population", "9"], "--population is that of controlled random search"),
            (
                ["--max-parameters", "20", "--max-operations", "5G"],
                "no network of the space can be trained at --size within 20 parameters and 5,000,000,000 multiply-adds"
            ),
        ])
    func mistakes(_ more: [String], _ sentence: String) throws {
        try SearchScene.with { scene in
            let network = Architecture.segnas(
                SegNAS(n: 4, p: 1, sup: false, res: false, block: try BlockGraph([2, 0, 2])))
            try Data(network.json.utf8).write(to: scene.folder.appending(path: "large.json"))
            let program = try Program.run(
                arguments(scene, "study", iterations: 20, more), in: scene.folder)
            #expect(program.status == 2, "\(program.errors)")
            #expect(program.errors.contains(sentence), "\(program.errors)")
            #expect(!FileManager.default.fileExists(atPath: scene.path("study")))
        }
    }
}
