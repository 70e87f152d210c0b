internal import SegNASSearch
internal import SegNASTorch

/// A layer built from its plan: a convolution, then normalization and activation if planned.
struct PlannedLayer: Layer {
    let plan: LayerPlan
    private let convolution: Convolution
    private let norm: BatchNorm3D?
    private let slopes: Tensor?  // [O]

    /// The initial slope of PReLU, from arXiv:1502.01852 and as in PyTorch.
    private static let initialSlope = 0.25

    init(
        _ plan: LayerPlan, device: Device, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        self.plan = plan
        convolution = try Convolution(plan, device: device, using: &generator)
        norm = plan.isNormalized ? try BatchNorm3D(plan.outputs, device: device) : nil
        slopes =
            plan.activation == .prelu
            ? try .full([plan.outputs], Self.initialSlope, device: device) : nil
        try slopes?.setRequiresGradient(true)
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        guard plan.activation != .prelu else {
            return try activated(preactivation(x, training: training))
        }
        return try .sum([summand(.features(x))], training: training)
    }

    /// The summand of this layer's output; not for PReLU.
    func summand(_ x: BlockInput) throws(TorchError) -> Summand {
        Summand(try convolution(x), norm: norm, hasReLU: plan.activation == .relu)
    }

    /// The sum of this layer's values before their activation and a residual, activated.
    func callAsFunction(
        _ x: Tensor, adding residual: Tensor, training: Bool
    ) throws(TorchError) -> Tensor {
        try activated(preactivation(x, training: training) + residual)
    }

    private func preactivation(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        let y = try convolution(.features(x))
        return try norm?(y, training: training) ?? y
    }

    private func activated(_ y: Tensor) throws(TorchError) -> Tensor {
        switch plan.activation {
        case .none: y
        case .relu: try y.relu()
        case .prelu:
            try slopes.map { slopes throws(TorchError) in
                try y.prelu(weight: slopes.cast(to: y.dtype))
            } ?? y
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

/// A plain or a transposed convolution.
private enum Convolution: Layer {
    case plain(Conv3D)
    case transposed(ConvTranspose3D)

    init(
        _ plan: LayerPlan, device: Device, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        let kernel = Extent(cube: plan.kernel)
        let stride = Extent(cube: plan.stride)
        if plan.isTransposed {
            self = .transposed(
                try ConvTranspose3D(
                    plan.inputs, plan.outputs, kernel: kernel,
                    window: ConvolutionWindow(stride: stride), bias: plan.hasBias, device: device,
                    using: &generator))
        } else {
            let window =
                plan.stride == 1
                ? ConvolutionWindow.sameSize(kernel: kernel, dilation: Extent(cube: plan.dilation))
                : ConvolutionWindow(stride: stride)
            self = .plain(
                try Conv3D(
                    plan.inputs, plan.outputs, kernel: kernel, window: window, bias: plan.hasBias,
                    device: device, using: &generator))
        }
    }

    func callAsFunction(_ x: BlockInput) throws(TorchError) -> Tensor {
        switch (self, x) {
        case (.plain(let conv), .features(let x)): try conv(x)
        case (.plain(let conv), .joined(let x)): try conv(x)
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
        _ plans: [LayerPlan], device: Device, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        order = plans
        for plan in plans {
            layers[plan.name] = try PlannedLayer(plan, device: device, using: &generator)
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
        _ plans: some Sequence<LayerPlan>, _ x: Tensor, training: Bool
    ) throws(TorchError) -> Tensor {
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
