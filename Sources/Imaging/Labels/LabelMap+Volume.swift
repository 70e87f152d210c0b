extension LabelMap {
    /// The labels that a volume of one channel stands for, whatever type it is stored in.
    ///
    /// Values may miss an integer by 1e-4, as floating-point numbers and scaled ones do. Axes behind the third
    /// must have length 1. Throws where the values are no labels.
    public init(_ volume: Volume) throws(LabelFault) {
        guard volume.channels == 1 else { throw .channels(volume.channels) }
        let reader = LabelReader(scaling: volume.scaling)
        self.init(values: try reader.labels(of: volume.samples), geometry: volume.geometry)
    }
}

/// Turns samples into labels, with one fast pass for good ones and another that counts what is wrong.
private struct LabelReader {
    let scaling: Scaling

    func labels(of samples: Samples) throws(LabelFault) -> [Int32] {
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
    ) throws(LabelFault) -> [Int32] {
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
        guard allFit else { throw fault(samples, type) }
        return labels
    }

    private func numbers<Value: Sample>(
        _ samples: Samples, _ type: Value.Type
    ) throws(LabelFault) -> [Int32] {
        var allFit = true
        let (slope, intercept) = (scaling.slope, scaling.intercept)
        let labels = samples.withValues(as: type) { values in
            [Int32](unsafeUninitializedCapacity: values.count) { labels, count in
                for index in 0..<values.count {
                    let value = values[index].double * slope + intercept
                    let rounded = value.rounded()
                    // False for NaN and infinities too, which are not converted.
                    let fits =
                        abs(value - rounded) <= tolerance && rounded >= lowest && rounded <= highest
                    allFit = allFit && fits
                    labels[index] = Int32(fits ? rounded : 0)
                }
                count = values.count
            }
        }
        guard allFit else { throw fault(samples, type) }
        return labels
    }

    /// What is wrong with samples of which some are no labels: the gravest fault only.
    private func fault<Value: Sample>(_ samples: Samples, _ type: Value.Type) -> LabelFault {
        var faults = (notFinite: 0, fraction: 0, outside: 0)
        var examples = (fraction: 0.0, outside: 0.0)
        samples.withValues(as: type) { values in
            for sample in values {
                let value = sample.double * scaling.slope + scaling.intercept
                if !value.isFinite {
                    faults.notFinite += 1
                } else if abs(value - value.rounded()) > tolerance {
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
            return .notIntegers(count: faults.fraction, example: examples.fraction)
        }
        return .outOfRange(count: faults.outside, example: examples.outside)
    }
}

private let tolerance = 1e-4
private let lowest = Double(Int32.min)
private let highest = Double(Int32.max)
