import Foundation
import ModelSupport
import SegNASDatasets
import SegNASHost
import SegNASImaging
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Ensembles of different networks")
struct EnsembleTests {
    @Test("weights are all multiples of a quarter, and equal parts; together 1", arguments: 2...5)
    nonisolated func weights(count: Int) {
        let all = EnsembleWeighing.weights(count)
        // 4 quarters among 2, 3, 4 and 5 networks, and thirds and fifths.
        #expect(all.count == [5, 15 + 1, 35, 70 + 1][count - 2])
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 && $0.count == count })
        #expect(all.count { $0.contains(1) } == count)
    }

    @Test("the Dice of weights is that of their mean, and each network is asked once for a case")
    func weighing() throws {
        try withTemporaryFolder { folder in
            let image = PredictionScene.volume(
                Geometry(size: [20, 20, 20], affine: .identity))
            var subject = try PredictionScene.subject(image, in: folder)
            let label = folder.appending(path: "label.nii").path
            try Volume(Samples(PredictionScene.labels(image)), geometry: image.geometry)
                .write(to: label)
            subject.label = label
            let whole = PreparationOptions(size: [20, 20, 20], fit: .pad)
            for fit in [whole, PreparationOptions(size: [16, 16, 16], fit: .patch)] {
                let good = try ModelScene.rounding(fit)
                let blind = try ModelScene.rounding(fit)
                try ModelScene.set(blind, "head.0", "bias", [100, 0, 0])
                let inMemory = PredictionOptions(precision: .float32, threads: 2)
                var onDisk = inMemory
                (onDisk.scoreMemory, onDisk.scratch) = (ByteCount(0), folder.path)
                var spilled = EnsembleWeighing([blind, good], onDisk)
                try spilled.add(subject) {}
                var weighing = EnsembleWeighing([blind, good], inMemory)
                var calls = 0
                try weighing.add(subject) { calls += 1 }
                #expect(calls > 0)
                let means = weighing.dice.map { $0.mean ?? -1 }
                let dice = Dictionary(uniqueKeysWithValues: zip(weighing.weights, means))
                #expect(dice[[0, 1]] == 1 && dice[[0.25, 0.75]] == 1)
                #expect(dice[[1, 0]] == 0 && dice[[0.75, 0.25]] == 0)
                #expect(weighing.dice.allSatisfy { $0.perCase?.count == 1 })
                #expect(spilled.progress == weighing.progress)
                onDisk.scratch = folder.appending(path: "none").path
                spilled = EnsembleWeighing([blind, good], onDisk)
                #expect(throws: SystemFailure.self) { try spilled.add(subject) {} }
                #expect(spilled.progress.count == 0)
                struct End: Error {}
                #expect(throws: End.self) { try weighing.add(subject) { throw End() } }
            }
        }
    }

    @Test("an ensemble's folder is a model with weights; other models in it are refused")
    func folder() throws {
        try withTemporaryFolder { folder in
            let models = try (1...2).map { seed in
                let path = folder.appending(path: "model\(seed)").path
                try ModelScene.write(
                    ModelScene.model(ModelScene.description(), seed: UInt64(seed)), to: path)
                return path
            }
            let path = folder.appending(path: "ensemble").path
            #expect(!EnsembleFolder(path).isWritten)
            for weights in [[0.5, 0.5], [0.25, 0.75]] {
                try EnsembleFolder(path).write(models, weights: weights)
                let ensemble = try ModelEnsemble(of: path)
                #expect(ensemble.weights == weights && ensemble.models.count == 2)
                #expect(ensemble.postProcessing == nil && ensemble.trainings == nil)
            }
            // The models may be gone, and a study names it as its best.
            for model in models { try FileManager.default.removeItem(atPath: model) }
            let study = folder.appending(path: "study").path
            try FileManager.default.createDirectory(
                atPath: study, withIntermediateDirectories: true)
            try FolderLink.set(study + "/best", to: "../ensemble")
            #expect(try ModelEnsemble(of: study).weights == [0.25, 0.75])
            let origin = #expect(throws: ModelError.self) { try ModelOrigin(of: study) }
            let sentence = "\(try #require(origin))"
            #expect(sentence.contains("holds several models, and weights are taken from one"))
            #expect(sentence.hasSuffix("such as \(study)/best/member_0"))
            try FileManager.default.removeItem(atPath: path + "/member_0")
            try FileManager.default.copyItem(
                atPath: path + "/member_1", toPath: path + "/member_0")
            #expect(throws: ModelError(file: path, fault: .otherMembers)) {
                try ModelEnsemble(of: path)
            }
            try Data("{\"schema\": 1, \"weights\": [1], \"models\": []}".utf8).write(
                to: URL(filePath: path + "/ensemble.json"))
            #expect(throws: ModelError.self) { try ModelEnsemble(of: path) }
        }
    }
}
