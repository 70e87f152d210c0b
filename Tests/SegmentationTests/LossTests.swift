import Foundation
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Exponential logarithmic loss")
struct LossTests {
    /// Scores whose softmax is the given probabilities, the same at every voxel of [1, L, 2, 1, 1].
    private func scores(_ probabilities: [Double]) throws -> Tensor {
        try Tensor(probabilities, shape: [1, probabilities.count, 1, 1, 1]).log()
            .expanded(to: [1, probabilities.count, 2, 1, 1])
    }

    /// p = 0.5 everywhere: the cross term alone is (ln 2)^0.3 = 0.8959 (paper.md's hand value).
    @Test("the cross-entropy term at p = 0.5")
    func crossEntropy() throws {
        var loss = ExponentialLogarithmicLoss(labelFrequencies: [1, 1])
        loss.diceWeight = 0
        loss.crossEntropyWeight = 1
        let labels = try Tensor([0, 1] as [UInt8], shape: [1, 2, 1, 1])
        // Both labels equally frequent: each weighs √2.
        let value =
            try loss(
                ShardedTensor(scores([0.5, 0.5])), labels: ShardedTensor(labels)
            ).item() / 2.0.squareRoot()
        #expect(abs(value - 0.8959) < 1e-4)
    }

    /// All Dice coefficients 0.8: the Dice term alone is (−ln 0.8)^0.3 = 0.6376 (paper.md's hand value).
    @Test("the Dice term at Dice 0.8")
    func dice() throws {
        var loss = ExponentialLogarithmicLoss(labelFrequencies: [1, 1])
        loss.diceWeight = 1
        loss.crossEntropyWeight = 0
        // One voxel a label: (2p + 1)/(1 + p + (1 − p) + 1) = (2p + 1)/3 = 0.8 for p = 0.7.
        let labels = try Tensor([0, 1] as [UInt8], shape: [1, 2, 1, 1])
        let right = try Tensor([0.7, 0.3, 0.3, 0.7], shape: [1, 2, 2, 1, 1]).log()
        let value = try loss(ShardedTensor(right), labels: ShardedTensor(labels)).item()
        #expect(abs(value - 0.6376) < 1e-4)
    }

    @Test("a label absent from training weighs nothing, and gradients stay finite at certainty")
    func extremes() throws {
        let loss = ExponentialLogarithmicLoss(labelFrequencies: [3, 1, 0])
        #expect(loss.labelWeights == [(4.0 / 3).squareRoot(), 2, 0])
        let labels = try Tensor([0, 1] as [UInt8], shape: [1, 2, 1, 1])
        let certain = try Tensor(
            [200, -200, -200, 200, -200, -200] as [Float], shape: [1, 3, 2, 1, 1])
        try certain.setRequiresGradient(true)
        let value = try loss(ShardedTensor(certain), labels: ShardedTensor(labels))
        try value.backward()
        #expect(try value.item().isFinite)
        #expect(try #require(try certain.gradient).isFinite().all().array() == [true])
    }

    struct Expected: Decodable {
        struct Result: Decodable {
            var value: Double
            var gradient: [Double]
        }

        var classes: Int
        var scale: Double
        var labels: [UInt8]
        var frequencies: [Double]
        var exponentialLogarithmic: Result
        var diceCrossEntropy: Result

        enum CodingKeys: String, CodingKey {
            case classes, scale, labels, frequencies
            case exponentialLogarithmic = "exponential-logarithmic"
            case diceCrossEntropy = "dice-cross-entropy"
        }

        func result(_ function: LossFunction) -> Result {
            switch function {
            case .exponentialLogarithmic: exponentialLogarithmic
            case .diceCrossEntropy: diceCrossEntropy
            }
        }
    }

    @Test("equal PyTorch in float32 and float64", arguments: LossFunction.allCases)
    func equalsPyTorch(_ function: LossFunction) throws {
        let cases = try fixture("losses.json", as: [String: Expected].self, in: .module)
        #expect(cases.count == 7)
        for (name, expected) in cases {
            try Self.expect(expected.result(function), named: name, tolerance: 1e-5) {
                try evaluate(expected, function, $0, $1)
            }
        }
    }

    /// Compares a loss and its gradient in both orders of memory, in float32 and, more strictly, in float64.
    static func expect(
        _ result: Expected.Result, named name: String, tolerance: Double,
        evaluate: (DType, MemoryFormat) throws -> (value: Double, gradient: [Double])
    ) throws {
        let largest = result.gradient.map(abs).max() ?? 0
        for (dtype, tolerance) in [(DType.float32, tolerance), (.float64, 1e-8)] {
            for format in MemoryFormat.allCases {
                let (value, gradient) = try evaluate(dtype, format)
                let comment: Comment = "\(name), \(dtype), \(format)"
                #expect(abs(value - result.value) < tolerance * result.value, comment)
                #expect(gradient.count == result.gradient.count, comment)
                let errors = zip(gradient, result.gradient).map { abs($0 - $1) }
                #expect((errors.max() ?? 1) < tolerance * largest, comment)
            }
        }
    }

    private func evaluate(
        _ expected: Expected, _ function: LossFunction, _ dtype: DType, _ format: MemoryFormat
    ) throws -> (value: Double, gradient: [Double]) {
        let shape = [2, expected.classes, 3, 2, 4]
        let count = shape.reduce(1, *)
        let scores = try Tensor(
            (0..<count).map { expected.scale * sin(0.7 * Double($0)) }, shape: shape
        ).cast(to: dtype).laidOut(in: format)
        try scores.setRequiresGradient(true)
        let labels = try Tensor(expected.labels, shape: [2, 3, 2, 4])
        let loss = Loss(function, labelFrequencies: expected.frequencies)
        let value = try loss(scores, labels: labels)
        try value.backward()
        let gradient = try #require(try scores.gradient).laidOut(in: .contiguous)
        return (try value.item(), try gradient.cast(to: .float64).array())
    }
}
