extension LabelMap {
    /// How many voxels have each label that occurs.
    public var labelCounts: [Int32: Int] {
        values.withUnsafeBufferPointer { values in
            guard let (lowest, highest) = range(of: values) else { return [:] }
            let span = Int(highest) - Int(lowest) + 1
            guard span <= 1 << 16 else { return sparseCounts(values) }
            return histogram(values, lowest: lowest, span: span)
        }
    }
}

private func range(of values: UnsafeBufferPointer<Int32>) -> (Int32, Int32)? {
    guard let first = values.first else { return nil }
    var (lowest, highest) = (first, first)
    for value in values {
        lowest = min(lowest, value)
        highest = max(highest, value)
    }
    return (lowest, highest)
}

private func histogram(
    _ values: UnsafeBufferPointer<Int32>, lowest: Int32, span: Int
) -> [Int32: Int] {
    var counts = [Int](repeating: 0, count: span)
    counts.withUnsafeMutableBufferPointer { counts in
        forEachRun(values) { counts[Int($0) - Int(lowest)] += $1 }
    }
    var result: [Int32: Int] = [:]
    for (index, count) in counts.enumerated() where count > 0 {
        result[Int32(Int(lowest) + index)] = count
    }
    return result
}

private func sparseCounts(_ values: UnsafeBufferPointer<Int32>) -> [Int32: Int] {
    var counts: [Int32: Int] = [:]
    forEachRun(values) { counts[$0, default: 0] += $1 }
    return counts
}

/// Calls a body with each label and how often it follows itself: labels are mostly surrounded by their own.
@inline(__always)
private func forEachRun(
    _ values: UnsafeBufferPointer<Int32>, _ body: (Int32, Int) -> Void
) {
    var start = 0
    while start < values.count {
        var end = start + 1
        while end < values.count && values[end] == values[start] { end += 1 }
        body(values[start], end - start)
        start = end
    }
}
