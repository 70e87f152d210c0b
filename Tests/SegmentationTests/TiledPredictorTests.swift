import Foundation
import ModelSupport
import SegNASDatasets
import SegNASHost
import SegNASImaging
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

/// Predictors whose networks see a part of the prepared image, or more than it.
@TensorActor
@Suite("Prediction of images that are no tile")
struct TiledPredictorTests {
    /// A volume on the grid of its own file, prepared at voxels of 1 mm whatever its size.
    private func scene(
        _ orientation: Orientation, spacing: SIMD3<Double>, in folder: URL, patch: SIMD3<Int>
    ) throws -> (image: PreparedImage, volume: Volume) {
        let geometry = Geometry(
            size: [30, 33, 15], affine: PredictionScene.affine(orientation, spacing: spacing))
        let volume = PredictionScene.volume(geometry)
        let subject = try PredictionScene.subject(volume, in: folder)
        // Prepared with room, then cut to the image: as a preparation that keeps each image's size will do.
        let reorientation = Reorientation(from: Orientation(geometry.affine), to: .ras)
        let reoriented = reorientation(geometry)
        let map = GridMap(from: reoriented, spacing: [1, 1, 1])
        let options = PreparationOptions(size: map.size, fit: .pad, spacing: .fixed(mm: [1, 1, 1]))
        let preparation = try Preparation(
            options, channels: ["noNorm"], labels: ModelScene.labels)
        let view = try preparation.prepare(subject)
        #expect(view.prepared.size == map.size && map.size != patch)
        return (PreparedImage(identifier: "case", views: [view]), volume)
    }

    private func models(_ patch: SIMD3<Int>) throws -> [Model] {
        [try ModelScene.rounding(.init(size: patch)), try ModelScene.rounding(.init(size: patch))]
    }

    @Test(
        "label maps lie on the grid of the image's file, whatever its axes and voxels",
        arguments: stride(from: 0, to: 48, by: 11).map { Orientation.all[$0] })
    func geometry(orientation: Orientation) throws {
        try withTemporaryFolder { folder in
            for (spacing, patch) in [
                ([1, 1, 1], [16, 16, 16]), ([1, 0.8, 2.5], [16, 12, 16]),
                ([1, 0.9, 2], [40, 16, 40]), ([1, 1, 1], [48, 48, 48]),
            ] as [(SIMD3<Double>, SIMD3<Int>)] {
                let (image, volume) = try scene(
                    orientation, spacing: spacing, in: folder, patch: patch)
                let predictor = try Predictor(models(patch), PredictorTests.options)
                let labels = try predictor.predict(image).labelMap()
                let expected = PredictionScene.labels(volume)
                #expect(labels.geometry.size == volume.geometry.size)
                #expect(labels.samples.type == .uint8)
                let dice = PredictionScene.dice(PredictionScene.doubles(labels), expected)
                if spacing == [1, 1, 1] {
                    let isEqual = PredictionScene.doubles(labels) == expected
                    #expect(isEqual)
                } else {
                    #expect(dice > 0.95)
                }
            }
        }
    }

    @Test("probabilities can be kept, in memory or on disk, and give the same labels")
    func probabilities() throws {
        try withTemporaryFolder { folder in
            let patch: SIMD3<Int> = [12, 16, 12]
            let (image, _) = try scene(
                Orientation.all[29], spacing: [1, 0.8, 2.5], in: folder, patch: patch)
            let model = try ModelScene.model(ModelScene.description(size: patch))
            var options = PredictionOptions(precision: .float32, mirroredAxes: [0, 2])
            let labels = try Predictor([model], options).predict(image).labelMap()
            options.keepsProbabilities = true
            options.scratch = folder.path
            var written: [[Double]] = []
            for memory in [1 << 30, 1] {
                options.scoreMemory = ByteCount(memory)
                let prediction = try Predictor([model], options).predict(image)
                let same = PredictionScene.doubles(prediction.labelMap())
                let path = folder.appending(path: "\(memory).nii").path
                try prediction.writeProbabilities(to: path)
                let values = PredictionScene.doubles(try Volume(contentsOf: path))
                // Where classes tie, rounding decides.
                let other = PredictionScene.doubles(labels)
                let classes = [1.0: 0, 3: 1, 205: 2]
                for (voxel, label) in other.enumerated() {
                    let all = (0..<3).map { values[$0 * other.count + voxel] }
                    let most = all.max() ?? 0
                    let found = [label, same[voxel]].allSatisfy {
                        all[classes[$0] ?? 0] > most - 2e-6
                    }
                    if !found { Issue.record("voxel \(voxel): \(label), \(same[voxel]), \(all)") }
                }
                written.append(values)
            }
            let isEqual = written[0] == written[1]
            #expect(isEqual)
            #expect(Set(PredictionScene.doubles(labels)).count > 1)
        }
    }

