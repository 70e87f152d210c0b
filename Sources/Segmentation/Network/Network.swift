public import SegNASSearch
public import SegNASTorch

/// A segmentation network: images `[N, I, D, H, W]` in, class scores `[N, classes, D, H, W]` out.
///
/// Images of any size are padded with zeros to a size that the poolings divide, and the scores are cropped again. The
/// type and memory format of the images decide those of the computation.
public struct Network: Layer {
    public let plan: NetworkPlan
    private let layers: LayerList

    /// A network with random weights; equal generators give equal networks.
    public init(
        _ plan: NetworkPlan, device: Device = .cpu,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        self.plan = plan
        layers = try LayerList(plan.layers, device: device, using: &generator)
    }

    /// Scores before softmax, in the images' type.
    ///
    /// Sizes that `NetworkPlan.check(size:batch:)` refuses can be computed, but not trained on with success.
    public func callAsFunction(
        _ images: Tensor, training: Bool
    ) throws(TorchError) -> Tensor {
        let shape = images.shape
        guard shape.count == 5, shape[1] == plan.channels else {
            throw .operation(
                "network: images [N, \(plan.channels), D, H, W] are expected, and their shape is \(shape)"
            )
        }
        let size = Extent(shape[2], shape[3], shape[4])
        let padding = Padding(from: size, to: Extent(xyz: plan.padded(size.xyz)))
        let scores = try plan.family.runnable.run(
            padding.padded(images), through: layers, training: training)
        return try padding.cropped(scores)
    }

    public var weights: Weights { layers.weights }
}

/// Pads a volume with zeros, as evenly as possible, and removes them.
private struct Padding {
    private let amounts: [(before: Int, after: Int)]
    private let size: Extent

    init(from size: Extent, to padded: Extent) {
        self.size = size
        amounts = zip(size.axes, padded.axes).map { axis, padded in
            let total = padded - axis
            return (total / 2, total - total / 2)
        }
    }

    private var isEmpty: Bool { amounts.allSatisfy { $0 == (0, 0) } }

    func padded(_ x: Tensor) throws(TorchError) -> Tensor {
        isEmpty ? x : try x.padded(amounts)
    }

    func cropped(_ y: Tensor) throws(TorchError) -> Tensor {
        var y = y
        for (axis, extent) in size.axes.enumerated() where !isEmpty {
            let start = amounts[axis].before
            y = try y.sliced(start..<start + extent, along: axis + 2)
        }
        return y
    }
}
