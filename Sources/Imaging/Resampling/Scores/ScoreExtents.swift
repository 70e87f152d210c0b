internal import SegNASHost

/// Where along each row of a grid each class could be the most probable one.
///
/// Probabilities sum to one, so the most probable of C classes has at least 1/C, between voxels too: linear
/// interpolation keeps sums. Where both neighbours have less, a class need not be looked at. Nothing is lost by this, and
/// with many classes, each of which fills a small part of the image, it is nearly all of the work.
struct ScoreExtents: Sendable {
    /// First and one past the last voxel, by class, slice and line; the first is beyond the last where there is none.
    private let rows: [SIMD2<Int32>]
    private let size: SIMD3<Int>

    static let none = SIMD2<Int32>(.max, 0)

    init(_ scores: ClassScores, threads: Int) {
        size = scores.size
        let least = Float(scores.count) / Float(scores.classes) * 0.999
        let (lines, width) = (size.y * size.z, size.x)
        rows = concurrentMap(scores.classes, threads: threads) { label in
            (0..<lines).map { line in
                Self.extent(
                    scores.values + (label * lines + line) * width, count: width, least: least)
            }
        }.flatMap { $0 }
    }

    subscript(label: Int, z: Int, y: Int) -> SIMD2<Int32> {
        rows[(label * size.z + z) * size.y + y]
    }

    private static func extent(
        _ row: UnsafePointer<Float>, count: Int, least: Float
    ) -> SIMD2<Int32> {
        var first = 0
        while first < count, row[first] < least { first += 1 }
        guard first < count else { return none }
        var end = count
        while row[end - 1] < least { end -= 1 }
        return [Int32(first), Int32(end)]
    }
}

extension SIMD2<Int32> {
    /// The smallest range that holds two.
    func united(with other: Self) -> Self {
        [Swift.min(x, other.x), Swift.max(y, other.y)]
    }
}