    @Test("one tile as large as the image is the image")
    func whole() throws {
        try withTemporaryFolder { folder in
            let (image, _) = try scene(
                Orientation.all[3], spacing: [1, 0.8, 2.5], in: folder, patch: [1, 1, 1])
            let size = image.views[0].prepared.size
            let model = try ModelScene.model(ModelScene.description(size: size))
            let prediction = try Predictor([model], PredictorTests.options).predict(image)
            let path = folder.appending(path: "probabilities.nii").path
            try prediction.writeProbabilities(to: path)
            // The network's own answer for the whole image, without any of the code of tiles.
            let view = image.views[0]
            let values = view.prepared.image.withValues(as: Float.self) { Array($0) }
            let raw = try withoutGradients {
                try model.network(
                    Tensor(values, shape: [1, 1, size.z, size.y, size.x]).laidOut(
                        in: .channelsLast),
                    training: false
                ).softmax(along: 1)
            }
            let scores = try #require(view.transform.scores(classes: 3))
            let all = try raw.array(of: Float.self)
            scores.add(mirrored: [false, false, false]) { $0.add(all, classes: 3, tile: size) }
            let direct = ScoreRestorer(
                [(scores, view.transform)], labels: ModelScene.labels, threads: 1)
            let other = folder.appending(path: "direct.nii").path
            try direct.writeProbabilities(to: other)
            let (found, expected) = (try Self.floats(path), try Self.floats(other))
            #expect(found.count == expected.count)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        }
    }

    /// The values of a file of probabilities.
    private static func floats(_ path: String) throws -> [Float] {
        try Volume(contentsOf: path).samples.withValues(as: Float.self) { Array($0) }
    }

    @Test("models of unlike tiles are an ensemble too")
    func unlike() throws {
        try withTemporaryFolder { folder in
            let (image, volume) = try scene(
                Orientation.all[11], spacing: [1, 1, 1], in: folder, patch: [16, 16, 16])
            let models = [
                try ModelScene.rounding(.init(size: [16, 16, 16])),
                try ModelScene.rounding(.init(size: [20, 24, 12])),
            ]
            let both = PreparedImage(
                identifier: "case", views: [image.views[0], image.views[0]])
            let labels = try Predictor(models, PredictorTests.options).predict(both).labelMap()
            let isEqual = PredictionScene.doubles(labels) == PredictionScene.labels(volume)
            #expect(isEqual)
        }
    }

    @Test("want of memory for sums or for tiles leaves the predictor usable")
    func memory() throws {
        try withTemporaryFolder { folder in
            let patch: SIMD3<Int> = [16, 16, 16]
            let (image, volume) = try scene(
                Orientation.all[5], spacing: [1, 1, 1], in: folder, patch: patch)
            let predictor = try Predictor(models(patch), PredictorTests.options)
            let inUse = try TensorMemory.statistics().current.bytes
            var refused = 0
            for room in stride(from: 1000 as UInt64, through: 401_000, by: 20_000) {
                try TensorMemory.setBudget(ByteCount(inUse + room))
                defer { try? TensorMemory.setBudget(nil) }
                do {
                    _ = try predictor.predict(image)
                } catch TorchError.outOfMemory {
                    refused += 1
                }
            }
            #expect((3..<21).contains(refused))
            let labels = try predictor.predict(image).labelMap()
            let isEqual = PredictionScene.doubles(labels) == PredictionScene.labels(volume)
            #expect(isEqual)
        }
    }

    @Test("what progress throws between tiles is the result of the case, and the next one goes on")
    func ends() throws {
        struct End: Error {}
        try withTemporaryFolder { folder in
            let volume = PredictionScene.volume(Geometry(size: [16, 16, 16], affine: .identity))
            let subjects = try ["a", "b", "c"].map {
                try PredictionScene.subject(volume, in: folder, $0)
            }
            let model = try ModelScene.model(ModelScene.description())
            let options = PredictionOptions(precision: .float32, mirroredAxes: [0, 1])
            var calls: [Int] = []
            var ended: [String] = []
            let predictor = try Predictor([model], options)
            predictor.predict(subjects) { done, all in
                #expect(all == 4)
                calls.append(done)
                if calls.count == 6 { throw End() }
            } _: { subject, result in
                if case .failure(let error) = result, error is End {
                    ended.append(subject.identifier)
                }
                return true
            }
            #expect(calls == [1, 2, 3, 4, 1, 2, 1, 2, 3, 4])
            #expect(ended == ["b"])
        }
    }
}
