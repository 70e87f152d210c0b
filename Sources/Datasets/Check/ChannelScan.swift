internal import SegNASImaging
internal import SegNASRandomness

/// The findings of one pass over the samples of a channel.
struct ChannelScan {
    /// The range of the scaled finite samples; equal ends for a constant channel.
    var minimum: Double
    var maximum: Double
    var notFinite: Int
    /// The box outside which it is 0, along the axes of the array; nil if it is 0 everywhere.
    var content: ContentBox?
    /// The values at the requested voxels.
    var values: [Float]
    var digest: ImageDigest
    var profile: ChannelProfile
}

extension ChannelScan {
    /// Scans each channel of a volume, and takes the values of voxels by their index.
    static func all(of volume: Volume, at voxels: [Int]) -> [ChannelScan] {
        var scans = scans(of: volume, at: voxels)
        let digests = ImageDigest.all(of: volume)
        for index in scans.indices { scans[index].digest = digests[index] }
        return scans
    }

    private static func scans(of volume: Volume, at voxels: [Int]) -> [ChannelScan] {
        switch volume.samples.type {
        case .uint8: integers(volume, voxels, UInt8.self)
        case .int8: integers(volume, voxels, Int8.self)
        case .uint16: integers(volume, voxels, UInt16.self)
        case .int16: integers(volume, voxels, Int16.self)
        case .uint32: integers(volume, voxels, UInt32.self)
        case .int32: integers(volume, voxels, Int32.self)
        case .uint64: integers(volume, voxels, UInt64.self)
        case .int64: integers(volume, voxels, Int64.self)
        case .float32: numbers(volume, voxels, Float.self)
        case .float64: numbers(volume, voxels, Double.self)
        }
    }

    private static func integers<Value: Sample & FixedWidthInteger>(
        _ volume: Volume, _ voxels: [Int], _ type: Value.Type
    ) -> [ChannelScan] {
        volume.channelBuffers(of: type) { values in
            var (lowest, highest) = (Value.max, Value.min)
            for value in values {
                lowest = min(lowest, value)
                highest = max(highest, value)
            }
            let scaling = volume.scaling
            let isFinite = [lowest, highest].allSatisfy { isNumber(Double($0), scaling) }
            let notFinite = isFinite ? 0 : values.count { !isNumber(Double($0), scaling) }
            return ChannelScan(
                volume, lowest: Double(lowest), highest: Double(highest), notFinite: notFinite,
                content: ContentBox(of: values, in: volume),
                values: voxels.map { Double(values[$0]) },
                spread: ChannelProfile.voxels(of: values.count).map { Double(values[$0]) })
        }
    }

    private static func numbers<Value: Sample & BinaryFloatingPoint>(
        _ volume: Volume, _ voxels: [Int], _ type: Value.Type
    ) -> [ChannelScan] {
        volume.channelBuffers(of: type) { values in
            let scaling = volume.scaling
            var (lowest, highest) = (Value.infinity, -Value.infinity)
            var notFinite = 0
            for value in values {
                guard isNumber(Double(value), scaling) else {
                    notFinite += 1
                    continue
                }
                lowest = min(lowest, value)
                highest = max(highest, value)
            }
            return ChannelScan(
                volume, lowest: Double(lowest), highest: Double(highest), notFinite: notFinite,
                content: ContentBox(of: values, in: volume),
                values: voxels.map { Double(values[$0]) },
                spread: ChannelProfile.voxels(of: values.count).map { Double(values[$0]) })
        }
    }

    /// True if preparation, which has float32, sees a number.
    private static func isNumber(_ value: Double, _ scaling: Scaling) -> Bool {
        Float(value * scaling.slope + scaling.intercept).isFinite
    }

    private init(
        _ volume: Volume, lowest: Double, highest: Double, notFinite: Int, content: ContentBox?,
        values: [Double], spread: [Double]
    ) {
        let scaling = volume.scaling
        let ends = [lowest, highest].map { $0 * scaling.slope + scaling.intercept }.sorted()
        // Values that float32 cannot tell apart are one.
        let isOne = notFinite == 0 && Float(ends[0]) == Float(ends[1])
        minimum = isOne ? Double(Float(ends[0])) : ends[0]
        maximum = isOne ? minimum : ends[1]
        self.notFinite = notFinite
        self.content = content
        self.values = values.map { Float($0 * scaling.slope + scaling.intercept) }
        digest = ImageDigest()
        profile = ChannelProfile(
            minimum: ends[0], maximum: ends[1],
            spread: spread.map { $0 * scaling.slope + scaling.intercept }, labelled: self.values)
    }
}

/// The distribution of the values of one channel of a case.
struct ChannelProfile: Codable, Hashable, Sendable {
    /// The range over all voxels.
    var minimum: Double
    var maximum: Double
    /// ``shares`` of voxels from all over the image.
    var percentiles: [Double]
    /// The median of the labelled voxels; nil without any.
    var labelled: Double?

    static let shares = [0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995]

    /// The range of most values.
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

/// The median of values and their usual distance from it; robust to outliers below one half.
struct RobustSpread {
    let median: Double
    /// The robust standard deviation: 1.4826 times the median of absolute deviations.
    let deviation: Double

    /// Nil without values.
    init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let median = quantile(0.5, ofSorted: values.sorted())
        self.median = median
        deviation = 1.4826 * quantile(0.5, ofSorted: values.map { abs($0 - median) }.sorted())
    }
}

extension Volume {
    /// The results of a body for the samples of each channel.
    func channelBuffers<Value: Sample, Result>(
        of type: Value.Type, _ body: (UnsafeBufferPointer<Value>) -> Result
    ) -> [Result] {
        let count = geometry.voxelCount
        return samples.withValues(as: type) { values in
            (0..<channels).map { channel in
                body(UnsafeBufferPointer(rebasing: values[channel * count..<(channel + 1) * count]))
            }
        }
    }
}
