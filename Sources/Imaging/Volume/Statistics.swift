/// Extremes and sum of the values of a volume, and the numbers of NaN and infinities.
public struct VolumeStatistics: Hashable, Sendable {
    /// The range of the scaled finite values; nil if there are none.
    public var minimum: Double?
    public var maximum: Double?
    /// The sum of the scaled finite values.
    public var sum = 0.0
    public var finite = 0
    public var nan = 0
    public var infinite = 0

    public init(_ volume: Volume) {
        let samples = volume.samples
        // A switch here instead of a visitor: it lets the loops below be compiled for each type in debug builds too.
        switch samples.type {
        case .uint8: samples.withValues(as: UInt8.self) { add($0) }
        case .int8: samples.withValues(as: Int8.self) { add($0) }
        case .uint16: samples.withValues(as: UInt16.self) { add($0) }
        case .int16: samples.withValues(as: Int16.self) { add($0) }
        case .uint32: samples.withValues(as: UInt32.self) { add($0) }
        case .int32: samples.withValues(as: Int32.self) { add($0) }
        case .uint64: samples.withValues(as: UInt64.self) { add(wide: $0) }
        case .int64: samples.withValues(as: Int64.self) { add(wide: $0) }
        case .float32: samples.withValues(as: Float.self) { add($0) }
        case .float64: samples.withValues(as: Double.self) { add($0) }
        }
        apply(volume.scaling)
    }

    private mutating func apply(_ scaling: Scaling) {
        guard scaling != .identity else { return }
        sum = scaling.slope * sum + scaling.intercept * Double(finite)
        let ends = [minimum, maximum].compactMap { $0 }
            .map { scaling.slope * $0 + scaling.intercept }
        minimum = ends.min()
        maximum = ends.max()
    }

    private mutating func add(minimum low: Double, maximum high: Double, sum part: Double, _ n: Int)
    {
        minimum = min(minimum ?? low, low)
        maximum = max(maximum ?? high, high)
        sum += part
        finite += n
    }

    /// Parts so small that 32-bit integers cannot overflow a sum of 64 bits, and that rounding errors stay small.
    private static let partSize = 4096

    private static func parts<Value>(
        of values: UnsafeBufferPointer<Value>, _ body: (UnsafeBufferPointer<Value>) -> Void
    ) {
        for start in stride(from: 0, to: values.count, by: partSize) {
            body(UnsafeBufferPointer(rebasing: values[start..<min(start + partSize, values.count)]))
        }
    }
}

// MARK: - Integers

extension VolumeStatistics {
    @inline(__always)
    private mutating func add<Value: Sample & FixedWidthInteger>(
        _ values: UnsafeBufferPointer<Value>
    ) {
        Self.parts(of: values) { part in
            var (low, high, sum) = (Value.max, Value.min, 0 as Int64)
            for value in part {
                low = value < low ? value : low
                high = value > high ? value : high
                sum &+= Int64(truncatingIfNeeded: value)
            }
            add(minimum: Double(low), maximum: Double(high), sum: Double(sum), part.count)
        }
    }

    @inline(__always)
    private mutating func add<Value: Sample & FixedWidthInteger>(
        wide values: UnsafeBufferPointer<Value>
    ) {
        Self.parts(of: values) { part in
            var (low, high, sum) = (Value.max, Value.min, 0.0)
            for value in part {
                low = value < low ? value : low
                high = value > high ? value : high
                sum += Double(value)
            }
            add(minimum: Double(low), maximum: Double(high), sum: sum, part.count)
        }
    }
}

// MARK: - Floating point

extension VolumeStatistics {
    @inline(__always)
    private mutating func add<Value: Sample & BinaryFloatingPoint & SIMDScalar>(
        _ values: UnsafeBufferPointer<Value>
    ) {
        Self.parts(of: values) { part in
            // Eight sums at once, because the compiler may not change the order of additions.
            var (low, high) = (
                SIMD8<Value>(repeating: .infinity), SIMD8<Value>(repeating: -.infinity)
            )
            var sums = SIMD8<Double>.zero
            let bytes = UnsafeRawBufferPointer(part)
            let whole = part.count / 8 * 8
            for start in stride(from: 0, to: whole, by: 8) {
                let value = bytes.loadUnaligned(
                    fromByteOffset: start * MemoryLayout<Value>.size, as: SIMD8<Value>.self)
                low.replace(with: value, where: value .< low)
                high.replace(with: value, where: value .> high)
                sums += SIMD8<Double>(value)
            }
            // One value that is not finite makes the sum so; then they are looked at one by one.
            guard whole > 0, sums.sum().isFinite else { return addOneByOne(part) }
            add(
                minimum: Double(low.min()), maximum: Double(high.max()), sum: sums.sum(), whole)
            addOneByOne(UnsafeBufferPointer(rebasing: part[whole...]))
        }
    }

    @inline(__always)
    private mutating func addOneByOne<Value: Sample & BinaryFloatingPoint>(
        _ values: UnsafeBufferPointer<Value>
    ) {
        for value in values {
            if value.isFinite {
                add(minimum: Double(value), maximum: Double(value), sum: Double(value), 1)
            } else if value.isNaN {
                nan += 1
            } else {
                infinite += 1
            }
        }
    }
}

// Numbers that sum up some values.

/// The value at a share of sorted values, from 0 to 1: between the two nearest, as NumPy's `quantile` does by default.
package func quantile<Value: BinaryFloatingPoint>(
    _ share: Double, ofSorted values: [Value]
) -> Value {
    precondition(!values.isEmpty && 0...1 ~= share, "a quantile of no values, or beyond them")
    let place = share * Double(values.count - 1)
    let below = Int(place)
    let above = min(below + 1, values.count - 1)
    return values[below] + (values[above] - values[below]) * Value(place - Double(below))
}

/// The mean of a sample and how far its values lie apart.
package struct SampleMoments: Hashable, Sendable {
    package let mean: Double
    /// The sum of squared differences from the mean.
    private let squares: Double
    private let count: Int

    /// Nil if there is no value.
    package init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        self.mean = mean
        squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        count = values.count
    }

    /// The standard deviation with n − 1 in the denominator; nil for one value.
    package var sampleDeviation: Double? {
        count > 1 ? (squares / Double(count - 1)).squareRoot() : nil
    }

    /// The standard deviation of these values, with n in the denominator.
    package var deviation: Double { (squares / Double(count)).squareRoot() }
}
