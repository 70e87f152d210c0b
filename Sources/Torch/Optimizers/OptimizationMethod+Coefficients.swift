internal import CTorch

#if canImport(Glibc)
    import Glibc
#endif

// The methods of Adam's family as coefficients of one update rule: see `ct_adam_coefficients`.

extension OptimizationMethod {
    var usesSecondMoment: Bool {
        switch self {
        case .nadam, .adam: true
        case .sgd: false
        }
    }
}

extension Nadam {
    /// The coefficients of step t = 1, 2, …, with `momentumProduct` Π_{i≤t} μᵢ.
    func coefficients(
        step: Int, momentumProduct: Double, learningRate: Double
    ) -> ct_adam_coefficients {
        let next = momentum(at: step + 1)
        return ct_adam_coefficients(
            beta1: beta1, beta2: beta2, epsilon: epsilon,
            momentum_weight: learningRate * next / (1 - momentumProduct * next),
            gradient_weight: learningRate * (1 - momentum(at: step)) / (1 - momentumProduct),
            second_scale: 1 / (1 - pow(beta2, Double(step))), l2: 0, decay: 0)
    }
}

extension Adam {
    /// The coefficients of step t = 1, 2, ….
    func coefficients(step: Int, learningRate: Double) -> ct_adam_coefficients {
        ct_adam_coefficients(
            beta1: beta1, beta2: beta2, epsilon: epsilon,
            momentum_weight: learningRate / (1 - pow(beta1, Double(step))), gradient_weight: 0,
            second_scale: 1 / (1 - pow(beta2, Double(step))),
            l2: decoupled ? 0 : weightDecay, decay: decoupled ? learningRate * weightDecay : 0)
    }
}
