extension Volume {
    /// The number of voxels of each value that occurs, for integers without scaling.
    ///
    /// Unlike a ``LabelMap``, this copies no samples.
    package var valueCounts: [Int: Int] {
        precondition(scaling == .identity, "counts of scaled samples")
        return switch samples.type {
        case .uint8: counts(UInt8.self)
        case .int8: counts(Int8.self)
        case .uint16: counts(UInt16.self)
        case .int16: counts(Int16.self)
        case .uint32: counts(UInt32.self)
        case .int32: counts(Int32.self)
        case .uint64: counts(UInt64.self)
        case .int64: counts(Int64.self)
        case .float32, .float64: preconditionFailure("counts of samples that are no integers")
        }
    }

    private func counts<Value: Sample & FixedWidthInteger>(_ type: Value.Type) -> [Int: Int] {
        samples.withValues(as: type) { values in
            var counts: [Int: Int] = [:]
            // Most label maps have one byte a voxel; a dictionary is slow where labels change often.
            var small = [Int](repeating: 0, count: 256)
            var start = 0
            while start < values.count {
                var end = start + 1
                while end < values.count, values[end] == values[start] { end += 1 }
                if let value = UInt8(exactly: values[start]) {
                    small[Int(value)] += end - start
                } else {
                    counts[Int(clamping: values[start]), default: 0] += end - start
                }
                start = end
            }
            for (value, count) in small.enumerated() where count > 0 { counts[value] = count }
            return counts
        }
    }
}
