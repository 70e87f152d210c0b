/// One convolution of a network with what follows it, before it is built.
///
/// All that is computed for a network without building it (parameters, multiply-adds, shapes) comes from its layer
/// plans, and `Network` builds exactly these.
public struct LayerPlan: Hashable, Sendable {
    public enum Activation: Sendable {
        case none, relu, prelu
        /// With the slope 0.01.
        case leakyReLU
    }

    public enum Normalization: Sendable {
        case none, batch, instance
    }

    /// Dotted, as the layer's parameters are named.
    public var name: String
    public var inputs: Int
    public var outputs: Int
    /// Voxels along x, y and z.
    public var kernel: SIMD3<Int>
    /// Along the axes where the kernel is not flat.
    public var dilation = 1
    /// 2 halves an axis, or doubles it where transposed.
    public var stride = SIMD3(1, 1, 1)
    public var isTransposed = false
    public var hasBias = false
    public var normalization = Normalization.batch
    public var activation = Activation.relu
    /// The initial scale of the normalization.
    package var initialScale = 1.0
    /// The inputs of a voxel by which the first weights are scaled; nil for those that it sees.
    package var fanIn: Int?
    /// The level of the output: how many poolings lie between it and the images.
    public var level: Int

    /// The number of parameters: kernel, bias, scale and shift of the normalization, slopes.
    public var parameters: Int {
        let normalizing = normalization == .none ? 0 : 2
        let perOutput = (hasBias ? 1 : 0) + normalizing + (activation == .prelu ? 1 : 0)
        return inputs * outputs * kernel.volume + outputs * perOutput
    }

    /// The multiply-adds for one image, clamped to the largest integer; `voxels` gives the size of a level.
    func multiplyAdds(voxels: (_ level: Int) -> Int) -> Int {
        let perVoxel = UInt128(inputs * outputs) * UInt128(kernel.volume)
        return Int(clamping: perVoxel * UInt128(voxels(isTransposed ? level + 1 : level)))
    }

    /// The operation in the paper's notation: `Conv(3,1)`, or `Conv(3×3×1,1)` with a flat kernel.
    public var operation: String {
        let name = (isTransposed ? "ConvTranspose" : "Conv") + "(\(kernel.shortText),\(dilation))"
        return stride == [1, 1, 1] ? name : name + " stride \(stride.shortText)"
    }
}

extension LayerPlan {
    /// Conv(k,d) of the paper: convolution, batch normalization, ReLU; flat where the level's kernels are.
    package static func conv(
        _ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, dilation: Int = 1, level: Int,
        of levels: Pyramid
    ) -> LayerPlan {
        LayerPlan(
            name: name, inputs: inputs, outputs: outputs,
            kernel: levels.kernel(kernel, atLevel: level), dilation: dilation, level: level)
    }

    /// A linear map of channels.
    package static func linear(
        _ name: String, _ inputs: Int, _ outputs: Int, bias: Bool, level: Int
    ) -> LayerPlan {
        LayerPlan(
            name: name, inputs: inputs, outputs: outputs, kernel: [1, 1, 1], hasBias: bias,
            normalization: .none, activation: .none, level: level)
    }
}

extension SIMD3<Int> {
    /// Voxels of so large a box.
    var volume: Int { x * y * z }

    /// `3` where all axes are alike, else `3×3×1`.
    package var shortText: String { x == y && y == z ? "\(x)" : "\(x)×\(y)×\(z)" }
}
