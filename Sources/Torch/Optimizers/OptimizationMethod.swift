import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#endif

/// A rule that turns gradients into steps, with its constants.
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
    /// ψ, how fast the momentum warms up.
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
    /// Whether weight decay shrinks parameters directly (AdamW) or is added to gradients (Adam).
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
