import Foundation
import ModelSupport
import SegNASDatasets
import SegNASHost
import SegNASImaging
import SegNASSearch
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Prediction of regions")
struct RegionPredictionTests {
    /// Values that are not their classes; the regions are those above ½ and 1½.
    private static let labels = LabelTable(regions: [
        .init(name: "whole", values: [3, 205], value: 3),
        .init(name: "core", values: [205], value: 205),
    ])

    /// A network that finds each region where the intensity is above a threshold.
    private func model(_ patch: SIMD3<Int>, shift: Float = 0) throws -> Model {
        let network = SegNAS(
            n: 1, p: 1, sup: false, res: false, block: try BlockGraph([6]), dropout: 0)
        let options = PreparationOptions(size: patch, fit: .patch, spacing: .fixed(mm: [1, 1, 1]))
        let model = try ModelScene.model(
            ModelDescription(
                architecture: .segnas(network),
                preparation: Preparation(options, channels: ["noNorm"], labels: Self.labels),
                precision: .float32, program: "1.2.3"))
        try ModelScene.set(model, "decoder.0", "weight", [0, 0, 1])
        try ModelScene.set(model, "head.0", "weight", [10, 10])
        try ModelScene.set(model, "head.0", "bias", [-5 + shift, -15 + shift])
        return model
    }

    /// An image of 0, 1 and 2 whose label map has 0, 3 and 205.
    private func scene(_ size: SIMD3<Int>, in folder: URL) throws -> (Dataset.Case, [Double]) {
        let geometry = Geometry(size: size, affine: Affine(spacing: [1, 1, 1]))
        let volume = PredictionScene.volume(geometry)
        let expected = PredictionScene.doubles(volume).map { [0, 3.0, 205][Int($0)] }
        return (try PredictionScene.subject(volume, in: folder), expected)
    }

    @Test(
        "label maps are painted, in one tile or in many, mirrored or not, by one model or several",
        arguments: [SIMD3<Int>](arrayLiteral: [20, 24, 16], [16, 16, 16], [32, 32, 32]))
    func painting(patch: SIMD3<Int>) throws {
        try withTemporaryFolder { folder in
            let (subject, expected) = try scene([20, 24, 16], in: folder)
            for (axes, count) in [([], 1), ([0, 2], 2)] as [(Set<Int>, Int)] {
                for keeps in [false, true] {
                    let options = PredictionOptions(
                        precision: .float32, mirroredAxes: axes, keepsProbabilities: keeps,
                        threads: 2)
                    let predictor = try Predictor(
                        (0..<count).map { _ in try model(patch) }, options)
                    let result = try predictor.predict(predictor.preparer.prepare(subject))
                    let found = PredictionScene.doubles(result.labelMap())
                    let isEqual = found == expected
                    #expect(isEqual, "\(axes), \(count) models, kept: \(keeps)")
                }
            }
        }
    }

    @Test("probabilities are the mean of sigmoids, one for each region")
    func probabilities() throws {
        try withTemporaryFolder { folder in
            let (subject, _) = try scene([20, 24, 16], in: folder)
            let path = folder.appending(path: "p.nii").path
            let predictor = try Predictor(
                [model([16, 16, 16]), model([16, 16, 16], shift: 4)],
                PredictionOptions(precision: .float32, keepsProbabilities: true, threads: 2))
            let result = try predictor.predict(predictor.preparer.prepare(subject))
            try result.writeProbabilities(to: path)
            let written = try Volume(contentsOf: path)
            #expect(written.channels == 2)
            func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
            let values = PredictionScene.doubles(written)
            let (core, middle) = (20 * 24 * 16, 10 + 20 * (12 + 24 * 8))
            // An intensity of 2: scores of 15 and 19, and of 5 and 9.
            #expect(abs(values[middle] - (sigmoid(15) + sigmoid(19)) / 2) < 1e-5)
            #expect(abs(values[core + middle] - (sigmoid(5) + sigmoid(9)) / 2) < 1e-5)
            // Outside of what the image shows there is no region.
            #expect(values[0] == 0 && values[core] == 0)
        }
    }

    @Test("scores become the class of the last region above 0")
    func classes() throws {
        let scores = try Tensor(
            [-1, 1, 1, 0] + [-1, -1, 2, 1] as [Float], shape: [1, 2, 4, 1, 1])
        let painted: [UInt8] = try scores.classes(.painted([3, 1])).array()
        #expect(painted == [0, 3, 1, 1])
        let best: [UInt8] = try scores.classes(.mostProbable).array()
        #expect(best == [0, 0, 1, 1])
    }

    @Test("models of other regions do not predict together")
    func ensemble() throws {
        let first = try model([16, 16, 16])
        var labels = Self.labels
        labels.regions = nil
        let other = try ModelScene.model(
            ModelScene.description(channels: ["noNorm"], labels: labels))
        #expect(throws: PredictionError.labels(model: 1)) { try Predictor([first, other]) }
    }

    @Test("models keep their regions, and those that contradict themselves are refused")
    func description() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "model").path
            let model = try model([16, 16, 16])
            try ModelScene.write(model, to: path)
            let read = try Model(contentsOf: path)
            #expect(read.description == model.description && read.description.classes == 2)
            let file = URL(filePath: path + "/model.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(text.contains("\"schema\" : 3"))
            // Both painted with one value.
            let spoilt = text.replacing(
                "\"value\" : 205,\n      \"values\"", with: "\"value\" : 3,\n      \"values\"")
            #expect(spoilt != text)
            try Data(spoilt.utf8).write(to: file)
            let fault = ModelFault.document(.field(.value("regions")))
            #expect(throws: ModelError(file: file.path, fault: fault)) {
                try Model(contentsOf: path)
            }
        }
    }
}
