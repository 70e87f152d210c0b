/// What the cases of a dataset are like: what training decides by, and what a record of it keeps.
///
/// Sizes and spacings are along right, anterior and superior, whatever the order in the files.
public struct Fingerprint: Hashable, Codable, Sendable {
    /// Cases whose image and label map could be read.
    public var cases: Int
    /// Voxels along each axis.
    public var size: Range
    /// Mm along each axis.
    public var spacing: Range
    /// How many cases are stored in each orientation, such as `RAS`.
    public var orientations: [String: Int]
    public var channels: [Channel]
    public var labels: [Label]
    /// Voxels to ignore, of all cases.
    public var ignoredVoxels: Int

    /// The smallest, the middle and the largest value along each axis by itself.
    public struct Range: Hashable, Codable, Sendable {
        public var minimum: SIMD3<Double>
        public var median: SIMD3<Double>
        public var maximum: SIMD3<Double>
    }

    /// Intensities of labelled voxels in one channel: nnU-Net's `foreground_intensity_properties`.
    ///
    /// Each case gives as many voxels, so that large images do not count for more.
    public struct Channel: Hashable, Codable, Sendable {
        public var name: String
        public var mean: Double
        public var median: Double
        public var std: Double
        public var minimum: Double
        public var maximum: Double
        public var percentile005: Double
        public var percentile995: Double

        enum CodingKeys: String, CodingKey {
            case name, mean, median, std
            case minimum = "min"
            case maximum = "max"
            case percentile005 = "percentile_00_5"
            case percentile995 = "percentile_99_5"
        }
    }

    /// How much there is of a label.
    public struct Label: Hashable, Codable, Sendable {
        public var name: String
        public var value: Int
        /// Of all cases.
        public var voxels: Int
        /// Of all voxels that are not ignored.
        public var share: Double
        /// Cases with at least one voxel of it.
        public var cases: Int
    }

    /// What CT is normalised by, for each channel.
    public var foregroundIntensities: [ForegroundIntensities] {
        channels.map {
            ForegroundIntensities(
                mean: $0.mean, standardDeviation: $0.std, lowerPercentile: $0.percentile005,
                upperPercentile: $0.percentile995)
        }
    }
}
