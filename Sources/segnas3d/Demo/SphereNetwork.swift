internal import Torch

/// A U-Net of two levels, the smallest network of its kind.
struct SphereNetwork: Layer {
    private let wide: ConvolutionBlock
    private let deep: ConvolutionBlock
    private let joined: ConvolutionBlock
    private let head: Conv3D

    init(
        device: Device, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        wide = try ConvolutionBlock(1, 8, device: device, using: &generator)
        deep = try ConvolutionBlock(8, 16, device: device, using: &generator)
        joined = try ConvolutionBlock(24, 8, device: device, using: &generator)
        head = try Conv3D(8, 2, kernel: 1, device: device, using: &generator)
    }

    func callAsFunction(_ images: Tensor, training: Bool) throws(TorchError) -> Tensor {
        let fine = try wide(images, training: training)  // [N, 8, D, H, W]
        let pooled = try fine.maxPool3D(size: 2)  // [N, 8, D/2, H/2, W/2]
        let coarse = try deep(pooled, training: training)  // [N, 16, D/2, H/2, W/2]
        let both = try Tensor.concatenated([coarse.upsampled(by: 2), fine], along: 1)
        return try head(joined(both, training: training))  // [N, 2, D, H, W]
    }

    var weights: Weights {
        var weights = Weights()
        weights.add(wide.weights, under: "wide")
        weights.add(deep.weights, under: "deep")
        weights.add(joined.weights, under: "joined")
        weights.add(head.weights, under: "head")
        return weights
    }
}

/// Convolution, batch normalization, ReLU.
private struct ConvolutionBlock: Layer {
    let conv: Conv3D
    let norm: BatchNorm3D

    init(
        _ inputs: Int, _ outputs: Int, device: Device,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        conv = try Conv3D(inputs, outputs, bias: false, device: device, using: &generator)
        norm = try BatchNorm3D(outputs, device: device)
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        try .sum([Summand(conv(x), norm: norm, hasReLU: true)], training: training)
    }

    var weights: Weights {
        var weights = Weights()
        weights.add(conv.weights, under: "conv")
        weights.add(norm.weights, under: "norm")
        return weights
    }
}
