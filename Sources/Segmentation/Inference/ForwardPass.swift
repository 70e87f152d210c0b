internal import SegNASImaging
internal import SegNASTorch

/// A forward pass of a network for prediction: the only place where it is called without gradients.
struct ForwardPass {
    let network: Network
    let device: Device
    /// The type of activations.
    let dtype: DType

    /// Scores before softmax `[N, L, D, H, W]` of float32 images `[N, C, D, H, W]`.
    func callAsFunction(_ images: Tensor) throws(TorchError) -> Tensor {
        try withoutGradients { () throws(TorchError) in
            try network(images.ready(on: device, as: dtype), training: false)
        }
    }

    /// Scores before softmax `[1, L, D, H, W]` of a float32 image `[x, y, z, channel]`.
    func callAsFunction(_ image: Volume) throws -> Tensor {
        let size = Extent(xyz: image.geometry.size)
        let images = try image.samples.withBytes { bytes in
            try Tensor(
                copying: bytes, shape: [1, image.channels] + size.axes, dtype: .float32)
        }
        return try self(images)
    }
}

extension ForwardPass {
    init(_ model: Model, precision: Precision) {
        self.init(
            network: model.network, device: model.device, dtype: model.dtype(precision))
    }
}

extension Tensor {
    /// The images on the device, in the type and layout that a network takes.
    func ready(on device: Device, as dtype: DType) throws(TorchError) -> Tensor {
        try moved(to: device).cast(to: dtype).laidOut(in: .channelsLast)
    }
}
