internal import SegNASHost

/// The reasons of a plan, in sentences without a full stop.
struct PlanWords {
    let patch: PatchSearch.Result
    let batch: Int
    /// Patches that are 5 % of the dataset's voxels.
    let mostOfDataset: Int
    let cost: StepCost

    var patchReason: String {
        let multiple = "a multiple of \(Self.text(topology.unit)) for the poolings"
        let smallest = StepCost.smallestBatch
        if patch.isReduced {
            return
                "as much of the median image along each axis as a training step on \(smallest) patches has room for "
                + "in \(cost.limitText); \(multiple)"
        }
        return patch.isOfMedianSize
            ? "the median image, rounded up to \(multiple)"
            : "as many mm along each axis, with 256³ voxels or the median image at most; \(multiple)"
    }

    func topologyReason(_ spacing: SIMD3<Double>) -> String {
        let rule =
            "an axis is halved while its voxels are less than twice as long as the shortest, and to no fewer than "
            + "\(PoolingTopology.fewestVoxels)"
        let flat = (0..<3).filter { axis in topology.kernels.contains { $0[axis] == 1 } }
        guard !flat.isEmpty else { return rule }
        let axes = listed(flat.map(axisName))
        return rule + "; kernels are 1 along \(axes) where voxels are still twice as long or longer"
    }

    var batchReason: String {
        if batch == StepCost.smallestBatch, mostOfDataset > batch {
            return "the smallest batch: a larger patch serves more"
        }
        if batch >= mostOfDataset {
            return mostOfDataset < batch
                ? "the smallest batch, though it is more than 5 % of the voxels of all cases"
                : "5 % of the voxels of all cases, lest a step see much of the dataset at once"
        }
        return "as many as \(cost.limitText) have room for"
    }

    func diskReason(_ cases: Int, _ channels: Int) -> String {
        "\(counted(cases, "case")) at this spacing, without the empty space around them: 4 bytes a voxel "
            + (channels == 1 ? "and 1 for its label" : "and channel, and 1 for the label")
    }

    private var topology: PoolingTopology { patch.patch.topology }

    private static func text(_ size: SIMD3<Int>) -> String { "\(size.x)×\(size.y)×\(size.z)" }
}
