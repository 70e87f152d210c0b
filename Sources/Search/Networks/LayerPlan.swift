/// One convolution of a network with what follows it, before it is built.
///
/// All that is computed for a network without building it (parameters, multiply-adds, shapes) comes from its layer
/// plans, and `Network` builds exactly these.
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
    /// The level of the output: how many times the volume of the input was halved.
    public var level: Int

    /// The number of parameters: kernel, bias, scale and shift of the normalization, slopes.
    public var parameters: Int {
        let volume = kernel * kernel * kernel
        let perOutput = (hasBias ? 1 : 0) + (isNormalized ? 2 : 0) + (activation == .prelu ? 1 : 0)
        return inputs * outputs * volume + outputs * perOutput
    }

    /// The multiply-adds for one image, clamped to the largest integer; `voxels` gives the size of a level.
    func multiplyAdds(voxels: (_ level: Int) -> Int) -> Int {
        let perVoxel = UInt128(inputs * outputs) * UInt128(kernel * kernel * kernel)
        return Int(clamping: perVoxel * UInt128(voxels(isTransposed ? level + 1 : level)))
    }

    /// The operation in the paper's notation: `Conv(3,1)`.
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
