import Foundation
import Glibc
import SegNASSearch
import SegNASStudy
import TestSupport
import Testing

@Suite("segnas3d search --warm-start")
struct WarmStartTests {
    /// The command of a scene by a model without rungs, which has no population.
    private func arguments(
        _ scene: SearchScene, _ study: String, iterations: Int = 10, _ more: [String]
    ) throws -> [String] {
        var arguments = scene.arguments(study, iterations: iterations)
        let population = try #require(arguments.firstIndex(of: "--population"))
        arguments.removeSubrange(population...population + 1)
        return arguments + ["--sampler", "model", "--rungs", "1"] + more
    }

    /// Makes a study whose networks have values without being trained.
    private func makeStudy(
        _ path: String, space: String, trials: Int = 40, isTrained: Bool = true
    ) throws {
        let ledger = try StudyLedger(
            creating: StudyPlan(
                version: "0.1.0", space: space, sampler: SamplerPlan(method: .random, seed: 1),
                budget: .iterations(trials)), in: path)
        while isTrained, let trial = try ledger.ask({ _ in .train(nil) }) {
            guard trial.state == .queued else { continue }
            let attempt = try ledger.begin(trial.number, slot: "cpu/0")
            let channels = ledger.space.decode(trial.proposal.point).network.n
            _ = try ledger.finish(attempt, .completed(dice: 0.3 + 0.1 * Double(channels % 5)))
        }
    }

    private func space(_ scene: SearchScene) throws -> String {
        try String(contentsOfFile: scene.path("space.yaml"), encoding: .utf8)
    }

    @Test(
        "killed and resumed after the earlier study is gone, it ends alike; all show what it knows")
    func whole() throws {
        try SearchScene.with { scene in
            let old = scene.path("old")
            // Another setting of the training, which is searched there alone.
            let wider = try space(scene).replacing("n: [2, 5]", with: "n: [2, 7]")
            try makeStudy(old, space: wider + "\nweight_decay: {from: 0, to: 0.1}\n")
            let options = ["--warm-start", old, "--attempts", "1000"]
            let whole = try Program.run(arguments(scene, "whole", options))
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(whole.errors.contains("Warm start: old, "), "\(whole.errors)")
            let process = try Program.start(
                arguments(scene, "study", options + ["--quiet"]))
            try scene.wait { scene.logs("study").count >= 7 }
            kill(process.processIdentifier, SIGKILL)
            for worker in scene.workers() { kill(worker, SIGKILL) }
            process.waitUntilExit()
            try scene.wait { scene.workers().isEmpty }
            try FileManager.default.removeItem(atPath: old)
            // The same command names a folder that is gone.
            let resumed = try Program.run(arguments(scene, "study", options))
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(try scene.summary("study") == scene.summary("whole"))
            try scene.expectTrainedOnce("study")
            let origins = try scene.trials("whole").map(\.proposal.origin)
            #expect(origins[0] == .given && origins[5] == .uniform)
            #expect(origins[6...].allSatisfy { if case .model = $0 { true } else { false } })
            try show(scene)
            try change(scene, old)
        }
    }

