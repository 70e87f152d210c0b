import Foundation
import Glibc
import SegNASDatasets
import SegNASExperiments
import SegNASReport
import SegNASSearch
import SegNASSegmentation
import SegNASStudy
import TestSupport
import Testing

@Suite("segnas3d search of settings of the training")
struct SettingSearchTests {
    private func write(_ space: String, _ scene: SearchScene) throws {
        try Data(space.utf8).write(to: scene.folder.appending(path: "space.yaml"))
    }

    private static func space(augmentation: String) -> String {
        """
        n: [2, 4]
        p: 1
        sup: 0
        res: 1
        nodes: 2
        ops: 2
        loss: [exponential-logarithmic, dice-cross-entropy]
        learning_rate: {from: 1e-3, to: 1e-1, scale: log}
        optimizer: [adamw, sgd]
        momentum: {from: 0.8, to: 0.99, when: {optimizer: sgd}}
        augmentation: \(augmentation)
        """
    }

    @Test("a small search over loss, optimizer and learning rate trains with the trials' values")
    func whole() throws {
        try SearchScene.with { scene in
            try write(Self.space(augmentation: "[0.5, 1]"), scene)
            let refused = try run(scene, "study", 6)
            #expect(refused.status != 0)
            #expect(refused.errors.contains("space.yaml:11: augmentation is [0.5, 1]"))
            try write(Self.space(augmentation: "{from: 0, to: 2}"), scene)
            let search = try run(scene, "study", 6)
            #expect(search.status == 0, "\(search.errors)")
            let trials = try scene.trials("study")
            #expect(trials[0].hyperparameters[.loss] == "exponential-logarithmic")
            #expect(abs((trials[0].hyperparameters[.learningRate]?.number ?? 0) - 1e-3) < 1e-15)
            #expect(Set(trials.map { $0.hyperparameters[.loss] }).count == 2)
            #expect(Set(trials.map { $0.hyperparameters[.optimizer] }).count == 2)
            for trial in trials { try check(trial, scene) }
            try show(scene, trials)
        }
    }

    private func run(
        _ scene: SearchScene, _ study: String, _ iterations: Int, _ more: [String] = []
    ) throws -> Program {
        var arguments = scene.arguments(study, iterations: iterations)
        let population = try #require(arguments.firstIndex(of: "--population"))
        arguments.removeSubrange(population...population + 1)
        // The models of a search by a model are kept, with the options of their trainings.
        return try Program.run(arguments + ["--sampler", "model"] + more)
    }

