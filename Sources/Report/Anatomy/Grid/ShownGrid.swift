internal import SegNASImaging

/// The part of a case that a page shows: a box of its voxels along right, anterior and superior, perhaps fewer of them.
struct ShownGrid: Equatable, Sendable {
    /// The first voxel of the box, and its voxels along each axis, counted in the case.
    let lower: SIMD3<Int>
    let extent: SIMD3<Int>
    /// How many voxels of the case along each axis become one.
    private(set) var factors = SIMD3(repeating: 1)
    /// Mm from one voxel of the case to the next.
    private let fineSpacing: SIMD3<Double>

    /// The box of what is labelled and mm around it; the whole case where nothing is.
    init(_ case: ClassVolume, _ other: ClassVolume, margin: Double) {
        fineSpacing = `case`.spacing
        let size = `case`.size
        guard let box = `case`.box.union(other.box) else {
            (lower, extent) = (.zero, size)
            return
        }
        var first = SIMD3<Int>.zero
        var behind = size
        for axis in 0..<3 {
            let room = Int(min((margin / fineSpacing[axis]).rounded(.up), Double(size[axis])))
            first[axis] = max(0, box.lower[axis] - room)
            behind[axis] = min(size[axis], box.upper[axis] + room)
        }
        lower = first
        extent = behind &- first
    }

    /// Voxels shown along each axis.
    var size: SIMD3<Int> { (extent &+ factors &- 1) / factors }

    var voxelCount: Int { size.x * size.y * size.z }

    /// Mm from one voxel shown to the next.
    var spacing: SIMD3<Double> { fineSpacing * SIMD3<Double>(factors) }

    var isReduced: Bool { factors != SIMD3(repeating: 1) }

    /// Takes fewer voxels, first along the axes that have the closest, until there are at most so many.
    mutating func reduce(to limit: Int) {
        while voxelCount > max(limit, 1) {
            let axes = (0..<3).filter { size[$0] > 1 }
            guard let axis = axes.min(by: { spacing[$0] < spacing[$1] }) else { return }
            factors[axis] += 1
        }
    }
}
