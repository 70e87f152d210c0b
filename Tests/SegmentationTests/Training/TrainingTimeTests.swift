import Foundation
import SegNASHost
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@Suite("Epochs that fit into a time")
struct TimeBudgetTests {
    private func budget(_ seconds: Double, step: Double, validation: Double) -> TimeBudget {
        TimeBudget(seconds: seconds, pace: .init(step: step, validation: validation))
    }

    @Test(
        "epochs of whole images have their length, and as many as fit are chosen",
        arguments: [
            (100.0, 0.5, 2.0, 8, 16), (100, 0.5, 0, 8, 25), (6, 0.5, 2, 8, 1), (5.9, 0.5, 2, 8, 0),
            (-3, 0.5, 2, 8, 0), (0, 0.5, 2, 8, 0),
        ])
    func whole(_ seconds: Double, _ step: Double, _ validation: Double, _ steps: Int, _ epochs: Int)
    {
        let choice = budget(seconds, step: step, validation: validation).epochs(of: steps)
        #expect(choice == (epochs == 0 ? nil : .init(epochs: epochs, stepsPerEpoch: steps)))
    }

    @Test(
        "epochs of patches fill the time, are at least ten, and few where validations are long",
        arguments: [
            // Without validation: 100 steps in 10 s, of which 36 fit, and the rest makes them longer.
            (366.0, 0.1, 0.0, 100, 36, 101),
            // Fewer than ten would fit: ten shorter ones.
            (30, 0.1, 0, 100, 10, 30),
            // 33 epochs of 10 s and a validation of 1 s.
            (366, 0.1, 1, 100, 33, 100),
            // Validations of 10 s in epochs of as long would take half of the time: they get a fifth.
            (1000, 0.1, 10, 100, 20, 400),
            // Ten epochs even where validations take up to half of the time, and no more than that.
            (250, 0.1, 10, 100, 10, 150), (200, 0.1, 10, 100, 10, 100),
            (100, 0.1, 10, 100, 5, 100), (20, 0.1, 10, 100, 1, 100),
            // An epoch that trains as long as it validates is the least, or one step.
            (19, 0.1, 10, 100, 0, 0), (3, 1, 0, 100, 3, 1), (0.9, 1, 0, 100, 0, 0),
            (-1, 1, 0, 100, 0, 0), (-1, 1, 2, 100, 0, 0),
        ])
    func patches(
        _ seconds: Double, _ step: Double, _ validation: Double, _ about: Int, _ epochs: Int,
        _ steps: Int
    ) {
        let budget = budget(seconds, step: step, validation: validation)
        let choice = budget.epochs(about: about)
        #expect(choice == (epochs == 0 ? nil : .init(epochs: epochs, stepsPerEpoch: steps)))
        if let choice {
            #expect(
                Double(choice.epochs) * budget.epoch(of: choice.stepsPerEpoch) <= seconds + 1e-9)
        }
    }
}

@TensorActor
@Suite("Trainings of a given time")
struct TrainingTimeTests {
    private func plan(_ scene: TrainingScene, _ run: String) throws -> RunPlan {
        try JSONDocument.read(from: scene.path("\(run)/plan.json"))
    }

    private func trainer(
        _ scene: TrainingScene, _ run: String, minutes: Double?,
        isEndRequested: @escaping () -> Bool = { false },
        report: @escaping (TrainingEvent) -> Void = { _ in }
    ) throws -> Trainer {
        let plain = try scene.trainer(run)
        var task = plain.task
        task.minutes = minutes
        return Trainer(
            task, run: plain.run, on: plain.machine, isEndRequested: isEndRequested,
            report: report)
    }

    @Test("the epochs are in the plan before the first step, and the weights those of such a run")
    func whole() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.schedule = .cosine
            scene.options.weightAveraging = 0.9
            var epochs = 0
            var remarks: [String] = []
            let result = try trainer(
                scene, "run", minutes: 0.15,
                report: { event in
                    if case .remark(let words) = event { remarks.append(words) }
                    guard case .step = event, epochs == 0 else { return }
                    epochs = (try? plan(scene, "run").options.epochs) ?? -1
                }
            ).train()
            #expect(result.epochs.count == epochs && epochs > 0)
            #expect(
                remarks.contains {
                    $0.contains("a step takes ")
                        && $0.contains("estimated from one of 2 cases: ")
                        && $0.contains("steps in \(counted(epochs, "epoch")) of 2")
                }, "\(remarks)")
            #expect(try plan(scene, "run").time?.pace != nil)
            scene.options.epochs = epochs
            try scene.train("given")
            #expect(try scene.weights() == scene.weights("given"))
        }
    }

    @Test("ended while it measures it measures again; ended later it ends as planned")
    func resumed() throws {
        try TrainingScene.with { scene in
            var isMeasuring = false
            let ended = try trainer(
                scene, "run", minutes: 0.15, isEndRequested: { isMeasuring },
                report: { if case .remark = $0 { isMeasuring = true } })
            #expect(throws: TrainingError.interrupted(run: scene.path("run"))) {
                try ended.train()
            }
            #expect(try plan(scene, "run").time == TrainingTime(minutes: 0.15))
            var steps = 0
            let later = try trainer(
                scene, "run", minutes: 0.2, isEndRequested: { steps >= 3 },
                report: { if case .step = $0 { steps += 1 } })
            #expect(throws: TrainingError.interrupted(run: scene.path("run"))) {
                try later.train()
            }
            let begun = try plan(scene, "run")
            #expect(begun.time?.minutes == 0.2 && begun.time?.pace != nil)
            #expect(throws: TrainingError.self) {
                try trainer(scene, "run", minutes: 0.3).train()
            }
            let result = try trainer(scene, "run", minutes: 0.2).train()
            #expect(result.epochs.count == begun.options.epochs)
            #expect(try plan(scene, "run") == begun)
        }
    }

    @Test("a time that one epoch exceeds is refused with what is needed, and another is accepted")
    func short() throws {
        try TrainingScene.with { scene in
            var words = ""
            do {
                _ = try trainer(scene, "run", minutes: 1e-6).train()
            } catch let error as TrainingError {
                words = error.description
            }
            #expect(words.hasPrefix("`minutes` 1e-06 are too few: "), "\(words)")
            #expect(words.contains("2 steps of ") && words.contains("give at least 0."))
            #expect(throws: TrainingError.self) {
                var scene = scene
                scene.options.warmUpEpochs = 99
                _ = try trainer(scene, "other", minutes: 0.1).train()
            }
            var scene = scene
            scene.options.epochs = 1
            // Without a time, nothing is measured any more.
            #expect(try trainer(scene, "run", minutes: nil).train().epochs.count == 1)
            #expect(try plan(scene, "run").time == nil)
        }
    }
}
