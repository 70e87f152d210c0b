/// Voxels that follow each other along x.
struct VoxelRun {
    /// The row in the volume: z · height + y.
    let row: Int32
    let start: Int32
    /// The voxel behind the last.
    private(set) var end: Int32

    init(row: Int, _ range: Range<Int>) {
        self.row = Int32(row)
        start = Int32(range.lowerBound)
        end = Int32(range.upperBound)
    }

    var count: Int { Int(end - start) }

    /// Grows by a run that begins where this one ends; false where another does not.
    mutating func join(_ next: VoxelRun) -> Bool {
        guard next.row == row, next.start == end else { return false }
        end = next.end
        return true
    }
}

extension [VoxelRun] {
    /// Adds a run behind all others, as a part of the last where they touch.
    mutating func extend(with run: VoxelRun) {
        if isEmpty || !self[count - 1].join(run) { append(run) }
    }
}
