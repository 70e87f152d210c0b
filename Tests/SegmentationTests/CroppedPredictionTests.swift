import Foundation
import ModelSupport
import SegNASDatasets
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASImaging
@testable import SegNASSegmentation

/// Models that see the part of an image that is not 0.
@TensorActor
@Suite("Prediction of cropped images")
struct CroppedPredictionTests {
    private static let options = PredictionOptions(precision: .float32, threads: 1)

    /// An image of 0 but for a box of classes 1 and 2, whose labels are 3 and 205; the background is 1.
    private func volume(_ size: SIMD3<Int>, _ lower: SIMD3<Int>, _ upper: SIMD3<Int>) -> Volume {
        let values = (0..<size.volume).map { index -> Float in
            let voxel: SIMD3<Int> = [
                index % size.x, index / size.x % size.y, index / (size.x * size.y),
            ]
            let isInside = all(voxel .>= lower) && all(voxel .< upper)
            return isInside ? Float(1 + (voxel.x / 2 + voxel.y / 3 + voxel.z) % 2) : 0
        }
        let affine = PredictionScene.affine(Orientation.all[29], spacing: [1, 0.9, 2])
        return Volume(Samples(values), geometry: Geometry(size: size, affine: affine))
    }

    private func model(
        _ patch: SIMD3<Int>, isCropped: Bool, spacing: PreparationOptions.Spacing = .stored
    ) throws -> Model {
        try ModelScene.rounding(
            PreparationOptions(size: patch, fit: .patch, isCropped: isCropped, spacing: spacing))
    }

    @Test(
        "label maps are those of the whole image, tile by tile, in one tile and with probabilities")
    func labels() throws {
        try withTemporaryFolder { folder in
            for (lower, upper) in [
                ([3, 5, 2], [17, 20, 11]), ([0, 0, 0], [8, 8, 8]), ([5, 6, 7], [6, 7, 8]),
                ([0, 0, 0], [0, 0, 0]),
            ] as [(SIMD3<Int>, SIMD3<Int>)] {
                let volume = volume([22, 25, 15], lower, upper)
                let subject = try PredictionScene.subject(volume, in: folder)
                var kept = Self.options
                kept.keepsProbabilities = true
                for options in [Self.options, kept] {
                    for models in [
                        [try model([8, 8, 8], isCropped: true)],
                        [
                            try model([8, 8, 8], isCropped: true),
                            try model([12, 8, 8], isCropped: false),
                        ],
                    ] {
                        let predictor = try Predictor(models, options)
                        let image = try predictor.preparer.prepare(subject)
                        let labels = try predictor.predict(image).labelMap()
                        #expect(labels.geometry.size == volume.geometry.size)
                        let isRight =
                            PredictionScene.doubles(labels) == PredictionScene.labels(volume)
                        #expect(isRight, "\(lower) \(models.count)")
                    }
                }
            }
        }
    }

    @Test("where tiles coincide, probabilities in the box are those of the whole image")
    func probabilities() throws {
        try withTemporaryFolder { folder in
            // Two tiles along x, of which the second holds all that is not 0.
            let values = (0..<1024).map { index -> Float in
                index % 16 >= 8 ? Float(1 + index * 7 % 11) : 0
            }
            let geometry = Geometry(size: [16, 8, 8], affine: .identity)
            let subject = try PredictionScene.subject(
                Volume(Samples(values), geometry: geometry), in: folder)
            var written: [[Float]] = []
            for isCropped in [true, false] {
                var description = try ModelScene.description()
                description.preparation = try Preparation(
                    PreparationOptions(size: [8, 8, 8], fit: .patch, isCropped: isCropped),
                    channels: ["T1"], labels: ModelScene.labels)
                var options = Self.options
                options.keepsProbabilities = true
                options.overlap = 0
                let predictor = try Predictor([ModelScene.model(description)], options)
                let image = try predictor.preparer.prepare(subject)
                #expect(image.views[0].prepared.size == (isCropped ? [8, 8, 8] : [16, 8, 8]))
                let path = folder.appending(path: "\(isCropped).nii").path
                try predictor.predict(image).writeProbabilities(to: path)
                let volume = try Volume(contentsOf: path)
                written.append(volume.samples.withValues(as: Float.self) { Array($0) })
            }
            for index in written[0].indices {
                if index % 16 >= 8 {
                    #expect(abs(written[0][index] - written[1][index]) < 1e-6)
                } else {
                    #expect(written[0][index] == (index < 1024 ? 1 : 0))
                }
            }
        }
    }
}