    /// What status, report and inspect say.
    private func show(_ scene: SearchScene) throws {
        let whole = scene.path("whole")
        let plan = try StudyPlan(in: StudyFolder(whole))
        let study = try #require(plan.sampler.earlier?.first)
        #expect(plan.schema == 3 && study.outside > 0 && study.isWhole)
        let words =
            "old, \(study.trained - study.outside) of \(study.trained) networks, "
            + "\(study.outside) of another space; without weight_decay"
        let status = try Program.run("status", whole)
        #expect(status.output.contains("warm start: \(words)\n"), "\(status.output)")
        let json = try Program.run("status", whole, "--json")
        #expect(
            json.output.contains("\"unshared\" : [\n        \"weight_decay\""), "\(json.output)")
        let inspect = try Program.run("inspect", whole, "--size", "16")
        #expect(inspect.output.contains("warm start: \(words)\n"), "\(inspect)")
        #expect(try Program.run("report", whole).status == 0)
        let page = try String(contentsOfFile: whole + "/report.html", encoding: .utf8)
        #expect(page.contains("<dt>Warm start</dt><dd>\(words)</dd>"))
        let text = try String(contentsOfFile: whole + "/plan.json", encoding: .utf8)
        #expect(!text.contains(scene.folder.path + "/old"))
    }

    /// What a study that was begun takes, and what it refuses.
    private func change(_ scene: SearchScene, _ old: String) throws {
        let whole = scene.path("whole")
        func resume(_ studies: String...) throws -> Program {
            try Program.run(["search", "--output", whole, "--warm-start"] + studies)
        }
        let other = try resume(scene.path("study"))
        #expect(other.status == 2)
        #expect(
            other.errors.contains("--warm-start: old before, \(scene.path("study")) now"),
            "\(other.errors)")
        #expect(try resume(old, scene.path("study")).status == 2)
        let itself = try resume(whole)
        #expect(itself.status == 2)
        #expect(itself.errors.contains("--warm-start names the study itself"), "\(itself.errors)")
        // Another study in the place of the old one.
        try makeStudy(old, space: "segnas4", trials: 3)
        #expect(try resume(old).status == 2)
        let file = whole + "/plan.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try Data(text.replacing("\"rungsBelow\" : 0", with: "\"rungsBelow\" : 1").utf8)
            .write(to: URL(filePath: file))
        let changed = try Program.run("search", "--output", whole)
        #expect(changed.status == 1)
        #expect(
            changed.errors.contains("what it took over from the study old has been changed"),
            "\(changed.errors)")
    }

    @Test("mistakes are told in a sentence, and nothing is begun")
    func mistakes() throws {
        try SearchScene.with { scene in
            try makeStudy(scene.path("good"), space: space(scene))
            try makeStudy(scene.path("empty"), space: "segnas4", isTrained: false)
            try makeStudy(scene.path("foreign"), space: "segnas7", trials: 5)
            try Data(#"{"command": "train"}"#.utf8).write(
                to: scene.folder.appending(path: "plan.json"))
            let many = (0..<11).map { _ in scene.path("good") }
            for (more, sentence) in [
                (
                    ["--warm-start", scene.path("good"), "--sampler", "random"],
                    "--warm-start goes with --sampler model"
                ),
                (
                    ["--warm-start", scene.path("data")],
                    "--warm-start: \(scene.path("data")) has no plan.json: name the folder that"
                ),
                (
                    ["--warm-start", scene.path("none")],
                    "--warm-start: \(scene.path("none")) does not exist"
                ),
                (
                    ["--warm-start", scene.path("good"), scene.path("empty")],
                    "--warm-start: no trial of \(scene.path("empty")) is completed"
                ),
                (
                    ["--warm-start", scene.path("foreign")],
                    "--warm-start: none of the "
                ),
                (["--warm-start", scene.folder.path], "is a run of segnas3d train, not a study"),
                (
                    ["--warm-start"] + many,
                    "--warm-start takes at most 10 studies, and 11 are given"
                ),
            ] {
                let program = try Program.run(arguments(scene, "study", more))
                #expect(
                    program.status != 0 && program.errors.contains(sentence), "\(program.errors)")
                #expect(!FileManager.default.fileExists(atPath: scene.path("study")))
            }
        }
    }

    @Test("a study of the version before is taken over, twice named counts once")
    func former() throws {
        try SearchScene.with { scene in
            let fixtures = try #require(
                Bundle.module.url(forResource: "Fixtures", withExtension: nil))
            let former = scene.path("former")
            try FileManager.default.copyItem(
                at: fixtures.appending(path: "former"), to: URL(filePath: former))
            let search = try Program.run(
                arguments(
                    scene, "study", iterations: 1,
                    ["--warm-start", former + "/study", former + "/../former/study/"]))
            #expect(search.status == 0, "\(search.errors)")
            let plan = try StudyPlan(in: StudyFolder(scene.path("study")))
            #expect(plan.sampler.earlier?.map(\.name) == ["study"])
            #expect(plan.sampler.earlier?.first?.networks.isEmpty == false)
        }
    }
}
