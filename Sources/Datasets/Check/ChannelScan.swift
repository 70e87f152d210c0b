internal import SegNASImaging

/// What one pass over the samples of a channel finds.
struct ChannelScan {
    /// Of finite samples, as they stand for; equal for a constant channel.
    var minimum: Double
    var maximum: Double
    var notFinite: Int
    /// Where it is not 0, along the axes of the array; nil where it is 0 everywhere.
    var content: ContentBox?
    /// The values at the voxels that were asked for.
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
            return ChannelScan(
                volume, lowest: Double(lowest), highest: Double(highest), notFinite: 0,
                content: ContentBox(of: values, in: volume),
                values: voxels.map { Double(values[$0]) },
                spread: ChannelProfile.voxels(of: values.count).map { Double(values[$0]) })
        }
    }

    private static func numbers<Value: Sample & BinaryFloatingPoint>(
        _ volume: Volume, _ voxels: [Int], _ type: Value.Type
    ) -> [ChannelScan] {
        volume.channelBuffers(of: type) { values in
            var (lowest, highest) = (Value.infinity, -Value.infinity)
            var notFinite = 0
            for value in values {
                guard value.isFinite else {
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

    private init(
        _ volume: Volume, lowest: Double, highest: Double, notFinite: Int, content: ContentBox?,
        values: [Double], spread: [Double]
    ) {
        let scaling = volume.scaling
        let ends = [lowest, highest].map { $0 * scaling.slope + scaling.intercept }.sorted()
        minimum = ends[0]
        maximum = ends[1]
        self.notFinite = notFinite
        self.content = content
        self.values = values.map { Float($0 * scaling.slope + scaling.intercept) }
        digest = ImageDigest()
        profile = ChannelProfile(
            minimum: ends[0], maximum: ends[1],
            spread: spread.map { $0 * scaling.slope + scaling.intercept }, labelled: self.values)
    }
}
