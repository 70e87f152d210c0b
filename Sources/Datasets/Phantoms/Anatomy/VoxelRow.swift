/// A row of voxels along x: their positions in the undeformed anatomy, and their tissues.
///
/// A head is made row by row, so that its positions never need the memory of a volume.
final class VoxelRow {
    let count: Int
    /// Positions in mm.
    let x, y, z: UnsafeMutablePointer<Float>
    /// Logarithm of the bias field.
    let gain: UnsafeMutablePointer<Float>
    /// Index of the tissue.
    let tissue: UnsafeMutablePointer<UInt8>
    /// The ranges of the positions along y and z.
    private(set) var yRange: ClosedRange<Float> = 0...0
    private(set) var zRange: ClosedRange<Float> = 0...0

    init(count: Int) {
        self.count = count
        x = .allocate(capacity: 4 * count)
        x.initialize(repeating: 0, count: 4 * count)
        y = x + count
        z = y + count
        gain = z + count
        tissue = .allocate(capacity: count)
        tissue.initialize(repeating: 0, count: count)
    }

    deinit {
        x.deallocate()
        tissue.deallocate()
    }

    /// Updates the ranges after the positions have changed.
    func updateRanges() {
        yRange = Self.range(y, count)
        zRange = Self.range(z, count)
    }

    private static func range(_ values: UnsafeMutablePointer<Float>, _ count: Int)
        -> ClosedRange<Float>
    {
        var least = values[0]
        var greatest = values[0]
        for index in 0..<count {
            least = values[index] < least ? values[index] : least
            greatest = values[index] > greatest ? values[index] : greatest
        }
        return least...greatest
    }
}

/// A model that assigns a tissue to each position.
protocol Anatomy: Sendable {
    /// Sets the tissue of each voxel from its position.
    func classify(_ row: VoxelRow)
}
