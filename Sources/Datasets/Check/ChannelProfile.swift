internal import SegNASImaging
internal import SegNASRandomness

/// How the values of one channel of a case are spread.
struct ChannelProfile: Codable, Hashable, Sendable {
    /// Of all voxels.
    var minimum: Double
    var maximum: Double
    /// ``shares`` of voxels from all over the image.
    var percentiles: [Double]
    /// The median of the labelled voxels; nil without any.
    var labelled: Double?

    static let shares = [0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995]

    /// Where most values begin and end.
    var lower: Double { percentiles[0] }
    var upper: Double { percentiles[6] }

    init(minimum: Double, maximum: Double, spread: [Double], labelled: [Float]) {
        self.minimum = minimum
        self.maximum = maximum
        let sorted = spread.sorted()
        percentiles = Self.shares.map { quantile($0, ofSorted: sorted) }
        self.labelled =
            labelled.isEmpty ? nil : quantile(0.5, ofSorted: labelled.map(Double.init).sorted())
    }

    /// Indices of voxels from all over an image, the same for all of a size: one from each of as many equal parts.
    static func voxels(of count: Int) -> [Int] {
        let parts = min(count, 8192)
        var generator = SeededGenerator(seed: 1)
        let width = Double(count) / Double(parts)
        return (0..<parts).map { part in
            min(count - 1, Int((Double(part) + Double(generator.next() >> 11) * 0x1p-53) * width))
        }
    }
}

/// The middle of values and how far they usually lie from it; robust to less than half of them.
struct RobustSpread {
    let median: Double
    /// As a standard deviation would be: 1.4826 times the median of absolute deviations.
    let deviation: Double

    /// Nil without values.
    init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let median = quantile(0.5, ofSorted: values.sorted())
        self.median = median
        deviation = 1.4826 * quantile(0.5, ofSorted: values.map { abs($0 - median) }.sorted())
    }
}
