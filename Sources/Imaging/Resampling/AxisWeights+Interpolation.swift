// What resampling along one axis is, for images and for scores: weighted sums of rows, and within a row.

extension AxisWeights {
    /// The weighted sum of source rows that a target row is; the first row and those behind it lie a stride apart.
    func sumRows(
        _ source: UnsafePointer<Float>, stride: Int, count: Int, at index: Int,
        into sum: UnsafeMutablePointer<Float>
    ) {
        let first = source + starts[index] * stride
        var isFirst = true
        for tap in 0..<taps {
            let weight = weights[index * taps + tap]
            guard weight != 0 || taps == 1 else { continue }
            let row = first + tap * stride
            if isFirst {
                for place in 0..<count { sum[place] = weight * row[place] }
            } else {
                add(row, times: weight, 0..<count, to: sum)
            }
            isFirst = false
        }
    }

    /// Adds the weighted sum of source rows to a target row, in some of its columns.
    func addRows(
        _ source: UnsafePointer<Float>, stride: Int, columns: Range<Int>, at index: Int,
        to sum: UnsafeMutablePointer<Float>
    ) {
        let first = source + starts[index] * stride
        for tap in 0..<taps {
            let weight = weights[index * taps + tap]
            if weight != 0 { add(first + tap * stride, times: weight, columns, to: sum) }
        }
    }

    /// Interpolates a source row at some columns of the target.
    func interpolate(
        _ row: UnsafePointer<Float>, _ columns: Range<Int>, into out: UnsafeMutablePointer<Float>
    ) {
        weights.withUnsafeBufferPointer { weights in
            starts.withUnsafeBufferPointer { starts in
                for index in columns {
                    let values = row + starts[index]
                    var sum: Float = 0
                    for tap in 0..<taps { sum += weights[index * taps + tap] * values[tap] }
                    out[index] = sum
                }
            }
        }
    }
}

extension UnsafeMutablePointer {
    /// Fills a target row of so many voxels but for those that get a value of the source.
    func fill(with value: Pointee, outside covered: Range<Int>, of count: Int) {
        update(repeating: value, count: covered.lowerBound)
        (self + covered.upperBound).update(repeating: value, count: count - covered.upperBound)
    }
}

private func add(
    _ values: UnsafePointer<Float>, times weight: Float, _ range: Range<Int>,
    to sum: UnsafeMutablePointer<Float>
) {
    for index in range { sum[index] += weight * values[index] }
}
