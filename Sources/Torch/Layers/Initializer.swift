internal import CTorch

/// How the parameters of a new layer are drawn.
///
/// `fanIn` and `fanOut` count the inputs and outputs of one voxel.
public enum Initializer: Sendable, CaseIterable {
    /// Normal with variance 2/fanIn, for ReLU. He et al. 2015, arXiv:1502.01852, equation 10.
    case heNormal
    /// Uniform within ±√(6/(fanIn + fanOut)). Glorot & Bengio 2010, equation 16.
    case glorotUniform

    /// A parameter, float32 and ready for gradients, that depends on the generator's state alone.
    func callAsFunction(
        _ shape: [Int], fanIn: Int, fanOut: Int, device: Device,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) -> Tensor {
        let seed = generator.next()
        if device == .meta { return try parameter(.zeros(shape, device: .meta)) }
        let values = try produce { out in
            withShape(shape) { shape in
                switch self {
                case .heNormal:
                    ct_normal(shape, (2 / Double(fanIn)).squareRoot(), seed, out)
                case .glorotUniform:
                    ct_uniform(
                        shape, -Self.glorotBound(fanIn, fanOut), Self.glorotBound(fanIn, fanOut),
                        seed,
                        out)
                }
            }
        }
        return try parameter(values.moved(to: device))
    }

    private static func glorotBound(_ fanIn: Int, _ fanOut: Int) -> Double {
        (6 / Double(fanIn + fanOut)).squareRoot()
    }
}

/// A tensor marked as one to be trained.
func parameter(_ tensor: Tensor) throws(TorchError) -> Tensor {
    try tensor.setRequiresGradient(true)
    return tensor
}
