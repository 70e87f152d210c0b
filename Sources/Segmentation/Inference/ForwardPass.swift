internal import Imaging
internal import Torch

/// A model's network as it is used to predict: the one place where it is called.
struct ForwardPass {
    /// The model's place in the ensemble, from 0.
    let number: Int
    private let network: Network
    private let device: Device
    private let dtype: DType

    init(_ model: Model, number: Int, precision: Precision) {
        self.number = number
        network = model.network
        device = model.device
        dtype = model.dtype(precision)
    }

    /// Scores before softmax `[1, C, D, H, W]` of a float32 image `[x, y, z, channel]`.
    func scores(of image: Volume) throws -> Tensor {
        let size = image.geometry.size
        let images = try image.samples.withBytes { bytes in
            try Tensor(
                copying: bytes, shape: [1, image.channels, size.z, size.y, size.x],
                dtype: .float32)
        }
        return try network(images.ready(on: device, as: dtype), training: false)
    }
}
