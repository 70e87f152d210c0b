internal import SegNASSearch
internal import SegNASTorch

/// A layer built from its plan: a convolution, then normalization and activation if planned.
struct PlannedLayer: Layer {
    let plan: LayerPlan
    private let convolution: Convolution
    private let norm: Norm3D?
    private let slopes: Tensor?  // [O]

    /// The initial slope of PReLU, from arXiv:1502.01852 and as in PyTorch.
    private static let initialSlope = 0.25
    /// The slope of leaky ReLU.
    static let leakySlope = 0.01

    /// - Parameters:
    ///   - plan: What is built.
    ///   - isSynchronized: True if batch normalization takes the statistics of all devices together.
    ///   - device: Where the parameters are.
    ///   - generator: Draws the first weights.
    /// - Throws: `TorchError`.
    init(
        _ plan: LayerPlan, isSynchronized: Bool = false, device: Device,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        self.plan = plan
        convolution = try Convolution(plan, device: device, using: &generator)
        norm = try Norm3D(plan, isSynchronized: isSynchronized, device: device)
        slopes =
            plan.activation == .prelu
            ? try .full([plan.outputs], Self.initialSlope, device: device) : nil
        try slopes?.setRequiresGradient(true)
    }

    func callAsFunction(
        _ x: ShardedTensor, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        guard plan.activation != .prelu else {
            return try activated(preactivation(x, training: training))
        }
        return try .sum([summand(.features(x))], training: training)
    }

    /// The summand of this layer's output; not for PReLU.
    func summand(_ x: BlockInput) throws(TorchError) -> Summand<ShardedTensor> {
        let isLeaky = plan.activation == .leakyReLU
        return Summand(
            try convolution(x), norm: norm, hasReLU: isLeaky || plan.activation == .relu,
            slope: isLeaky ? Self.leakySlope : 0)
    }

    /// The sum of this layer's values before their activation and a residual, activated.
    func callAsFunction(
        _ x: ShardedTensor, adding residual: ShardedTensor, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        try activated(preactivation(x, training: training) + residual)
    }

    private func preactivation(
        _ x: ShardedTensor, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        let y = try convolution(.features(x))
        return norm == nil ? y : try .sum([Summand(y, norm: norm)], training: training)
    }

    private func activated(_ y: ShardedTensor) throws(TorchError) -> ShardedTensor {
        switch plan.activation {
        case .none: y
        case .relu: try y.relu()
        case .leakyReLU: try .sum([Summand(y)], training: false, slope: Self.leakySlope)
        case .prelu:
            try slopes.map { slopes throws(TorchError) in try y.prelu(weight: slopes) } ?? y
        }
    }

    var weights: Weights {
        var weights = Weights()
        weights.add(convolution.weights, under: "conv")
        if let norm { weights.add(norm.weights, under: "norm") }
        if let slopes { weights.parameters.add(slopes, named: "slopes") }
        return weights
    }
}

extension Norm3D {
    fileprivate init?(
        _ plan: LayerPlan, isSynchronized: Bool, device: Device
    ) throws(TorchError) {
        switch plan.normalization {
        case .none: return nil
        case .batch:
            var norm = try BatchNorm3D(plan.outputs, device: device)
            norm.isSynchronized = isSynchronized
            self = .batch(norm)
        case .instance:
            self = .instance(
                try InstanceNorm3D(plan.outputs, scale: plan.initialScale, device: device))
        }
    }
}

/// A plain or a transposed convolution.
private enum Convolution: Layer {
    case plain(Conv3D)
    case transposed(ConvTranspose3D)

    init(
        _ plan: LayerPlan, device: Device, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        let kernel = Extent(xyz: plan.kernel)
        let stride = Extent(xyz: plan.stride)
        if plan.isTransposed {
            self = .transposed(
                try ConvTranspose3D(
                    plan.inputs, plan.outputs, kernel: kernel,
                    window: ConvolutionWindow(stride: stride), bias: plan.hasBias,
                    fanIn: plan.fanIn, device: device, using: &generator))
        } else {
            // Odd kernels see as far to either side; even ones lie side by side.
            let window = ConvolutionWindow(
                stride: stride, padding: Extent(xyz: (plan.kernel &- 1) / 2 &* plan.dilation),
                dilation: Extent(cube: plan.dilation))
            self = .plain(
                try Conv3D(
                    plan.inputs, plan.outputs, kernel: kernel, window: window, bias: plan.hasBias,
                    device: device, using: &generator))
        }
    }

    func callAsFunction(_ x: BlockInput) throws(TorchError) -> ShardedTensor {
        switch (self, x) {
        case (.plain(let conv), .features(let x)): try conv(x)
        case (.plain(let conv), .joined(let lower, let same)): try conv(lower: lower, same: same)
        case (.transposed(let conv), _): try conv(x.tensor())
        }
    }

    var weights: Weights {
        switch self {
        case .plain(let conv): conv.weights
        case .transposed(let conv): conv.weights
        }
    }
}

/// The built layers of a network, looked up by their plan.
struct LayerList: Layer {
    private var layers: [String: PlannedLayer] = [:]
    private let order: [LayerPlan]

    init(
        _ plans: [LayerPlan], isSynchronized: Bool = false, device: Device,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        order = plans
        for plan in plans {
            layers[plan.name] = try PlannedLayer(
                plan, isSynchronized: isSynchronized, device: device, using: &generator)
        }
    }

    subscript(plan: LayerPlan) -> PlannedLayer {
        guard let layer = layers[plan.name] else {
            preconditionFailure("no layer \(plan.name) was built")
        }
        return layer
    }

    /// Runs layers one after the other.
    func run(
        _ plans: some Sequence<LayerPlan>, _ x: ShardedTensor, training: Bool
    ) throws(TorchError) -> ShardedTensor {
        var y = x
        for plan in plans { y = try self[plan](y, training: training) }
        return y
    }

    var weights: Weights {
        var weights = Weights()
        for plan in order { weights.add(self[plan].weights, under: plan.name) }
        return weights
    }
}
