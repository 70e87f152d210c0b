internal import SegNASHost

/// Scores on their grid, and the weights that bring them to the target.
struct ScoreSource: Sendable {
    let scores: ClassScores
    private let x: AxisWeights
    private let y: AxisWeights
    private let z: AxisWeights
    private let extents: ScoreExtents
    /// The first of the target's columns that depends on each voxel along x or on later ones, and one past the last
    /// that depends on it or on earlier ones.
    private let firstColumns: [Int]
    private let endColumns: [Int]

    init(_ scores: ClassScores, _ map: GridMap, _ rule: ScoreRule, threads: Int) {
        self.init(
            scores, x: AxisWeights(map.x, .linear), y: AxisWeights(map.y, .linear),
            z: AxisWeights(map.z, .linear), rule, threads: threads)
    }

    init(
        _ scores: ClassScores, x: AxisWeights, y: AxisWeights, z: AxisWeights, _ rule: ScoreRule,
        threads: Int
    ) {
        self.scores = scores
        (self.x, self.y, self.z) = (x, y, z)
        extents = ScoreExtents(scores, rule, threads: threads)
        let starts = x.starts
        let taps = x.taps
        firstColumns = (0..<scores.size.x).map { voxel in
            starts.firstIndex { $0 + taps > voxel } ?? starts.count
        }
        endColumns = (0..<scores.size.x).map { voxel in
            starts.lastIndex { $0 <= voxel }.map { $0 + 1 } ?? 0
        }
    }

    /// The extent of each source line in which an output could decide on the class in a slice of the target; nil if
    /// there is none.
    func extents(_ label: Int, slice: Int) -> [SIMD2<Int32>]? {
        var isEmpty = true
        let first = z.starts[slice]
        let lines = (0..<scores.size.y).map { line in
            var extent = ScoreExtents.none
            for tap in 0..<z.taps {
                extent = extent.united(with: extents[label, first + tap, line])
            }
            isEmpty = isEmpty && extent == ScoreExtents.none
            return extent
        }
        return isEmpty ? nil : lines
    }

    /// The columns of a line of the target that depend on such places.
    func columns(_ extents: [SIMD2<Int32>], line: Int) -> Range<Int> {
        let first = y.starts[line]
        var extent = ScoreExtents.none
        for tap in 0..<y.taps { extent = extent.united(with: extents[first + tap]) }
        guard extent.x < extent.y else { return 0..<0 }
        let start = firstColumns[Int(extent.x)]
        return start..<max(start, endColumns[Int(extent.y) - 1])
    }

    /// Interpolates along z and x: the source's lines at the target's width, as far as some rows need them.
    func fill(
        _ plane: UnsafeMutablePointer<Float>, _ label: Int, slice: Int, _ rows: SlicePart
    ) {
        let (size, width) = (scores.size, x.starts.count)
        let volume = scores.values + label * size.x * size.y * size.z
        let line = plane + size.y * width
        let last = y.starts[rows.lines.upperBound - 1] + y.taps
        for index in y.starts[rows.lines.lowerBound]..<last {
            z.sumRows(
                volume + index * size.x, stride: size.x * size.y, count: size.x, at: slice,
                into: line)
            x.interpolate(line, rows.columns, into: plane + index * width)
        }
    }

    /// Adds a line of the target, interpolated along y between the plane's.
    func addLine(
        _ line: Int, of plane: UnsafePointer<Float>, width: Int, columns: Range<Int>,
        to row: UnsafeMutablePointer<Float>
    ) {
        y.addRows(plane, stride: width, columns: columns, at: line, to: row)
    }
}

/// The extent along each row of a grid in which each output could decide on the class.
///
/// Probabilities of classes sum to one, so the most probable of C classes has at least 1/C, between voxels too: linear
/// interpolation keeps sums. A region is painted where it has more than ½. If both neighbours have less, an output can
/// be skipped. Nothing is lost by this, and with many classes, each of which fills a small part of the image, it saves
/// nearly all of the work.
struct ScoreExtents: Sendable {
    /// First and one past the last voxel, by class, slice and line; the first is beyond the last if it is empty.
    private let rows: [SIMD2<Int32>]
    private let size: SIMD3<Int>

    static let none = SIMD2<Int32>(.max, 0)

    init(_ scores: ClassScores, _ rule: ScoreRule, threads: Int) {
        size = scores.size
        let minimum = Float(scores.count) * rule.least(of: scores.classes) * 0.999
        let (lines, width) = (size.y * size.z, size.x)
        rows = concurrentMap(scores.classes, threads: threads) { label in
            (0..<lines).map { line in
                Self.extent(
                    scores.values + (label * lines + line) * width, count: width, minimum: minimum)
            }
        }.flatMap { $0 }
    }

    subscript(label: Int, z: Int, y: Int) -> SIMD2<Int32> {
        rows[(label * size.z + z) * size.y + y]
    }

    private static func extent(
        _ row: UnsafePointer<Float>, count: Int, minimum: Float
    ) -> SIMD2<Int32> {
        var first = 0
        while first < count, row[first] < minimum { first += 1 }
        guard first < count else { return none }
        var end = count
        while row[end - 1] < minimum { end -= 1 }
        return [Int32(first), Int32(end)]
    }
}

extension SIMD2<Int32> {
    /// The smallest range that holds two.
    func united(with other: Self) -> Self {
        [Swift.min(x, other.x), Swift.max(y, other.y)]
    }
}
