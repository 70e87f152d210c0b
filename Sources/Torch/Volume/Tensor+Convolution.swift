internal import CTorch

/// How a convolution's kernel moves over a volume.
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

    /// Stride 1 and the padding that keeps the volume's size; traps where there is none, as for even kernels.
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
