/// The interpolation of an image's values between voxels, axis by axis.
public enum ImageInterpolation: String, CaseIterable, Codable, Sendable {
    /// The value of the voxel whose centre is nearest, of two the one with the greater index.
    case nearest
    /// Between the two nearest voxels along each axis.
    case linear
    /// Through the four nearest voxels along each axis: Keys' kernel with a = −0.5 (Catmull-Rom).
    ///
    /// Keys 1981, "Cubic convolution interpolation for digital image processing", doi:10.1109/TASSP.1981.1163711.
    case cubic
}

/// The source voxels of each voxel of an axis, and their weights.
///
/// If a target voxel is `scale > 1` source voxels long, `linear` and `cubic` take the mean of the interpolated
/// values over √(scale² − 1) voxels about its centre: a box of that length on top of a voxel of length 1 has the
/// variance of a voxel of length `scale`, so the blur grows from none at equal sizes, and fine structure does not
/// alias. Beyond the borders of the source its outermost voxel goes on.
struct AxisWeights: Sendable {
    /// The source voxel of the first weight of each target voxel.
    let starts: [Int]
    /// `taps` weights for each target voxel, in the order of source voxels.
    let weights: [Float]
    let taps: Int
    /// Target voxels that get a value of the source.
    let covered: Range<Int>

    init(_ map: AxisMap, _ interpolation: ImageInterpolation, border: ImageBorder = .edge) {
        let kernel = Kernel(interpolation, scale: map.scale)
        let rows = (0..<map.count).map { kernel.row(at: map($0), count: map.sourceCount) }
        let taps = rows.map(\.weights.count).max() ?? 1
        // A row shorter than others starts earlier where it would end beyond the source.
        starts = rows.map { min($0.start, max(0, map.sourceCount - taps)) }
        weights = zip(rows, starts).flatMap { row, start in
            let before = [Float](repeating: 0, count: row.start - start)
            let after = taps - before.count - row.weights.count
            return before + row.weights + [Float](repeating: 0, count: after)
        }
        self.taps = taps
        covered = map.covered(border)
    }
}

/// An interpolation kernel and the box that it is averaged over.
private struct Kernel {
    let interpolation: ImageInterpolation
    /// Length of the box in source voxels, 0 for none.
    let box: Double

    init(_ interpolation: ImageInterpolation, scale: Double) {
        self.interpolation = interpolation
        box =
            interpolation == .nearest || scale <= 1 ? 0 : (scale * scale - 1).squareRoot()
    }

    /// Half the length of the support of a value.
    private var reach: Double {
        switch interpolation {
        case .nearest: 0.5
        case .linear: 1 + box / 2
        case .cubic: 2 + box / 2
        }
    }

    /// Weights at a position, those of voxels beyond the source added to the outermost.
    func row(at position: Double, count: Int) -> (start: Int, weights: [Float]) {
        guard interpolation != .nearest else {
            return (min(max(0, Int((position + 0.5).rounded(.down))), count - 1), [1])
        }
        let first = Int((position - reach).rounded(.down)) + 1
        let last = max(first, Int((position + reach).rounded(.up)) - 1)
        let start = min(max(0, first), count - 1)
        let end = min(max(0, last), count - 1)
        var weights = [Double](repeating: 0, count: end - start + 1)
        for voxel in first...last {
            weights[min(max(start, voxel), end) - start] += weight(Double(voxel) - position)
        }
        let sum = weights.reduce(0, +)
        return (start, weights.map { Float($0 / sum) })
    }

    /// The weight of a voxel at a distance.
    private func weight(_ distance: Double) -> Double {
        // Differences of the integral lose digits in boxes that are tiny; those blur nothing.
        guard box > 1e-3 else { return value(distance) }
        return (integral(distance + box / 2) - integral(distance - box / 2)) / box
    }

    private func value(_ distance: Double) -> Double {
        let t = abs(distance)
        return switch interpolation {
        case .nearest: t <= 0.5 ? 1 : 0
        case .linear: max(0, 1 - t)
        case .cubic where t < 1: (1.5 * t - 2.5) * t * t + 1
        case .cubic where t < 2: ((-0.5 * t + 2.5) * t - 4) * t + 2
        case .cubic: 0
        }
    }

    /// The kernel's integral from 0 to a distance.
    private func integral(_ distance: Double) -> Double {
        let t = abs(distance)
        let area =
            switch interpolation {
            case .nearest: min(t, 0.5)
            case .linear: t < 1 ? t - t * t / 2 : 0.5
            case .cubic where t < 1: ((0.375 * t - 2.5 / 3) * t * t + 1) * t
            case .cubic where t < 2:
                (((-0.125 * t + 2.5 / 3) * t - 2) * t + 2) * t - 1.0 / 6
            case .cubic: 0.5
            }
        return distance < 0 ? -area : area
    }
}

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
    /// Fills a target row except the voxels that get a value of the source.
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
