import Testing
import Torch

@testable import Segmentation

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
        let labels = try Tensor([0, 1] as [Int64], shape: [1, 2, 1, 1])
        // Both labels equally frequent: each weighs √2.
        let value = try loss(scores([0.5, 0.5]), labels: labels).item() / 2.0.squareRoot()
        #expect(abs(value - 0.8959) < 1e-4)
    }

    /// All Dice coefficients 0.8: the Dice term alone is (−ln 0.8)^0.3 = 0.6376 (paper.md's hand value).
    @Test("the Dice term at Dice 0.8")
    func dice() throws {
        var loss = ExponentialLogarithmicLoss(labelFrequencies: [1, 1])
        loss.diceWeight = 1
        loss.crossEntropyWeight = 0
        // One voxel a label: (2p + 1)/(1 + p + (1 − p) + 1) = (2p + 1)/3 = 0.8 for p = 0.7.
        let labels = try Tensor([0, 1] as [Int64], shape: [1, 2, 1, 1])
        let right = try Tensor([0.7, 0.3, 0.3, 0.7], shape: [1, 2, 2, 1, 1]).log()
        #expect(abs(try loss(right, labels: labels).item() - 0.6376) < 1e-4)
    }

    @Test("a label absent from training weighs nothing, and gradients stay finite at certainty")
    func extremes() throws {
        let loss = ExponentialLogarithmicLoss(labelFrequencies: [3, 1, 0])
        #expect(loss.labelWeights == [(4.0 / 3).squareRoot(), 2, 0])
        let labels = try Tensor([0, 1] as [Int64], shape: [1, 2, 1, 1])
        let certain = try Tensor(
            [200, -200, -200, 200, -200, -200] as [Float], shape: [1, 3, 2, 1, 1])
        try certain.setRequiresGradient(true)
        let value = try loss(certain, labels: labels)
        try value.backward()
        #expect(try value.item().isFinite)
        #expect(try #require(try certain.gradient).isFinite().all().array() == [true])
    }
}
