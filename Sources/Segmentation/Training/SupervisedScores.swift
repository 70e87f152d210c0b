internal import SegNASTorch

/// The scores of a level beside the labels of their voxels, and how much they count.
///
/// nnU-Net's deep supervision: Isensee et al. 2021, doi:10.1038/s41592-020-01008-z.
struct SupervisedScores {
    var scores: ShardedTensor  // [N, L, D′, H′, W′]
    var labels: ShardedTensor  // [N, D′, H′, W′]
    var weight: Double

    /// 1, ½, ¼ … from the full size down, the lowest 0, scaled to a sum of 1; one level has all.
    static func weights(levels: Int) -> [Double] {
        guard levels > 1 else { return [1] }
        let halved = (0..<levels - 1).reduce(into: [1.0]) { weights, _ in
            weights.append((weights.last ?? 1) / 2)
        }
        let sum = halved.dropLast().reduce(0, +)
        return halved.dropLast().map { $0 / sum } + [0]
    }
}

extension ShardedTensor {
    /// Of labels `[N, D, H, W]` the voxel nearest to the centre of each box of voxels.
    func every(_ stride: Extent) throws(TorchError) -> ShardedTensor {
        let shape = first.shape
        var y = self
        for (axis, step) in stride.axes.enumerated() where step > 1 {
            y = try y.sliced(step / 2..<shape[axis + 1], along: axis + 1, step: step)
        }
        return y
    }
}
