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
    ///
    /// - Parameters:
    ///   - plan: The layers.
    ///   - synchronizesNorm: True if batch normalization takes the statistics of all devices of a batch together.
    ///   - device: Where the weights are.
    ///   - generator: Draws the weights.
    /// - Throws: `TorchError`.
    public init(
        _ plan: NetworkPlan, synchronizesNorm: Bool = false, device: Device = .cpu,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        self.plan = plan
        layers = try LayerList(
            plan.layers, isSynchronized: synchronizesNorm, device: device, using: &generator)
    }

    /// Scores before softmax, in the images' type.
    ///
    /// Sizes that `NetworkPlan.check(size:batch:)` refuses can be computed, but not trained on with success.
    public func callAsFunction(
        _ images: Tensor, training: Bool
    ) throws(TorchError) -> Tensor {
        let padding = try padding(of: images)
        let scores = try plan.family.runnable.run(
            padding.padded(ShardedTensor(images)), through: layers, training: training)
        return try padding.cropped(scores).first
    }

    /// Scores in training beside the labels `[N, D, H, W]` of their voxels: of full size, and with nnU-Net's deep
    /// supervision of the levels below.
    func supervised(
        _ images: ShardedTensor, labels: ShardedTensor
    ) throws(TorchError) -> [SupervisedScores] {
        let padding = try padding(of: images.first)
        let scores = try plan.family.runnable.scores(padding.padded(images), through: layers)
        let weights = SupervisedScores.weights(levels: scores.count)
        var all = [
            SupervisedScores(
                scores: try padding.cropped(scores[0]), labels: labels, weight: weights[0])
        ]
        guard scores.count > 1 else { return all }
        let padded = try padding.padded(labels: labels)
        for (level, scores) in scores.enumerated().dropFirst() {
            let stride = Extent(xyz: plan.levels.factor(atLevel: level))
            all.append(
                SupervisedScores(
                    scores: scores, labels: try padded.every(stride), weight: weights[level]))
        }
        return all
    }

    private func padding(of images: Tensor) throws(TorchError) -> Padding {
        let shape = images.shape
        guard shape.count == 5, shape[1] == plan.channels else {
            throw .operation(
                "network: images [N, \(plan.channels), D, H, W] are expected, and their shape is \(shape)"
            )
        }
        let size = Extent(shape[2], shape[3], shape[4])
        return Padding(from: size, to: Extent(xyz: plan.padded(size.xyz)))
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

    func padded(_ x: ShardedTensor) throws(TorchError) -> ShardedTensor {
        isEmpty ? x : try x.padded(amounts)
    }

    /// What is added to labels is ignored.
    func padded(labels: ShardedTensor) throws(TorchError) -> ShardedTensor {
        isEmpty ? labels : try labels.padded(amounts, with: Double(Tensor.ignoredLabel))
    }

    func cropped(_ y: ShardedTensor) throws(TorchError) -> ShardedTensor {
        var y = y
        for (axis, extent) in size.axes.enumerated() where !isEmpty {
            let start = amounts[axis].before
            y = try y.sliced(start..<start + extent, along: axis + 2)
        }
        return y
    }
}
