public import SegNASHost
internal import SegNASImaging

/// A summary of the cases of a dataset, by which training decides, and which its record keeps.
///
/// Sizes and spacings are along right, anterior and superior, whatever the order in the files.
public struct Fingerprint: Hashable, Codable, Sendable {
    /// Cases whose image and label map could be read.
    public var cases: Int
    /// Voxels along each axis.
    public var size: Range
    /// Mm along each axis.
    public var spacing: Range
    /// The number of cases stored in each orientation, such as `RAS`.
    public var orientations: [String: Int]
    public var channels: [Channel]
    public var labels: [Label]
    /// The regions, in order; nil where each label is one value.
    public var regions: [Label]?
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

    /// Intensities of labelled voxels in one channel: nnU-Net's `foreground_intensity_properties`.
    ///
    /// Each case gives the same number of voxels, so that large images do not count for more.
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

    /// The amount of a label.
    public struct Label: Hashable, Codable, Sendable {
        public var name: String
        /// The stored value; that which a region is painted with.
        public var value: Int
        /// The stored values of a region; nil for a label.
        public var values: [Int]?
        /// The voxels of all cases.
        public var voxels: Int
        /// The share of all voxels that are not ignored.
        public var share: Double
        /// Cases with at least one voxel of it.
        public var cases: Int
    }

    /// The intensities by which CT is normalised, for each channel.
    public var foregroundIntensities: [ForegroundIntensities] {
        channels.map {
            ForegroundIntensities(
                mean: $0.mean, standardDeviation: $0.std, lowerPercentile: $0.percentile005,
                upperPercentile: $0.percentile995)
        }
    }
}

extension Fingerprint {
    /// Reads fingerprints of former versions, too, which have no grids.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        cases = try values.decode(Int.self, forKey: .cases)
        size = try values.decode(Range.self, forKey: .size)
        spacing = try values.decode(Range.self, forKey: .spacing)
        orientations = try values.decode([String: Int].self, forKey: .orientations)
        channels = try values.decode([Channel].self, forKey: .channels)
        labels = try values.decode([Label].self, forKey: .labels)
        regions = try values.decodeIfPresent([Label].self, forKey: .regions)
        ignoredVoxels = try values.decode(Int.self, forKey: .ignoredVoxels)
        grids = try values.decodeIfPresent([Grid].self, forKey: .grids) ?? []
    }

    /// Sums up the cases that could be read; nil if there is none.
    init?(_ examinations: [CaseExamination], of dataset: Dataset) {
        let read = examinations.filter { $0.grid != nil && $0.labelCounts != nil }
        let grids = read.compactMap(\.grid)
        guard !grids.isEmpty else { return nil }
        cases = grids.count
        size = Range(grids.map { SIMD3<Double>($0.bodySize) })
        spacing = Range(grids.map(\.bodySpacing))
        self.grids = read.compactMap(Grid.init)
        orientations = Dictionary(
            grids.map { (Orientation($0.affine).description, 1) }, uniquingKeysWith: +)
        channels = dataset.channels.enumerated().compactMap { index, name in
            Channel(
                name: name,
                values: read.flatMap {
                    $0.foreground.indices.contains(index) ? $0.foreground[index] : []
                })
        }
        let counts = read.compactMap(\.labelCounts)
        ignoredVoxels = dataset.labels.ignore.map { counts.voxels(of: $0) } ?? 0
        let all = counts.map { $0.values.reduce(0, +) }.reduce(0, +) - ignoredVoxels
        let background = LabelTable.Label(name: "background", value: dataset.labels.background)
        labels = ([background] + dataset.labels.foreground).map { label in
            Label(label.name, value: label.value, [label.value], in: counts, of: all)
        }
        regions = dataset.labels.regions?.map { region in
            var label = Label(
                region.name, value: region.value, region.values, in: counts, of: all)
            label.values = region.values
            return label
        }
    }
}

extension Fingerprint.Label {
    /// The amount of some values in cases with so many voxels altogether.
    fileprivate init(
        _ name: String, value: Int, _ values: [Int], in counts: [[Int: Int]], of all: Int
    ) {
        self.name = name
        self.value = value
        voxels = values.map { counts.voxels(of: $0) }.reduce(0, +)
        share = all > 0 ? Double(voxels) / Double(all) : 0
        cases = counts.count { counts in values.contains { counts[$0, default: 0] > 0 } }
    }
}

extension [[Int: Int]] {
    fileprivate func voxels(of value: Int) -> Int {
        map { $0[value, default: 0] }.reduce(0, +)
    }
}

extension Fingerprint.Range {
    init(_ values: [SIMD3<Double>]) {
        let axes = (0..<3).map { axis in values.map { $0[axis] }.sorted() }
        func vector(_ pick: ([Double]) -> Double) -> SIMD3<Double> {
            SIMD3(pick(axes[0]), pick(axes[1]), pick(axes[2]))
        }
        minimum = vector { $0[0] }
        median = vector { quantile(0.5, ofSorted: $0) }
        maximum = vector { $0[$0.count - 1] }
    }
}

extension Fingerprint.Channel {
    /// Nil without values.
    init?(name: String, values: [Float]) {
        let sorted = values.map(Double.init).sorted()
        guard let first = sorted.first, let last = sorted.last,
            let moments = SampleMoments(sorted)
        else { return nil }
        self.name = name
        minimum = first
        maximum = last
        mean = moments.mean
        std = moments.deviation
        median = quantile(0.5, ofSorted: sorted)
        percentile005 = quantile(0.005, ofSorted: sorted)
        percentile995 = quantile(0.995, ofSorted: sorted)
    }
}

extension Fingerprint {
    /// The fingerprint of some cases of a dataset, such as those that train; nil if none can be read.
    public init?(
        of dataset: Dataset, training identifiers: [String],
        threads: Int = HostResources.current().cores
    ) {
        let chosen = Set(identifiers)
        var part = dataset
        part.training = dataset.training.filter { chosen.contains($0.identifier) }
        part.test = []
        guard let fingerprint = DatasetCheck(part, threads: threads).fingerprint else { return nil }
        self = fingerprint
    }
}
