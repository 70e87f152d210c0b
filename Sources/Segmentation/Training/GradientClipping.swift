internal import Torch

extension NamedTensors {
    /// Scales the gradients of all parameters so that their norm together is at most this.
    ///
    /// Pascanu et al. 2013, arXiv:1211.5063. Gradients that are not finite stay so.
    func clipGradients(toNorm limit: Double) throws(TorchError) {
        var squares = 0.0
        var gradients: [Tensor] = []
        for (_, parameter) in self {
            guard let gradient = try parameter.gradient else { continue }
            squares += try (gradient * gradient).sum().item()
            gradients.append(gradient)
        }
        let norm = squares.squareRoot()
        guard norm > limit else { return }
        for gradient in gradients { try gradient.assign(gradient * (limit / norm)) }
    }
}
