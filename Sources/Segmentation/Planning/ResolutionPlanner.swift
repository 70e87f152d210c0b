internal import SegNASDatasets
internal import SegNASHost

/// Plans for the cases of a dataset at one spacing after another.
struct ResolutionPlanner {
    let grids: [Fingerprint.Grid]
    let channels: Int
    let cost: StepCost
    let given: GivenChoices

    /// A batch holds at most this share of all voxels of the dataset, lest it see the same again and again.
    private static let largestShareOfDataset = 0.05
    /// Of one prepared value of a channel.
    private static let bytesPerValue = 4

    /// At the dataset's own spacing.
    func full() throws -> ResolutionPlan {
        let target = TargetSpacing(grids, given: given.spacing)
        return try plan(
            at: target.spacing, medianSize: medianSize(at: target.spacing),
            axes: PatchSearch.axes(at: target.spacing), spacingReason: target.reason)
    }

    /// The plan at a spacing; the median case has `medianVoxels` where these are not those of its rounded size.
    private func plan(
        at spacing: SIMD3<Double>, medianSize: SIMD3<Double>, medianVoxels: Double? = nil,
        axes: [Int], spacingReason: String
    ) throws -> ResolutionPlan {
        let search = PatchSearch(
            spacing: spacing, medianSize: medianSize, axes: axes,
            batch: given.batchSize ?? StepCost.smallestBatch, cost: cost)
        let patch: PlannedPatch
        let origin: PatchSearch.Origin
        if let size = given.patch {
            (patch, origin) = (PlannedPatch(given: size, spacing: spacing), .given)
        } else {
            (patch, origin) = try search.largestPatch()
        }
        let median = medianVoxels ?? medianSize.volume
        let most = largestBatch(of: patch, medianVoxels: median)
        let batch = try given.batchSize ?? cost.batch(of: patch, most: most)
        let sizes = grids.map { $0.size(at: spacing) }
        let wholeCases = sizes.count { all($0 .<= patch.size) }
        let words = PlanWords(
            patch: patch, origin: origin, batch: batch, mostOfDataset: most,
            isBatchGiven: given.batchSize != nil, cost: cost)
        return ResolutionPlan(
            spacing: spacing, medianSize: medianSize, patch: patch.size, levels: patch.levels,
            network: cost.network.architecture(for: patch), batchSize: batch,
            stepsPerEpoch: PatchOptions.stepsPerEpoch(sizes, size: patch.size, batchSize: batch),
            share: min(1, patch.voxels / median), wholeCases: wholeCases,
            holdsWholeImage: wholeCases == grids.count, preparedBytes: preparedBytes(sizes),
            stepBytes: ByteCount(rounding: try cost.of(patch, batch: batch)),
            reasons: .init(
                spacing: spacingReason, patch: words.patchReason,
                levels: words.levelsReason(spacing), network: words.networkReason,
                batchSize: words.batchReason,
                preparedBytes: words.diskReason(grids.count, channels)))
    }

    // MARK: - Shrunk images

    /// Spacing grows by this factor until the patch covers enough.
    private static let coarsening = 1.03
    /// Fewer voxels by a smaller factor are not worth a network of their own.
    private static let leastShrinking = 2.0

    /// At the finest spacing at which a patch covers a quarter of the median image, as nnU-Net finds it; nil where that
    /// is hardly coarser.
    ///
    /// Axes with voxels less than half as long as the longest grow first.
    func low(below full: ResolutionPlan) throws -> ResolutionPlan? {
        let axes = PatchSearch.axes(at: full.spacing)
        var spacing = full.spacing
        var (voxels, plan) = (full.medianSize.volume, full)
        while SIMD3<Double>(plan.patch).volume / voxels < DatasetPlan.leastShare {
            let fine = (0..<3).filter { spacing.max() / spacing[$0] > 2 }
            for axis in fine.isEmpty ? [0, 1, 2] : fine { spacing[axis] *= Self.coarsening }
            let size = full.spacing / spacing * full.medianSize
            voxels = axes.reduce(1.0) { $0 * size[$1] }
            plan = try self.plan(
                at: spacing, medianSize: size.rounded(.toNearestOrEven), medianVoxels: voxels,
                axes: axes,
                spacingReason: "as much coarser as lets a patch cover a quarter of the median image"
            )
        }
        return full.medianSize.volume / voxels < Self.leastShrinking ? nil : plan
    }

    // MARK: - Sizes

    private func medianSize(at spacing: SIMD3<Double>) -> SIMD3<Double> {
        median(grids.map { SIMD3<Double>($0.size(at: spacing)) })
    }

    private func largestBatch(of patch: PlannedPatch, medianVoxels: Double) -> Int {
        let voxels = medianVoxels * Double(grids.count)
        let most = (voxels * Self.largestShareOfDataset / patch.voxels).rounded(.toNearestOrEven)
        return Int(min(most, 4096))
    }

    /// Values of all channels, and a byte of the label map.
    private func preparedBytes(_ sizes: [SIMD3<Int>]) -> ByteCount {
        let voxels = sizes.reduce(0) { $0 + $1.x * $1.y * $1.z }
        return ByteCount(voxels * (channels * Self.bytesPerValue + 1))
    }
}

extension Fingerprint.Grid {
    /// Voxels of a case at a spacing, without the empty space around it.
    func size(at spacing: SIMD3<Double>) -> SIMD3<Int> {
        let size = self.spacing / spacing * SIMD3<Double>(croppedSize)
        return SIMD3<Int>(size.rounded(.toNearestOrEven))
    }
}
