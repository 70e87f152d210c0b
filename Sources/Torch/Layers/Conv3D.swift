/// A 3D convolution with a learned kernel.
///
/// Its parameters are float32; they are cast to the type of the input, which decides the precision.
public struct Conv3D: Layer {
    public let weight: Tensor  // [O, I, kD, kH, kW]
    public let bias: Tensor?  // [O]
    public let window: ConvolutionWindow

    /// A layer with drawn weights and zero bias; the window keeps the volume's size where left out.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernel: Extent = 3,
        window: ConvolutionWindow? = nil, bias: Bool = true, initializer: Initializer = .heNormal,
        device: Device = .cpu, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        weight = try initializer(
            [outputChannels, inputChannels] + kernel.axes, fanIn: inputChannels * kernel.volume,
            fanOut: outputChannels * kernel.volume, device: device, using: &generator)
        self.bias = bias ? try parameter(.zeros([outputChannels], device: device)) : nil
        self.window = window ?? .sameSize(kernel: kernel)
    }

    /// Turns `[N, I, D, H, W]` into `[N, O, D′, H′, W′]`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.conv3D(
            weight: weight.cast(to: x.dtype), bias: bias?.cast(to: x.dtype), window: window)
    }

    /// Turns maps of two levels, `[N, I, D, H, W]` once joined, into `[N, O, D, H, W]`; kernels have odd extents and no
    /// bias here, and the window keeps the size.
    public func callAsFunction(_ x: JoinedFeatures) throws(TorchError) -> Tensor {
        precondition(
            bias == nil && window == .sameSize(kernel: kernel, dilation: window.dilation),
            "a convolution of joined maps keeps their size and has no bias")
        return try x.conv3D(weight: weight, dilation: window.dilation.width)
    }

    private var kernel: Extent {
        let shape = weight.shape
        return Extent(shape[2], shape[3], shape[4])
    }

    public var weights: Weights { .affine(weight, bias) }
}

/// A transposed 3D convolution with a learned kernel; doubles the volume's size along every axis by default.
public struct ConvTranspose3D: Layer {
    public let weight: Tensor  // [I, O, kD, kH, kW]
    public let bias: Tensor?  // [O]
    public let window: ConvolutionWindow

    /// A layer with drawn weights and zero bias.
    ///
    /// `fanIn` is what the initializer counts as inputs of a voxel: where left out, those that the stride lets it see.
    public init(
        _ inputChannels: Int, _ outputChannels: Int, kernel: Extent = 2,
        window: ConvolutionWindow = ConvolutionWindow(stride: 2), bias: Bool = true,
        initializer: Initializer = .heNormal, fanIn: Int? = nil, device: Device = .cpu,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        // Each output voxel sees the part of the kernel that the stride leaves.
        let seen = max(1, kernel.volume / window.stride.volume)
        weight = try initializer(
            [inputChannels, outputChannels] + kernel.axes, fanIn: fanIn ?? inputChannels * seen,
            fanOut: outputChannels * kernel.volume, device: device, using: &generator)
        self.bias = bias ? try parameter(.zeros([outputChannels], device: device)) : nil
        self.window = window
    }

    /// Turns `[N, I, D, H, W]` into `[N, O, D′, H′, W′]`.
    public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        try x.convTranspose3D(
            weight: weight.cast(to: x.dtype), bias: bias?.cast(to: x.dtype), window: window)
    }

    public var weights: Weights { .affine(weight, bias) }
}

extension Weights {
    /// `weight`, and `bias` where there is one.
    static func affine(_ weight: Tensor, _ bias: Tensor?) -> Weights {
        var weights = Weights(parameters: ["weight": weight])
        if let bias { weights.parameters.add(bias, named: "bias") }
        return weights
    }
}
