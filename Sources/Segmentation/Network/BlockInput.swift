internal import Torch

/// What a block takes in: the features of one level, or in the decoder those of two.
enum BlockInput {
    case features(Tensor)
    case joined(JoinedFeatures)

    /// `[N, C, D, H, W]`, made where two levels are joined.
    func tensor() throws(TorchError) -> Tensor {
        switch self {
        case .features(let x): x
        case .joined(let joined): try joined.tensor()
        }
    }
}
