/// One convolution of a network with what follows it, before it is built.
///
/// Everything that is said of a network without building it (parameters, multiply-adds, shapes) comes from these, and
/// `Network` builds exactly these.
public struct LayerPlan: Hashable, Sendable {
    public enum Activation: Sendable {
        case none, relu, prelu
    }

    /// Dotted, as the layer's parameters are named.
    public var name: String
    public var inputs: Int
    public var outputs: Int
    /// Voxels along each axis.
    public var kernel: Int
    public var dilation = 1
    /// 2 halves the volume, or doubles it where transposed.
    public var stride = 1
    public var isTransposed = false
    public var hasBias = false
    public var isNormalized = true
    public var activation = Activation.relu
    /// Of the output: its volume is that of the input halved so many times.
    public var level: Int

    /// Learned numbers: kernel, bias, scale and shift of the normalization, slopes.
    public var parameters: Int {
        let volume = kernel * kernel * kernel
        let perOutput = (hasBias ? 1 : 0) + (isNormalized ? 2 : 0) + (activation == .prelu ? 1 : 0)
        return inputs * outputs * volume + outputs * perOutput
    }

    /// Products for one image, with `voxels` of a level; the largest number where there are more.
    func multiplyAdds(voxels: (_ level: Int) -> Int) -> Int {
        let perVoxel = UInt128(inputs * outputs) * UInt128(kernel * kernel * kernel)
        return Int(clamping: perVoxel * UInt128(voxels(isTransposed ? level + 1 : level)))
    }

    /// What the layer does, in the paper's notation: `Conv(3,1)`.
    public var operation: String {
        let name = (isTransposed ? "ConvTranspose" : "Conv") + "(\(kernel),\(dilation))"
        return stride == 1 ? name : name + " stride \(stride)"
    }
}

extension LayerPlan {
    /// Conv(k,d) of the paper: convolution, batch normalization, ReLU.
    package static func conv(
        _ name: String, _ inputs: Int, _ outputs: Int, kernel: Int, dilation: Int = 1, level: Int
    ) -> LayerPlan {
        LayerPlan(
            name: name, inputs: inputs, outputs: outputs, kernel: kernel, dilation: dilation,
            level: level)
    }

    /// A linear map of channels.
    package static func linear(
        _ name: String, _ inputs: Int, _ outputs: Int, bias: Bool, level: Int
    ) -> LayerPlan {
        LayerPlan(
            name: name, inputs: inputs, outputs: outputs, kernel: 1, hasBias: bias,
            isNormalized: false, activation: .none, level: level)
    }
}
