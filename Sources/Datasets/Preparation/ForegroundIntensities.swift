/// How intense the labelled voxels of a dataset are in one channel, in the image's own unit.
///
/// CT is clipped and scaled by these, so that a Hounsfield unit means the same in every case.
public struct ForegroundIntensities: Hashable, Codable, Sendable {
    public var mean: Double
    public var standardDeviation: Double
    /// Below it lie 0.5 % of the voxels.
    public var lowerPercentile: Double
    /// Above it lie 0.5 % of the voxels.
    public var upperPercentile: Double

    public init(
        mean: Double, standardDeviation: Double, lowerPercentile: Double, upperPercentile: Double
    ) {
        self.mean = mean
        self.standardDeviation = standardDeviation
        self.lowerPercentile = lowerPercentile
        self.upperPercentile = upperPercentile
    }
}