    private func check(_ trial: Trial, _ scene: SearchScene) throws {
        let values = trial.hyperparameters
        #expect(trial.state == .completed && values.count == (values[.momentum] == nil ? 4 : 5))
        #expect((values[.momentum] != nil) == (values[.optimizer] == "sgd"))
        let name = "00000\(trial.number)"
        let record = try #require(
            TrainingRecord(ofModel: scene.path("study") + "/models/\(name)"))
        #expect(values[.loss] == .choice(record.options.loss.rawValue))
        #expect(values[.optimizer] == .choice(record.options.optimizer.rawValue))
        #expect(values[.learningRate] == .number(record.options.learningRate))
        #expect(values[.momentum]?.number == record.options.momentum)
        let strength = try #require(values[.augmentation]?.number)
        let augmentation = strength == 0 ? nil : Augmentation().scaled(by: strength)
        #expect(record.options.augmentation == augmentation)
        let stage = try StudyPlan(in: StudyFolder(scene.path("study"))).rungs?.last
        let folder = TrialFolder(scene.path("study") + "/trials/\(name)", stage: stage)
        let request = try String(contentsOfFile: folder.request, encoding: .utf8)
        #expect(request.contains("\"loss\":\"\(record.options.loss.rawValue)\""))
    }

    /// What other commands say of it.
    private func show(_ scene: SearchScene, _ trials: [Trial]) throws {
        let best = try #require(try StudyStatus(of: scene.path("study")).best)
        let loss = try #require(best.hyperparameters[.loss]?.choice)
        let status = try Program.run("status", scene.path("study"))
        #expect(status.output.contains(", loss \(loss), "), "\(status.output)")
        let json = try Program.run("status", scene.path("study"), "--json")
        #expect(json.output.contains("\"loss\" : \"\(loss)\""))
        #expect(try Program.run("report", scene.path("study")).status == 0)
        let page = try String(contentsOfFile: scene.path("study") + "/report.html", encoding: .utf8)
        #expect(page.contains("momentum 0.8 to 0.99 when optimizer is sgd"))
        #expect(!page.contains("learning rate 0.001, loss"))
        // Another search begins where this one has ended.
        let next = try run(scene, "next", 1, ["--first", scene.path("study"), "--quiet"])
        #expect(next.status == 0, "\(next.errors)")
        let first = try #require(try scene.trials("next").first)
        #expect(first.hyperparameters[.loss] == best.hyperparameters[.loss])
        #expect(first.hyperparameters[.momentum] == best.hyperparameters[.momentum])
        #expect(first.architecture == best.architecture)
    }

    @Test(
        "each size has its own prepared images, memory and network, and all are judged on the files' grids"
    )
    func sizes() throws {
        try SearchScene.with { scene in
            try write(
                "{n: [2, 4], p: [1, 4], sup: 0, res: 1, nodes: 2, ops: 2, size: [8, 16, 20x16x12]}",
                scene)
            let refused = try run(scene, "study", 8)
            #expect(refused.status == 2)
            #expect(
                refused.errors.contains("cannot be compared: give --validate-on original"),
                "\(refused.errors)")
            #expect(!FileManager.default.fileExists(atPath: scene.path("study")))
            let more = ["--validate-on", "original", "--final-epochs", "3"]
            let search = try run(scene, "study", 10, more)
            #expect(search.status == 0, "\(search.errors)")
            let trials = try scene.trials("study")
            // The training's own size comes first.
            #expect(trials[0].hyperparameters[.size] == "16")
            #expect(Set(trials.map { $0.hyperparameters[.size] }).count == 3)
            let sizes = ["8": [8, 8, 8], "16": [16, 16, 16], "20x16x12": [20, 16, 12]]
            var known = 0
            for trial in trials where trial.state == .completed {
                let size = try #require(trial.hyperparameters[.size]?.choice)
                let model = StudyFolder(scene.path("study")).model(trial.number)
                guard FileManager.default.fileExists(atPath: model) else { continue }
                let options = try Model.description(contentsOf: model).preparation.options
                #expect((0..<3).map { options.size[$0] } == sizes[size])
                known += 1
                // Those who watch see what is predicted on the grid of the files, too.
                let folder = StudyFolder(scene.path("study")).trial(trial.number)
                #expect(FileManager.default.fileExists(atPath: "\(folder)/preview.png"))
            }
            #expect(known > 3)
            let best = try #require(try StudyStatus(of: scene.path("study")).best)
            let delivered = StudyFolder(scene.path("study")).bestModel
            #expect(
                try Model.description(contentsOf: delivered).preparation.options.size
                    == GridChoice(best.hyperparameters).size)
            let size = best.hyperparameters[.size]?.choice ?? ""
            let status = try Program.run("status", scene.path("study"))
            #expect(status.output.contains(", size \(size)"), "\(status.output)")
            let report = try Program.run("report", scene.path("study"))
            #expect(report.status == 0, "\(report.errors)")
            // Costs are those of each size: the same network has the same parameters, and other operations.
            let costs = trials.compactMap { trial in
                trial.cost?.operations.map {
                    (trial.architecture, trial.hyperparameters[.size], $0)
                }
            }
            for (network, size, operations) in costs {
                for (other, another, more) in costs where other == network && another != size {
                    #expect(more != operations)
                }
            }
            // The prepared images of all sizes are there: one more trial prepares nothing.
            let cases = try FileManager.default.subpathsOfDirectory(atPath: scene.path("cache"))
                .filter { $0.hasSuffix("case.json") }
            #expect(cases.count == 3 * 8)
            let again = try Program.run("search", "--output", scene.path("study"), "--quiet")
            #expect(again.status == 0, "\(again.errors)")
            try ensemble(scene, trials)
        }
    }

    /// Networks of other sizes are left out of an ensemble, and named.
    private func ensemble(_ scene: SearchScene, _ trials: [Trial]) throws {
        let study = StudyFolder(scene.path("study"))
        let search = try Program.run(
            "search", "--output", study.path, "--final-candidates", "5", "--ensemble", "5")
        #expect(search.status == 0, "\(search.errors)")
        let candidates = try #require(study.finalCandidates(try StudyPlan(in: study))).candidates
        let sizes = candidates.map { trials[$0.trial].hyperparameters[.size] }
        let others = zip(candidates, sizes).filter { $1 != sizes[0] }.map(\.0.trial)
        #expect(!others.isEmpty)
        let sentence = "than the best one are left out of the ensemble: trial"
        let line = try #require(
            search.errors.split(separator: "\n").first { $0.contains(sentence) })
        let named = line.split(separator: ":").last?.split(separator: " ").dropFirst() ?? []
        let numbers = named.compactMap { Int($0.filter(\.isNumber)) }
        #expect(numbers == others, "\(line)")
    }

    @Test("killed in the training of another size, a search goes on as if nothing had happened")
    func killed() throws {
        try SearchScene.with(iterations: 8) { scene in
            try write(
                "{n: [2, 4], p: 1, sup: 0, res: 1, nodes: 2, ops: [1, 3], size: [8, 12]}", scene)
            let more = ["--validate-on", "original"] + SearchScene.patience
            let whole = try scene.search("whole", more)
            #expect(whole.status == 0, "\(whole.errors)")
            let process = try Program.start(scene.arguments("study", more))
            try scene.wait { scene.logs("study").count > 1 && !scene.workers().isEmpty }
            kill(process.processIdentifier, SIGKILL)
            for worker in scene.workers() { kill(worker, SIGKILL) }
            process.waitUntilExit()
            let last = try scene.search("study", more)
            #expect(last.status == 0, "\(last.errors)")
            #expect(try scene.summary("study") == scene.summary("whole"))
        }
    }

    @Test("patches of several sizes share their prepared images; spacings do not")
    func patches() throws {
        try SearchScene.with { scene in
            try write(
                """
                {n: [2, 4], p: [1, 3], sup: 0, res: 1, nodes: 2, ops: 2, patch: [8, 12x12x8], spacing: [planned, 16]}
                """, scene)
            let arguments = [
                "search", scene.path("data"), "--space", scene.path("space.yaml"), "--patch", "8",
                "--spacing", "12", "--iterations", "8", "--epochs", "2", "--steps-per-epoch", "2",
                "--output", scene.path("study"), "--cache", scene.path("cache"), "--threads", "1",
                "--memory-limit", "1GiB", "--seed", "3", "--sampler", "model", "--recipe", "paper",
                "--validate-on", "original", "--final-candidates", "2", "--final-folds", "2",
            ]
            let search = try Program.run(arguments)
            #expect(search.status == 0, "\(search.errors)")
            let trials = try scene.trials("study")
            #expect(trials[0].hyperparameters == [.patch: "8", .spacing: "planned"])
            #expect(Set(trials.map(\.hyperparameters)).count > 2)
            let best = try #require(try StudyStatus(of: scene.path("study")).best)
            let fold = CrossValidationFolder(StudyFolder(scene.path("study")).bestModel)
            let first = try #require(fold.trainings?.all.first)
            let options = try Model.description(contentsOf: fold.run(first) + "/model")
                .preparation.options
            let grid = GridChoice(best.hyperparameters)
            #expect(options.size == grid.size)
            #expect(options.spacing == .fixed(mm: grid.spacing ?? [12, 12, 12]))
            let cases = try FileManager.default.subpathsOfDirectory(atPath: scene.path("cache"))
                .filter { $0.hasSuffix("case.json") }
            #expect(cases.count == 2 * 8)
        }
    }

    @Test("segnas+ begins at the options of the training with every sampler, also when resumed")
    func plus() throws {
        try SearchScene.with { scene in
            for sampler in ["crs", "model"] {
                let arguments = [
                    "search", scene.path("data"), "--space", "segnas+", "--size", "16",
                    "--sampler", sampler, "--epochs", "1", "--output", scene.path(sampler),
                    "--cache", scene.path("cache"), "--threads", "1", "--memory-limit", "1GiB",
                    "--learning-rate", "0.004", "--max-parameters", "0.1M",
                ]
                for iterations in ["1", "2"] {
                    let search = try Program.run(arguments + ["--iterations", iterations])
                    #expect(search.status == 0, "\(search.errors)")
                }
                let trials = try scene.trials(sampler)
                #expect(trials[0].proposal.origin == .given && trials.count == 2)
                guard case .segnas(let network) = trials[0].architecture else { continue }
                #expect("\(network.block)" == "{2,0,2}" && network.sup && network.res)
                #expect(network.dropout == SegNAS.recommendedDropout)
                let values = trials[0].hyperparameters
                #expect(abs((values[.learningRate]?.number ?? 0) - 0.004) < 1e-15)
                #expect(values[.augmentation] == 1)
                let plan = try StudyPlan(in: StudyFolder(scene.path(sampler)))
                #expect(plan.space.contains("from: 0.0008, to: 0.02,"), "\(plan.space)")
            }
        }
    }

    @Test("trainings that cannot be are refused at once")
    func refused() throws {
        try SearchScene.with { scene in
            try write(
                """
                base: segnas4
                optimizer: [adamw, sgd]
                momentum: 0.9
                """, scene)
            let momentum = try scene.search("study")
            #expect(momentum.status == 2)
            #expect(
                momentum.errors.contains(
                    "with optimizer adamw that cannot be: --momentum goes with --optimizer sgd alone"
                ),
                "\(momentum.errors)")
            try write("{base: segnas4, foreground_share: 0.5}", scene)
            let share = try scene.search("study")
            #expect(share.status == 2)
            #expect(share.errors.contains("or give a --patch"), "\(share.errors)")
            #expect(!FileManager.default.fileExists(atPath: scene.path("study")))
        }
    }
}
