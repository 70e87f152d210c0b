import Foundation
import ModelSupport
import SegNASDatasets
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Trainings that begin with a model")
struct ModelOriginTests {
    private func trainer(
        _ scene: TrainingScene, from model: String, change: (inout TrainingTask) -> Void = { _ in }
    ) throws -> Trainer {
        let plain = try scene.trainer("tuned")
        var task = plain.task
        task.origin = try ModelOrigin(of: scene.path(model))
        task.levels = try task.origin?.description().pyramid
        change(&task)
        return Trainer(task, run: plain.run, on: plain.machine)
    }

    @Test("without a checkpoint the model is needed, with the weights that the run began with")
    func lost() throws {
        try TrainingScene.with { scene in
            var scene = scene
            scene.options.epochs = 1
            scene.options.weightAveraging = 0.9
            try scene.train("first")
            let whole = try trainer(scene, from: "first").train()
            #expect(whole.epochs.count == 1)
            let weights = try scene.weights("tuned")
            for name in ["model", "checkpoints", "log.jsonl", "test.json"] {
                try FileManager.default.removeItem(atPath: scene.path("tuned/\(name)"))
            }
            // The plan names the model.
            try scene.train("tuned")
            #expect(try scene.weights("tuned") == weights)
            for name in ["model", "checkpoints", "log.jsonl", "test.json"] {
                try FileManager.default.removeItem(atPath: scene.path("tuned/\(name)"))
            }
            try FileManager.default.removeItem(atPath: scene.path("first"))
            #expect {
                try scene.train("tuned")
            } throws: { error in
                "\(error)".contains("restore that model, or train into a new folder")
            }
        }
    }

    @Test("CT is normalised as for the model, and other channels and preparations are refused")
    func preparation() throws {
        try TrainingScene.with { scene in
            var description = try ModelScene.description(channels: ["CT"])
            let model = try ModelScene.model(description)
            try ModelScene.write(model, to: scene.path("ct"))
            let dataset = try Dataset(contentsOf: scene.path("data"), threads: 1)
            let prepared = try model.description.preparation(of: dataset)
            #expect(prepared.labels == dataset.labels)
            #expect(prepared.channels.map(\.name) == dataset.channels)
            #expect(prepared.channels[0].rule == .ct)
            #expect(prepared.channels[0].intensities?.mean == 12.25)
            description.preparation = try ModelScene.description(
                size: [8, 8, 8], channels: ["a", "b"]
            ).preparation
            try ModelScene.write(ModelScene.model(description), to: scene.path("two"))
            #expect {
                try trainer(scene, from: "two").train()
            } throws: { error in
                let words = "\(error)"
                return words.contains("sees a, b, and the dataset has T1")
                    && words.contains("leave out `network`")
                    && words.contains("leave out `size`, `patch`, `fit` and `spacing`")
            }
            #expect(!FileManager.default.fileExists(atPath: scene.path("tuned")))
        }
    }
}
