internal import SegNASHost
internal import SegNASImaging

/// A normalisation of intensities to one scale, channel by channel.
///
/// Outside the image there is 0, the value that convolutions and augmentation pad with too.
public enum IntensityNormalization: String, CaseIterable, Codable, Sendable {
    /// nnU-Net's choice: `CT` by `ct`, `noNorm` by `none`, `rescale_to_0_1` by `unitRange` and all others by `zScore`.
    case byChannelName
    /// Mean 0 and standard deviation 1 over the image's voxels that are not 0; those of 0 stay 0.
    case zScore
    /// Clipped to percentiles 0.5 and 99.5 of the dataset's labelled voxels, then less their mean and divided by
    /// their deviation.
    case ct
    /// Scaled from the image's minimum, 0, to its maximum, 1.
    case unitRange
    /// Values as they are.
    case none

    /// The rule for a channel of that name; never `byChannelName`.
    public func rule(for channel: String) -> IntensityNormalization {
        guard self == .byChannelName else { return self }
        return switch channel.lowercased() {
        case "ct": .ct
        case "nonorm": .none
        case "rescale_to_0_1": .unitRange
        default: .zScore
        }
    }
}

/// The intensities of the labelled voxels of a dataset in one channel, in the unit of the image.
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

/// The statistics of one channel of an image that normalisation needs.
struct IntensityStatistics: Equatable {
    /// Voxels that are NaN or infinite, or too large for float32.
    var invalid = 0
    /// The range of the valid voxels.
    var minimum = Double.infinity
    var maximum = -Double.infinity
    /// Voxels that are valid and not 0.
    var nonZero = 0
    /// The moments of those voxels; 0 if there are none.
    var mean = 0.0
    var standardDeviation = 0.0

    init(_ volume: Volume, channel: Int, threads: Int) {
        let scan = StatisticsScan(volume: volume, channel: channel, threads: threads)
        let sums = scan.sums(about: 0)
        invalid = sums.invalid
        minimum = sums.minimum
        maximum = sums.maximum
        nonZero = sums.count
        guard nonZero > 0 else { return }
        mean = sums.sum / Double(nonZero)
        // A second pass about the mean: large intensities that differ little keep their digits.
        standardDeviation =
            (scan.sums(about: mean).squares / Double(nonZero)).squareRoot()
    }
}

/// Sums over the voxels of a slice or of a channel.
private struct IntensitySums {
    var invalid = 0
    var minimum = Double.infinity
    var maximum = -Double.infinity
    var count = 0
    /// Sums over voxels that are not 0, of values less the centre.
    var sum = 0.0
    var squares = 0.0

    mutating func add(_ other: IntensitySums) {
        invalid += other.invalid
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        count += other.count
        sum += other.sum
        squares += other.squares
    }
}

/// Goes through the slices of a channel; their sums are added in order, so that threads change no digit.
private struct StatisticsScan {
    let volume: Volume
    let channel: Int
    let threads: Int

    func sums(about center: Double) -> IntensitySums {
        let size = volume.geometry.size
        let count = size.x * size.y
        let slices = concurrentMap(size.z, threads: threads) { z in
            let start = (channel * size.z + z) * count
            return withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { values in
                guard let samples = values.baseAddress else { return IntensitySums() }
                volume.samples.copyDoubles(start..<(start + count), to: samples)
                return sums(UnsafeBufferPointer(values), about: center)
            }
        }
        return slices.reduce(into: IntensitySums()) { $0.add($1) }
    }

    private func sums(
        _ values: UnsafeBufferPointer<Double>, about center: Double
    ) -> IntensitySums {
        var sums = IntensitySums()
        for sample in values {
            let value = volume.scaling.slope * sample + volume.scaling.intercept
            guard abs(value) <= Double(Float.greatestFiniteMagnitude) else {
                sums.invalid += 1
                continue
            }
            sums.minimum = min(sums.minimum, value)
            sums.maximum = max(sums.maximum, value)
            guard value != 0 else { continue }
            let difference = value - center
            sums.count += 1
            sums.sum += difference
            sums.squares += difference * difference
        }
        return sums
    }
}
