internal import SegNASTorch

/// A forward pass of a network for prediction: the only place where it is called without gradients.
struct ForwardPass {
    let network: Network
    let device: Device
    /// The type of activations.
    let dtype: DType

    /// Scores `[N, L, D, H, W]` of float32 images `[N, C, D, H, W]`.
    func callAsFunction(_ images: Tensor) throws(TorchError) -> Tensor {
        try withoutGradients { () throws(TorchError) in
            try network(images.ready(on: device, as: dtype), training: false)
        }
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
