extension LabelMap {
    /// The labels that a volume of one channel stands for, whatever type it is stored in.
    ///
    /// Values may miss an integer by the rounding of floating-point numbers, and by more, with a remark, where it is
    /// certain which integer a value stands for. Axes behind the third must have length 1. Throws where the values are
    /// no labels.
    public init(_ volume: Volume) throws(LabelFault) {
        guard volume.channels == 1 else { throw .channels(volume.channels) }
        let reader = LabelReader(scaling: volume.scaling)
        let reading = try reader.labels(of: volume.samples)
        self.init(values: reading.labels, geometry: volume.geometry)
        remark = reading.example.map { .roundedLabels(example: $0) }
    }
}

/// Turns samples into labels: one fast pass for good ones, another for rounded ones, and one that counts faults.
private struct LabelReader {
    let scaling: Scaling

    func labels(of samples: Samples) throws(LabelFault) -> LabelReading {
        switch samples.type {
        case .uint8: try integers(samples, UInt8.self)
        case .int8: try integers(samples, Int8.self)
        case .uint16: try integers(samples, UInt16.self)
        case .int16: try integers(samples, Int16.self)
        case .uint32: try integers(samples, UInt32.self)
        case .int32: try integers(samples, Int32.self)
        case .uint64: try integers(samples, UInt64.self)
        case .int64: try integers(samples, Int64.self)
        case .float32: try numbers(samples, Float.self)
        case .float64: try numbers(samples, Double.self)
        }
    }

    private func integers<Value: Sample & FixedWidthInteger>(
        _ samples: Samples, _ type: Value.Type
    ) throws(LabelFault) -> LabelReading {
        guard scaling == .identity else { return try numbers(samples, type) }
        var allFit = true
        let labels = samples.withValues(as: type) { values in
            [Int32](unsafeUninitializedCapacity: values.count) { labels, count in
                for index in 0..<values.count {
                    let label = Int32(truncatingIfNeeded: values[index])
                    allFit =
                        allFit && Value(truncatingIfNeeded: label) == values[index]
                        && (label < 0) == (values[index] < 0)
                    labels[index] = label
                }
                count = values.count
            }
        }
        guard allFit else { throw LabelFaultFinder(scaling: scaling).fault(samples, type) }
        return LabelReading(labels: labels)
    }

    private func numbers<Value: Sample>(
        _ samples: Samples, _ type: Value.Type
    ) throws(LabelFault) -> LabelReading {
        var allFit = true
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        let labels = samples.withValues(as: type) { values in
            [Int32](unsafeUninitializedCapacity: values.count) { labels, count in
                for index in 0..<values.count {
                    let value = values[index].double * slope + intercept
                    let rounded = value.rounded()
                    // False for NaN and infinities too, which are not converted.
                    let fits =
                        abs(value - rounded) <= tolerance(of: value)
                        && rounded >= lowest && rounded <= highest
                    allFit = allFit && fits
                    labels[index] = Int32(fits ? rounded : 0)
                }
                count = values.count
            }
        }
        if allFit { return LabelReading(labels: labels) }
        if let rounded = rounded(samples, type) { return rounded }
        throw LabelFaultFinder(scaling: scaling).fault(samples, type)
    }

    /// Labels of values that storing has moved from whole numbers; nil if it is not certain which were meant.
    ///
    /// That is certain if each whole number has only one value, which interpolated labels never have: within half a
    /// step of integers with a slope, as writers of scaled integers round, or within a hundredth in floating point,
    /// if such a file was saved again.
    private func rounded<Value: Sample>(_ samples: Samples, _ type: Value.Type) -> LabelReading? {
        let slope = abs(scaling.slope)
        guard Value.sampleType.isFloatingPoint || slope < 1 else { return nil }
        let limit = Value.sampleType.isFloatingPoint ? 0.01 : slope / 2
        var meaning: [Double: Double] = [:]
        var reading = LabelReading(labels: [])
        reading.labels.reserveCapacity(samples.count)
        let isCertain = samples.withValues(as: type) { values in
            var last = (value: Double.nan, label: 0 as Int32)
            for sample in values {
                let value = sample.double * scaling.slope + scaling.intercept
                if value != last.value {
                    let whole = value.rounded()
                    let noise = tolerance(of: value)
                    let distance = abs(value - whole)
                    guard distance <= max(limit + abs(value) * 0x1p-22, noise),
                        whole >= lowest, whole <= highest
                    else { return false }
                    if distance > noise {
                        guard meaning[whole, default: value] == value else { return false }
                        meaning[whole] = value
                        if reading.example == nil { reading.example = value }
                    }
                    last = (value, Int32(whole))
                }
                reading.labels.append(last.label)
            }
            return true
        }
        return isCertain ? reading : nil
    }
}

/// Labels, and a value that was rounded to one.
private struct LabelReading {
    var labels: [Int32]
    var example: Double?
}

/// Finds the gravest fault of samples of which some are not labels.
private struct LabelFaultFinder {
    let scaling: Scaling

    func fault<Value: Sample>(_ samples: Samples, _ type: Value.Type) -> LabelFault {
        var faults = (notFinite: 0, fraction: 0, outside: 0)
        var examples = (fraction: 0.0, outside: 0.0)
        samples.withValues(as: type) { values in
            for sample in values {
                let value = meaning(of: sample)
                if !value.isFinite {
                    faults.notFinite += 1
                } else if abs(value - value.rounded()) > tolerance(of: value) {
                    if faults.fraction == 0 { examples.fraction = value }
                    faults.fraction += 1
                } else if value.rounded() < lowest || value.rounded() > highest {
                    if faults.outside == 0 { examples.outside = value }
                    faults.outside += 1
                }
            }
        }
        if faults.notFinite > 0 { return .notFinite(count: faults.notFinite) }
        if faults.fraction > 0 {
            return fractions(samples, type, count: faults.fraction, example: examples.fraction)
        }
        return .outOfRange(count: faults.outside, example: examples.outside)
    }

    private func fractions<Value: Sample>(
        _ samples: Samples, _ type: Value.Type, count: Int, example: Double
    ) -> LabelFault {
        let likeness = samples.withValues(as: type) { values in
            ImageLikeness(count: values.count) { meaning(of: values[$0]) }
        }
        if let fault = likeness.fault, likeness.isFractional { return fault }
        return Value.sampleType.isFloatingPoint
            ? .notIntegers(count: count, example: example)
            : .scaled(count: count, example: example, slope: scaling.slope)
    }

    private func meaning(of sample: some Sample) -> Double {
        sample.double * scaling.slope + scaling.intercept
    }
}

/// The distance by which floating-point numbers of 32 bits, of samples or of a slope, may miss a whole number.
@inline(__always)
private func tolerance(of value: Double) -> Double {
    max(1e-4, min(abs(value) * 0x1p-22, 0.01))
}

private let lowest = Double(Int32.min)
private let highest = Double(Int32.max)
