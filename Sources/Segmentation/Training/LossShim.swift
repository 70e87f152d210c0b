internal import Torch

public enum LossFunction: String, CaseIterable, Codable, Sendable {
    case exponentialLogarithmic = "exponential-logarithmic"
}

struct Loss {
    private let loss: ExponentialLogarithmicLoss

    init(_ function: LossFunction, labelFrequencies: [Double]) {
        loss = ExponentialLogarithmicLoss(labelFrequencies: labelFrequencies)
    }

    func callAsFunction(_ scores: Tensor, labels: Tensor) throws(TorchError) -> Tensor {
        try loss(scores, labels: labels.cast(to: .int64))
    }
}
