import Foundation
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Trainings in stages")
struct StageTests {
    @Test(
        "a stage is the beginning of the whole training, and trained on it ends with the same bytes",
        arguments: LearningRateSchedule.allCases)
    func prefix(_ schedule: LearningRateSchedule) throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.schedule = schedule
            scene.options.warmUpEpochs = 1
            scene.options.weightAveraging = 0.9
            // The weights after each epoch of the whole training.
            var weights: [Int: Data] = [:]
            let complete = try scene.trainer(
                "whole",
                report: { event in
                    guard case .saved(let checkpoint) = event else { return }
                    weights[checkpoint] = Self.weights(
                        scene.path("whole/checkpoints"), checkpoint)
                }
            ).train()
            scene.options.horizon = 4
            scene.options.epochs = 2
            let stage = try scene.train()
            #expect(Self.results(stage.epochs) == Self.results(Array(complete.epochs.prefix(2))))
            #expect(Self.weights(scene.path("run/checkpoints"), 2) == weights[2])
            #expect(weights[2] != nil && weights[2] != weights[4])
            scene.options.epochs = 4
            let last = try scene.train()
            #expect(Self.results(last.epochs) == Self.results(complete.epochs))
            #expect(last.chosenEpoch == complete.chosenEpoch)
            #expect(try scene.weights() == scene.weights("whole"))
        }
    }

    @Test("the horizon is that of the begun run, and not below its epochs")
    func horizon() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.horizon = 3
            #expect(throws: TrainingError.self) { try scene.train() }
            scene.options.horizon = 8
            scene.options.epochs = 1
            try scene.train()
            scene.options.horizon = 6
            scene.options.epochs = 2
            #expect {
                try scene.train()
            } throws: { error in
                "\(error)".contains("`horizon` was 8, and is now 6")
            }
        }
    }

    /// What does not depend on time.
    private static func results(_ records: [EpochRecord]) -> [[Double]] {
        records.map { [$0.loss, $0.learningRate, $0.validation?.mean ?? -1] }
    }

    private static func weights(_ folder: String, _ number: Int) -> Data? {
        try? Data(contentsOf: URL(filePath: "\(folder)/00000\(number).safetensors"))
    }
}
