/// Scores on a grid of their own, and the weights that bring them to the target.
struct ScoreSource: Sendable {
    let scores: ClassScores
    private let x: AxisWeights
    private let y: AxisWeights
    private let z: AxisWeights
    private let extents: ScoreExtents
    /// For each voxel along x, the first of the target's columns that depends on it or on later ones, and one past the
    /// last that depends on it or on earlier ones.
    private let firstColumns: [Int]
    private let endColumns: [Int]

    init(_ scores: ClassScores, _ map: GridMap, threads: Int) {
        self.init(
            scores, x: AxisWeights(map.x, .linear), y: AxisWeights(map.y, .linear),
            z: AxisWeights(map.z, .linear), threads: threads)
    }

    init(_ scores: ClassScores, x: AxisWeights, y: AxisWeights, z: AxisWeights, threads: Int) {
        self.scores = scores
        (self.x, self.y, self.z) = (x, y, z)
        extents = ScoreExtents(scores, threads: threads)
        let starts = x.starts
        let taps = x.taps
        firstColumns = (0..<scores.size.x).map { voxel in
            starts.firstIndex { $0 + taps > voxel } ?? starts.count
        }
        endColumns = (0..<scores.size.x).map { voxel in
            starts.lastIndex { $0 <= voxel }.map { $0 + 1 } ?? 0
        }
    }

    /// Of each source line, where a class could be the most probable one in a slice of the target; nil for nowhere.
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
