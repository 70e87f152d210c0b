internal import CTorch
import FoundationEssentials
import Glibc

/// An optimizer's update rule, with its constants.
public enum OptimizationMethod: Hashable, Sendable {
    case nadam(Nadam = Nadam())
    case adam(Adam = Adam())
    case sgd(SGD = SGD())
}

/// Adam with Nesterov momentum: Dozat 2016, in the form of the SegNAS3D paper's time.
///
/// With μₜ = β₁(1 − ½·0.96^(tψ)), m and v the moving averages of g and g²:
/// `m̂ = μₜ₊₁ m/(1 − Π_{i≤t+1} μᵢ) + (1 − μₜ) g/(1 − Π_{i≤t} μᵢ)`, `v̂ = v/(1 − β₂ᵗ)`,
/// `θ −= rate · m̂/(√v̂ + ε)`.
public struct Nadam: Hashable, Sendable {
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-7
    /// ψ, the speed at which the momentum warms up.
    public var momentumDecay = 0.004

    public init() {}

    /// The momentum μₜ of step t.
    func momentum(at step: Int) -> Double {
        beta1 * (1 - 0.5 * pow(0.96, Double(step) * momentumDecay))
    }
}

/// Adam, Kingma & Ba 2015, arXiv:1412.6980; with decoupled weight decay AdamW, Loshchilov & Hutter 2019,
/// arXiv:1711.05101.
public struct Adam: Hashable, Sendable {
    public var beta1 = 0.9
    public var beta2 = 0.999
    public var epsilon = 1e-8
    public var weightDecay = 0.0
    /// True if weight decay shrinks parameters directly (AdamW), false if it is added to gradients (Adam).
    public var decoupled = false

    public init(weightDecay: Double = 0, decoupled: Bool = false) {
        self.weightDecay = weightDecay
        self.decoupled = decoupled
    }
}

/// Gradient descent with momentum.
///
/// `m = momentum·m + g`, then `θ −= rate·(g + momentum·m)` in Nesterov's form, else `θ −= rate·m`.
/// Sutskever et al. 2013, in PyTorch's notation.
public struct SGD: Hashable, Sendable {
    public var momentum = 0.9
    public var nesterov = true
    public var weightDecay = 0.0

    public init(momentum: Double = 0.9, nesterov: Bool = true, weightDecay: Double = 0) {
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }
}

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
