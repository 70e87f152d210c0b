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
@Suite("Prediction")
struct PredictorTests {
    nonisolated static let options = PredictionOptions(precision: .float32)

    private func predict(
        _ models: [Model], _ subject: Dataset.Case, _ options: PredictionOptions = options
    ) throws -> Volume {
        let predictor = try Predictor(models, options)
        return try predictor.predict(predictor.preparer.prepare(subject)).labelMap()
    }

    @Test(
        "label maps lie on the grid of the image's file, whatever its axes and voxels",
        arguments: stride(from: 0, to: 48, by: 5).map { Orientation.all[$0] })
    func geometry(orientation: Orientation) throws {
        try withTemporaryFolder { folder in
            let geometry = Geometry(
                size: [30, 33, 15],
                affine: PredictionScene.affine(orientation, spacing: [1, 0.9, 2]))
            let image = PredictionScene.volume(geometry)
            let subject = try PredictionScene.subject(image, in: folder)
            let expected = PredictionScene.labels(image)
            // The file keeps 32 bits of each number.
            let stored = try Volume(contentsOf: subject.images[0]).affine
            for isCanonical in [true, false] {
                let padded = try ModelScene.rounding(
                    .init(size: [33, 33, 33], fit: .pad, isCanonical: isCanonical))
                let exact = try predict([padded], subject)
                #expect(exact.affine == stored && exact.samples.type == .uint8)
                #expect(PredictionScene.doubles(exact) == expected)
            }
            let resized = try ModelScene.rounding(.init(size: [36, 36, 36]))
            let near = try predict([resized], subject)
            #expect(near.affine == stored)
            #expect(PredictionScene.dice(PredictionScene.doubles(near), expected) > 0.95)
        }
    }

    @Test("an ensemble of equal models is the model, and one of unlike preparations works")
    func ensembles() throws {
        try withTemporaryFolder { folder in
            let orientation = Orientation.all[29]
            let geometry = Geometry(
                size: [24, 33, 15],
                affine: PredictionScene.affine(orientation, spacing: [1.2, 0.9, 2]))
            let image = PredictionScene.volume(geometry)
            let subject = try PredictionScene.subject(image, in: folder)
            let random = try ModelScene.model(ModelScene.description())
            let one = try predict([random], subject)
            let three = try predict([random, random, random], subject)
            #expect(PredictionScene.doubles(three) == PredictionScene.doubles(one))
            let unlike = [
                try ModelScene.rounding(.init(size: [36, 36, 36])),
                try ModelScene.rounding(.init(size: [40, 40, 20], isCanonical: false)),
                try ModelScene.rounding(.init(size: [40, 40, 40], fit: .pad)),
            ]
            let mean = try predict(unlike, subject)
            let dice = PredictionScene.dice(
                PredictionScene.doubles(mean), PredictionScene.labels(image))
            #expect(dice > 0.95)
        }
    }

    @Test(
        "an ensemble is the mean of its models' probabilities; each counts alike, whatever its preparation"
    )
    func mean() throws {
        try withTemporaryFolder { folder in
            let image = PredictionScene.volume(Geometry(size: [16, 16, 16], affine: .identity))
            let subject = try PredictionScene.subject(image, in: folder)
            @TensorActor func probabilities(
                _ models: [Model], _ weights: [Double]? = nil
            ) throws -> [Double] {
                var options = Self.options
                options.modelWeights = weights
                let predictor = try Predictor(models, options)
                let path = folder.appending(path: "probabilities.nii").path
                try predictor.predict(predictor.preparer.prepare(subject))
                    .writeProbabilities(to: path, replacing: true)
                return PredictionScene.doubles(try Volume(contentsOf: path))
            }
            let models = [
                try ModelScene.model(ModelScene.description(), seed: 1),
                try ModelScene.model(ModelScene.description(), seed: 2),
                try ModelScene.model(ModelScene.description(size: [24, 24, 24]), seed: 3),
            ]
            let alone = try models.map { try probabilities([$0]) }
            let together = try probabilities(models)
            let farthest = together.indices.map { voxel in
                abs(together[voxel] - alone.map { $0[voxel] }.reduce(0, +) / 3)
            }.max()
            #expect(try #require(farthest) < 1e-5)
            let weights = [0.5, 0.125, 0.375]
            let weighted = try probabilities(models, weights)
            let expected = together.indices.map { voxel in
                zip(alone, weights).reduce(0) { $0 + $1.0[voxel] * $1.1 }
            }
            #expect(zip(weighted, expected).allSatisfy { abs($0 - $1) < 1e-5 })
            for (a, b) in [(0, 1), (1, 2)] {
                #expect(zip(alone[a], alone[b]).contains { abs($0 - $1) > 0.02 })
            }
        }
    }

