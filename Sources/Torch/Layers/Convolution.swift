internal import CTorch

/// A 3D convolution with a learned kernel.
///
/// Its parameters are float32; they are cast to the type of the input, which decides the precision.
public struct Conv3D: Layer {
    public let weight: Tensor  // [O, I, kD, kH, kW]
    public let bias: Tensor?  // [O]
    public let window: ConvolutionWindow

    /// A layer with random weights and zero bias; without a `window`, the volume keeps its size.
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

    init(weight: Tensor, bias: Tensor?, window: ConvolutionWindow) {
        (self.weight, self.bias, self.window) = (weight, bias, window)
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

    init(weight: Tensor, bias: Tensor?, window: ConvolutionWindow) {
        (self.weight, self.bias, self.window) = (weight, bias, window)
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

/// The stride, padding and dilation of a convolution's kernel.
public struct ConvolutionWindow: Hashable, Sendable {
    public var stride: Extent
    public var padding: Extent
    public var dilation: Extent
    /// Voxels added at the far ends; transposed convolution only.
    public var outputPadding: Extent

    public init(
        stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1, outputPadding: Extent = 0
    ) {
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.outputPadding = outputPadding
    }

    /// Stride 1 and the padding that keeps the volume's size; traps if there is none, as for even kernels.
    public static func sameSize(kernel: Extent, dilation: Extent = 1) -> ConvolutionWindow {
        let reach = zip(kernel.axes, dilation.axes).map { ($0 - 1) * $1 }
        precondition(
            reach.allSatisfy { $0.isMultiple(of: 2) },
            "no padding keeps the size under kernel \(kernel) with dilation \(dilation)")
        let padding = Extent(
            dilation.depth * (kernel.depth - 1) / 2, dilation.height * (kernel.height - 1) / 2,
            dilation.width * (kernel.width - 1) / 2)
        return ConvolutionWindow(padding: padding, dilation: dilation)
    }

    var code: ct_window {
        ct_window(
            stride: stride.code, padding: padding.code, dilation: dilation.code,
            output_padding: outputPadding.code)
    }
}

extension Tensor {
    /// The cross-correlation that the field calls convolution.
    ///
    /// Input `[N, I, D, H, W]`, weight `[O, I, kD, kH, kW]`, bias `[O]`; output `[N, O, D′, H′, W′]` with
    /// `D′ = ⌊(D + 2·padding − dilation·(kD − 1) − 1) / stride⌋ + 1`.
    public func conv3D(
        weight: Tensor, bias: Tensor? = nil, window: ConvolutionWindow = ConvolutionWindow()
    ) throws(TorchError) -> Tensor {
        var window = window.code
        return try map(with: weight, bias) { ct_conv3d($0, $1[0], $1[1], &window, $2) }
    }

    /// The transpose of ``conv3D(weight:bias:window:)``, which enlarges.
    ///
    /// Input `[N, I, D, H, W]`, weight `[I, O, kD, kH, kW]`, bias `[O]`; output `[N, O, D′, H′, W′]` with
    /// `D′ = (D − 1)·stride − 2·padding + dilation·(kD − 1) + outputPadding + 1`.
    public func convTranspose3D(
        weight: Tensor, bias: Tensor? = nil, window: ConvolutionWindow = ConvolutionWindow()
    ) throws(TorchError) -> Tensor {
        var window = window.code
        return try map(with: weight, bias) { ct_conv_transpose3d($0, $1[0], $1[1], &window, $2) }
    }
}

/// Feature maps of two levels side by side: the lower ones enlarged (nearest), then those of full size.
///
/// Convolutions read the two maps directly. Where the lower ones are half as large along every axis and the kernel is a
/// cube, neither the upsampled nor the joined maps ever exist: a kernel of 3×3×3 over repeated voxels becomes one of
/// 2×2×2 for each place within a cell, with 8/27 of the multiplications.
public struct JoinedFeatures {
    public var lower: Tensor  // [N, I, D/2, H/2, W/2], or with some of D, H, W themselves
    public var same: Tensor  // [N, J, D, H, W]

    public init(lower: Tensor, same: Tensor) {
        self.lower = lower
        self.same = same
    }

    /// The maps themselves, `[N, I + J, D, H, W]`.
    public func tensor() throws(TorchError) -> Tensor {
        let shape = same.shape
        let size = Extent(shape[2], shape[3], shape[4])
        return try .concatenated([lower.resized(to: size, .nearest), same], along: 1)
    }

    /// Convolves ``tensor()`` with a kernel `[O, I + J, kD, kH, kW]` of odd extents, keeping the size.
    ///
    /// Weights are cast to the maps' type where they are used.
    public func conv3D(weight: Tensor, dilation: Int = 1) throws(TorchError) -> Tensor {
        try withExtendedLifetime((self, weight)) { () throws(TorchError) in
            try produce {
                ct_conv3d_joined(lower.handle, same.handle, weight.handle, Int64(dilation), $0)
            }
        }
    }

    /// The sum of both maps, which have equally many channels, the lower one enlarged (nearest).
    public func sum() throws(TorchError) -> Tensor {
        try withExtendedLifetime(self) { () throws(TorchError) in
            try produce { ct_add_upsampled(lower.handle, same.handle, $0) }
        }
    }
}
