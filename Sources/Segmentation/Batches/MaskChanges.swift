internal import SegNASImaging
internal import SegNASRandomness

/// Random changes of the masks that the second stage of a cascade sees, lest it trust the first stage too much.
///
/// As nnU-Net does for its cascade (Isensee et al. 2021, doi:10.1038/s41592-020-01008-z, supplement): with some
/// probability masks are eroded or dilated, and a small connected component of them is left out.
package struct MaskChanges: Hashable, Sendable {
    static let morphologyProbability = 0.4
    static let mostRadius = 4
    static let removalProbability = 0.2
    /// Components that have more of a patch's voxels are kept.
    static let largestRemoved = 0.15

    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Changes the masks `[classes, D, H, W]`, values 0 and 1, of `size` voxels along x, y and z.
    mutating func apply(
        to masks: UnsafeMutablePointer<Float>, classes: Int, size: SIMD3<Int>
    ) {
        let voxels = size.x * size.y * size.z
        for label in 0..<classes {
            let mask = UnsafeMutableBufferPointer(start: masks + label * voxels, count: voxels)
            // Drawn whether or not they are used: an empty mask leaves the draws of the others as they are.
            let isMorphed = generator.chance(Self.morphologyProbability)
            let isDilated = generator.chance(0.5)
            let radius = 1 + generator.index(below: Self.mostRadius)
            let isRemoved = generator.chance(Self.removalProbability)
            let choice = generator.next()
            guard mask.contains(1) else { continue }
            if isMorphed {
                Self.spread(isDilated ? 1 : 0, of: mask, size: size, radius: radius)
            }
            if isRemoved { Self.removeComponent(of: mask, size: size, choice: choice) }
        }
    }

    /// Gives a value to all voxels of a mask that have it within a cube about them: dilates what is 1, or erodes it.
    static func spread(
        _ value: Float, of mask: UnsafeMutableBufferPointer<Float>, size: SIMD3<Int>, radius: Int
    ) {
        let strides = [1, size.x, size.x * size.y]
        withUnsafeTemporaryAllocation(of: Float.self, capacity: size.max()) { line in
            for axis in 0..<3 {
                let (length, stride) = (size[axis], strides[axis])
                for start in mask.indices where start / stride % length == 0 {
                    for place in 0..<length { line[place] = mask[start + place * stride] }
                    var (before, behind) = (-radius - 1, length + radius)
                    for place in 0..<length {
                        if line[place] == value { before = place }
                        if place - before <= radius { mask[start + place * stride] = value }
                    }
                    for place in (0..<length).reversed() {
                        if line[place] == value { behind = place }
                        if behind - place <= radius { mask[start + place * stride] = value }
                    }
                }
            }
        }
    }

    /// Leaves out one of the small components, if there is one.
    static func removeComponent(
        of mask: UnsafeMutableBufferPointer<Float>, size: SIMD3<Int>, choice: UInt64
    ) {
        let map = LabelMap(
            values: mask.map { Int32($0) }, geometry: Geometry(size: size, affine: .identity))
        let found = ConnectedComponents(of: map)
        let most = Int(Self.largestRemoved * Double(mask.count))
        let small = found.components.indices.filter { found.components[$0].voxelCount <= most }
        guard !small.isEmpty else { return }
        let removed = small[Int(choice % UInt64(small.count))]
        for run in found.runs where run.component == removed {
            for voxel in run.voxels { mask[voxel] = 0 }
        }
    }
}
