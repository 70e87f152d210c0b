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
    /// The grid of each case; empty in fingerprints that were written before these were kept.
    public var grids: [Grid]

    /// The smallest, the middle and the largest value along each axis by itself.
    public struct Range: Hashable, Codable, Sendable {
        public var minimum: SIMD3<Double>
        public var median: SIMD3<Double>
        public var maximum: SIMD3<Double>
    }

    /// How the voxels of one case lie.
    public struct Grid: Hashable, Codable, Sendable {
        /// Voxels along each axis.
        public var size: SIMD3<Int>
        /// Voxels along each axis of the box that holds all that is not 0 in some channel: nnU-Net's `shapes_after_crop`.
        public var croppedSize: SIMD3<Int>
        /// Mm along each axis.
        public var spacing: SIMD3<Double>

        public init(size: SIMD3<Int>, croppedSize: SIMD3<Int>, spacing: SIMD3<Double>) {
            self.size = size
            self.croppedSize = croppedSize
            self.spacing = spacing
        }
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

extension Fingerprint {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        cases = try values.decode(Int.self, forKey: .cases)
        size = try values.decode(Range.self, forKey: .size)
        spacing = try values.decode(Range.self, forKey: .spacing)
        orientations = try values.decode([String: Int].self, forKey: .orientations)
        channels = try values.decode([Channel].self, forKey: .channels)
        labels = try values.decode([Label].self, forKey: .labels)
        ignoredVoxels = try values.decode(Int.self, forKey: .ignoredVoxels)
        grids = try values.decodeIfPresent([Grid].self, forKey: .grids) ?? []
    }
}
