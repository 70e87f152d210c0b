public import SegNASDatasets
public import SegNASHost
internal import SegNASImaging
public import SegNASSearch

/// What to train on a dataset with: what its images are like decides, by nnU-Net's rules.
///
/// Isensee et al. 2021, doi:10.1038/s41592-020-01008-z. With ``StepCost/nnUNet(classes:gigabytes:)`` the patch, its
/// halvings, kernels and batch are those that nnU-Net plans.
///
/// ```swift
/// let check = DatasetCheck(contentsOf: "Task04_Hippocampus")
/// let cost = StepCost.nnUNet(classes: 3)
/// let grids = check.fingerprint?.grids ?? []
/// let plan = try DatasetPlan(grids, channels: ["MRI"], cost: cost)
/// print(plan.fullResolution.patch)  // SIMD3<Int>(40, 56, 40)
/// ```
public struct DatasetPlan: Hashable, Codable, Sendable {
    /// Cases that it is made for.
    public var cases: Int
    /// Of each channel, in order.
    public var channels: [Channel]
    public var normalizationReason: String
    /// The share of an image's voxels, in the median, that is left without the empty space around: voxels that are 0 in
    /// all channels.
    public var keptShare: Double
    public var fullResolution: ResolutionPlan
    /// A plan for shrunk images, where the patch of the full one covers too little of them; nil else.
    public var lowResolution: ResolutionPlan?

    /// How a channel of the images is normalised.
    public struct Channel: Hashable, Codable, Sendable {
        public var name: String
        /// Never `byChannelName`.
        public var normalization: IntensityNormalization
    }

    /// A patch that covers less of the median image sees too little around it.
    public static let leastShare = 0.25

    /// Whether the patch covers so little that networks would gain from a look at the whole image.
    public var isPatchSmall: Bool { fullResolution.share < Self.leastShare }

    /// Plans for a dataset.
    ///
    /// - Parameters:
    ///   - grids: Of its labelled cases, as its fingerprint has them.
    ///   - channels: Their names, which decide on the normalisation.
    ///   - cost: What a training step of which network may cost.
    ///   - given: What is not planned.
    /// - Throws: A ``PlanError``, and what the cost throws.
    public init(
        _ grids: [Fingerprint.Grid], channels: [String], cost: StepCost,
        given: GivenChoices = GivenChoices()
    ) throws {
        guard !grids.isEmpty else { throw PlanError.noGrids }
        let planner = ResolutionPlanner(
            grids: grids, channels: channels.count, cost: cost, given: given)
        cases = grids.count
        self.channels = channels.map {
            Channel(name: $0, normalization: IntensityNormalization.byChannelName.rule(for: $0))
        }
        normalizationReason = "by the names of the channels, as nnU-Net does"
        keptShare = quantile(0.5, ofSorted: grids.map(\.keptShare).sorted())
        fullResolution = try planner.full()
        lowResolution =
            fullResolution.share < Self.leastShare ? try planner.low(below: fullResolution) : nil
    }
}

extension Fingerprint.Grid {
    /// Of the image's voxels, those in the box of what is not empty.
    fileprivate var keptShare: Double {
        SIMD3<Double>(croppedSize).volume / SIMD3<Double>(size).volume
    }
}

/// What a network is trained on at one spacing: the patch, how it is halved, and the batch.
///
/// All vectors are along x, y and z, which run right, anterior and superior.
public struct ResolutionPlan: Hashable, Codable, Sendable {
    /// In mm.
    public var spacing: SIMD3<Double>
    /// Voxels of the median case, without the empty space around it.
    public var medianSize: SIMD3<Double>
    /// Voxels of a patch.
    public var patch: SIMD3<Int>
    public var levels: Pyramid
    public var network: Architecture
    /// Patches of a training step.
    public var batchSize: Int
    /// Training steps that see the voxels of all cases about once.
    public var stepsPerEpoch: Int
    /// Of the median case's voxels; 1 where the patch is as large or larger.
    public var share: Double
    /// Cases that a patch holds as a whole.
    public var wholeCases: Int
    /// Whether a patch holds each case as a whole.
    public var holdsWholeImage: Bool
    /// What all prepared cases need on the disk.
    public var preparedBytes: ByteCount
    /// What a training step needs, by the estimate that was planned with.
    public var stepBytes: ByteCount
    public var reasons: Reasons

    /// Why each is as it is, a sentence without a full stop each.
    public struct Reasons: Hashable, Codable, Sendable {
        public var spacing: String
        public var patch: String
        public var levels: String
        public var network: String
        public var batchSize: String
        public var preparedBytes: String
    }
}

extension ResolutionPlan: CustomStringConvertible {
    /// In a line: `patches of 40×56×40 voxels of 1×1×1 mm, batches of 9, n 16 p 2 sup 1 res 1 {2,0,2} dropout 0`.
    public var description: String { "\(imageWords), \(network)" }

    /// The same without the network.
    public var imageWords: String {
        func text(_ values: SIMD3<Double>) -> String {
            (0..<3).map { significant(values[$0]) }.joined(separator: "×")
        }
        return "patches of \(text(SIMD3<Double>(patch))) voxels of \(text(spacing)) mm, batches of "
            + "\(batchSize)"
    }
}

extension ResolutionPlan {
    /// The levels of the plan's network, which may have fewer poolings than the patch allows.
    public var networkLevels: Pyramid {
        PlannedPatch(given: patch, spacing: spacing).levels(poolings: network.poolings)
    }
}

/// Choices that somebody has made already, and which a plan keeps.
public struct GivenChoices: Hashable, Sendable {
    /// In mm along x, y and z.
    public var spacing: SIMD3<Double>?
    /// Voxels along x, y and z.
    public var patch: SIMD3<Int>?
    public var batchSize: Int?

    public init(
        spacing: SIMD3<Double>? = nil, patch: SIMD3<Int>? = nil, batchSize: Int? = nil
    ) {
        self.spacing = spacing
        self.patch = patch
        self.batchSize = batchSize
    }
}

/// Why a dataset cannot be planned for.
public enum PlanError: Error, Equatable, Sendable {
    /// No case could be read, or the fingerprint is of a version that did not keep the cases' grids.
    case noGrids
    /// Not even the smallest patch can be trained within the limit; `needed` is what the last one that was tried takes.
    case tooLittleMemory(needed: ByteCount, limit: ByteCount)
}

extension PlanError: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .noGrids:
            "the sizes and spacings of the cases are not known: check the dataset again"
        case .tooLittleMemory(let needed, let limit):
            "a training step on the smallest patch needs \(needed), and \(limit) are allowed: "
                + "allow more with `memoryLimit`"
        }
    }
}
