internal import SegNASHost
internal import SegNASSearch

/// The reasons of a plan, in sentences without a full stop.
struct PlanWords {
    let patch: PlannedPatch
    let origin: PatchSearch.Origin
    let batch: Int
    /// Patches that are 5 % of the dataset's voxels.
    let mostOfDataset: Int
    let isBatchGiven: Bool
    let cost: StepCost

    private static let given = "as it was asked for"

    var patchReason: String {
        let multiple = "a multiple of \(Self.text(patch.levels.unit)) for the poolings"
        let count = isBatchGiven ? batch : StepCost.smallestBatch
        let patches = count == 1 ? "1 patch" : "\(count) patches"
        return switch origin {
        case .given: Self.given
        case .median: "the median image, rounded up to \(multiple)"
        case .largest:
            "as many mm along each axis, with \(Int(cost.edge))³ voxels or the median image at most; \(multiple)"
        case .reduced:
            "as much of the median image along each axis as a training step on \(patches) has room for "
                + "in \(cost.limitText); \(multiple)"
        }
    }

    var networkReason: String {
        switch cost.network {
        case .standard: "small, for one workstation; \(PlannedNetwork.depthRule)"
        case .nnunet: "nnU-Net's, with a stage for each level of the patch"
        case .given: Self.given
        }
    }

    func levelsReason(_ spacing: SIMD3<Double>) -> String {
        let rule =
            "an axis is halved while its voxels are less than twice as long as the shortest, and to no fewer than "
            + "\(Pyramid.fewestVoxels)"
        let flat = (0..<3).filter { axis in patch.levels.kernels.contains { $0[axis] == 1 } }
        guard !flat.isEmpty else { return rule }
        let axes = listed(flat.map(axisName))
        return rule + "; kernels are 1 along \(axes) where voxels are still twice as long or longer"
    }

    var batchReason: String {
        if isBatchGiven { return Self.given }
        if cost.batchRule == .smallest {
            return
                "the smallest: a CPU learns more from many small steps than from a few large ones"
        }
        if batch == StepCost.smallestBatch, mostOfDataset > batch {
            return "the smallest batch: a larger patch serves more"
        }
        if batch >= mostOfDataset {
            return mostOfDataset < batch
                ? "the smallest batch, though it is more than 5 % of the voxels of all cases"
                : "5 % of the voxels of all cases, lest a step see much of the dataset at once"
        }
        if batch == cost.largestBatchByVoxels(of: patch) {
            let edge = Int(cost.edge)
            return
                "as many as have the voxels of \(StepCost.smallestBatch) patches of \(edge)×\(edge)×\(edge)"
        }
        return "as many as \(cost.limitText) have room for"
    }

    func diskReason(_ cases: Int, _ channels: Int) -> String {
        "\(counted(cases, "case")) at this spacing, without the empty space around them: 4 bytes a voxel "
            + (channels == 1 ? "and 1 for its label" : "and channel, and 1 for the label")
    }

    private static func text(_ size: SIMD3<Int>) -> String { "\(size.x)×\(size.y)×\(size.z)" }
}
