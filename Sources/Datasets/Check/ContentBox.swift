internal import SegNASImaging

/// The box of an image's voxels that are not 0: what is left without the empty space around them.
struct ContentBox: Hashable, Codable, Sendable {
    /// The first voxel along each axis.
    var lower: SIMD3<Int>
    /// The voxel behind the last along each axis.
    var upper: SIMD3<Int>

    var size: SIMD3<Int> { upper &- lower }

    /// The least box that holds some others; nil without any.
    init?(joining boxes: [ContentBox]) {
        guard var box = boxes.first else { return nil }
        for other in boxes.dropFirst() {
            box.lower = pointwiseMin(box.lower, other.lower)
            box.upper = pointwiseMax(box.upper, other.upper)
        }
        self = box
    }

    /// The box of one channel of a volume, along the axes of its array; nil where it is 0 everywhere.
    ///
    /// Voxels that are not a number count as not 0.
    init?<Value: Sample>(of values: UnsafeBufferPointer<Value>, in volume: Volume) {
        let size = volume.geometry.size
        // The sample that stands for 0; where none does, no voxel is empty.
        let empty = -volume.scaling.intercept / volume.scaling.slope
        var lower = size
        var upper = SIMD3<Int>.zero
        for row in 0..<(size.y * size.z) {
            let voxels = UnsafeBufferPointer(
                rebasing: values[(row * size.x)..<((row + 1) * size.x)])
            guard let first = voxels.firstIndex(where: { $0.double != empty }),
                let last = voxels.lastIndex(where: { $0.double != empty })
            else { continue }
            let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
            lower = pointwiseMin(lower, SIMD3(first, y, z))
            upper = pointwiseMax(upper, SIMD3(last + 1, y + 1, z + 1))
        }
        guard upper.x > 0 else { return nil }
        self.init(lower: lower, upper: upper)
    }

    private init(lower: SIMD3<Int>, upper: SIMD3<Int>) {
        self.lower = lower
        self.upper = upper
    }

    /// The same box along right, anterior and superior, of a grid in whose array it lies.
    func alongBody(_ grid: Geometry) -> ContentBox {
        var body = self
        for (axis, run) in Orientation(grid.affine).axes.enumerated() {
            let (first, behind) = (lower[axis], upper[axis])
            body.lower[run.world] = run.isReversed ? grid.size[axis] - behind : first
            body.upper[run.world] = run.isReversed ? grid.size[axis] - first : behind
        }
        return body
    }
}
