public import SegNASHost

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
    public var topology: PoolingTopology
    /// Patches of a training step.
    public var batchSize: Int
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
        public var topology: String
        public var batchSize: String
        public var preparedBytes: String
    }
}
