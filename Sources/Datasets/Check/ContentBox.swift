internal import SegNASHost
internal import SegNASImaging

/// The box of an image's voxels that are not 0: what is left without the empty space around them.
package struct ContentBox: Hashable, Codable, Sendable {
    /// The first voxel along each axis.
    package var lower: SIMD3<Int>
    /// The voxel behind the last along each axis.
    package var upper: SIMD3<Int>

    package init(lower: SIMD3<Int>, upper: SIMD3<Int>) {
        self.lower = lower
        self.upper = upper
    }

    package var size: SIMD3<Int> { upper &- lower }

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

extension ContentBox {
    /// The box outside which all channels of a volume are 0, along the axes of its array; nil if they are 0 everywhere.
    init?(of volume: Volume, threads: Int) {
        let empty = -volume.scaling.intercept / volume.scaling.slope
        self.init(of: volume, threads: threads) { $0 != empty }
    }

    /// The box of the voxels of a map of classes that have a label; nil where none has one.
    init?(ofLabels classes: Volume, threads: Int) {
        self.init(of: classes, threads: threads) {
            $0 != 0 && $0 != Double(LabelTable.ignoredClass)
        }
    }

    /// The box of the stored samples that count, slice by slice.
    private init?(
        of volume: Volume, threads: Int, where counts: @Sendable (Double) -> Bool
    ) {
        let size = volume.geometry.size
        let area = size.x * size.y
        let boxes = concurrentMap(volume.channels * size.z, threads: threads) { slice in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: area) { values in
                guard let start = values.baseAddress else { return nil as ContentBox? }
                volume.samples.copyDoubles(slice * area..<(slice + 1) * area, to: start)
                return ContentBox(
                    rowsOf: UnsafeBufferPointer(values), width: size.x, z: slice % size.z,
                    where: counts)
            }
        }
        self.init(joining: boxes.compactMap(\.self))
    }

    private init?(
        rowsOf slice: UnsafeBufferPointer<Double>, width: Int, z: Int,
        where counts: (Double) -> Bool
    ) {
        let rows = stride(from: 0, to: slice.count, by: width).compactMap { start in
            let row = UnsafeBufferPointer(rebasing: slice[start..<start + width])
            guard let first = row.firstIndex(where: counts),
                let last = row.lastIndex(where: counts)
            else { return nil as ContentBox? }
            let y = start / width
            return ContentBox(lower: [first, y, z], upper: [last + 1, y + 1, z + 1])
        }
        self.init(joining: rows)
    }

    /// The same box in an array of this size whose axes are permuted and reversed.
    func reoriented(by reorientation: Reorientation, in size: SIMD3<Int>) -> ContentBox {
        var turned = self
        for (axis, source) in reorientation.sources.enumerated() {
            let isReversed = reorientation.reversals[axis]
            turned.lower[axis] = isReversed ? size[source] - upper[source] : lower[source]
            turned.upper[axis] = isReversed ? size[source] - lower[source] : upper[source]
        }
        return turned
    }
}