    @Test("a prediction with mirroring does not depend on how the image was mirrored")
    func mirroring() throws {
        try withTemporaryFolder { folder in
            let geometry = Geometry(size: [16, 16, 16], affine: .identity)
            let image = PredictionScene.volume(geometry)
            let mirrored = Reorientation(
                sources: [0, 1, 2], reversals: [true, false, true])
            let other = Volume(image.reoriented(by: mirrored).samples, geometry: geometry)
            let model = try ModelScene.model(ModelScene.description())
            @TensorActor func labels(_ volume: Volume, _ axes: Set<Int>) throws -> [Double] {
                let subject = try PredictionScene.subject(volume, in: folder)
                return PredictionScene.doubles(
                    try predict([model], subject, .init(precision: .float32, mirroredAxes: axes)))
            }
            func turned(_ labels: [Double]) -> [Double] {
                let volume = Volume(Samples(labels), geometry: geometry)
                return PredictionScene.doubles(volume.reoriented(by: mirrored))
            }
            #expect(try labels(image, []) != turned(labels(other, [])))
            let differing = zip(try labels(image, [0, 2]), turned(try labels(other, [0, 2])))
                .count { $0 != $1 }
            #expect(differing <= 4)
        }
        #expect(PredictionOptions(mirroredAxes: [0, 1, 2]).mirrorings.count == 8)
        #expect(Set(PredictionOptions(mirroredAxes: [0, 1, 2]).mirrorings).count == 8)
    }

    @Test("models of other channels or labels are no ensemble")
    func mismatches() throws {
        let first = try ModelScene.model(ModelScene.description())
        let channels = try ModelScene.model(ModelScene.description(channels: ["T2"]))
        #expect(throws: PredictionError.channels(model: 1, ["T2"], first: ["T1"])) {
            try Predictor([first, channels])
        }
        let labels = LabelTable(
            foreground: [.init(name: "a", value: 3), .init(name: "b", value: 204)], background: 1)
        let other = try ModelScene.model(ModelScene.description(labels: labels))
        #expect(throws: PredictionError.labels(model: 2)) { try Predictor([first, first, other]) }
    }

    @Test("want of memory is typed, and the predictor works on")
    func memory() throws {
        try withTemporaryFolder { folder in
            let image = PredictionScene.volume(
                Geometry(size: [16, 16, 16], affine: .identity))
            let subject = try PredictionScene.subject(image, in: folder)
            let model = try ModelScene.rounding(.init(size: [64, 64, 64]))
            let predictor = try Predictor([model], Self.options)
            let prepared = try predictor.preparer.prepare(subject)
            let inUse = try TensorMemory.statistics().current.bytes
            for room in [1 << 20, 5 << 20] as [UInt64] {
                try TensorMemory.setBudget(ByteCount(inUse + room))
                let error = #expect(throws: TorchError.self) { try predictor.predict(prepared) }
                try TensorMemory.setBudget(nil)
                guard case .outOfMemory = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
            let labels = try predictor.predict(prepared).labelMap()
            let dice = PredictionScene.dice(
                PredictionScene.doubles(labels), PredictionScene.labels(image))
            #expect(dice > 0.98)
        }
    }

    @Test("probabilities that are no numbers are reported, with the model")
    func notFinite() throws {
        try withTemporaryFolder { folder in
            let image = PredictionScene.volume(
                Geometry(size: [16, 16, 16], affine: .identity))
            let subject = try PredictionScene.subject(image, in: folder)
            let good = try ModelScene.rounding(.init(size: [16, 16, 16]))
            let bad = try ModelScene.rounding(.init(size: [16, 16, 16]))
            try ModelScene.set(bad, "head.0", "bias", [0, .nan, 0])
            #expect(throws: PredictionError.notFinite(model: 1)) {
                try predict([good, bad], subject)
            }
        }
    }

    @Test("cases come in order, those that cannot be read among them, until the body ends it")
    func cases() throws {
        try withTemporaryFolder { folder in
            let image = PredictionScene.volume(
                Geometry(size: [16, 16, 16], affine: .identity))
            var subjects: [Dataset.Case] = []
            for name in ["a", "b", "c", "d", "e"] {
                subjects.append(try PredictionScene.subject(image, in: folder, name))
            }
            try Data("no image".utf8).write(to: folder.appending(path: "b.nii"))
            let model = try ModelScene.rounding(.init(size: [16, 16, 16]))
            let predictor = try Predictor([model], Self.options)
            var seen: [String] = []
            predictor.predict(subjects) { subject, result in
                switch result {
                case .success: seen.append(subject.identifier)
                case .failure(let error):
                    seen.append("\(subject.identifier) failed")
                    #expect((error as? PreparationError)?.identifier == "b")
                }
                return subject.identifier != "d"
            }
            #expect(seen == ["a", "b failed", "c", "d"])
        }
    }

    @Test("the example of the module's documentation writes label maps")
    func example() throws {
        try withTemporaryFolder { folder in
            let path = folder.path
            let image = PredictionScene.volume(Geometry(size: [16, 16, 16], affine: .identity))
            try image.write(to: "\(path)/image.nii.gz")
            try ModelScene.write(
                ModelScene.rounding(.init(size: [16, 16, 16])), to: "\(path)/model")

            let model = try Model(contentsOf: "\(path)/model")
            let predictor = try Predictor([model])
            let inputs = try ImageInputs(
                ["\(path)/image.nii.gz"], channels: model.description.channels)
            for subject in inputs.cases {
                let image = try predictor.preparer.prepare(subject)
                try predictor.predict(image).labelMap()
                    .write(to: "\(path)/\(subject.identifier)_labels.nii.gz")
            }

            let labels = try Volume(contentsOf: "\(path)/image_labels.nii.gz")
            #expect(PredictionScene.doubles(labels) == PredictionScene.labels(image))
        }
    }
}
