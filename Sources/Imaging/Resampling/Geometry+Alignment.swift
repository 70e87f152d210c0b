/// Grids that are the same in space, whatever the order of their arrays' axes.
extension Geometry {
    /// What turns an array on this grid so that it lies voxel by voxel on another: the identity where it does already.
    ///
    /// Nil where its voxels lie elsewhere, by more than half of the other's shortest step: beyond that, a voxel's nearest
    /// neighbour is another one.
    package func reorientation(onto other: Geometry) -> Reorientation? {
        let limit = 0.5 * other.shortestStep
        return Reorientation.all.first { reorientation in
            let turned = reorientation(self)
            // Written so that affines with NaN differ.
            return turned.size == other.size && turned.cornerDistance(to: other) <= limit
        }
    }

    /// The largest distance between corresponding corner voxels of two grids of one size, in mm.
    package func cornerDistance(to other: Geometry) -> Double {
        let ends = SIMD3<Double>(size &- 1)
        return (0..<8).map { corner in
            let sides = SIMD3<Double>(
                Double(corner & 1), Double(corner >> 1 & 1), Double(corner >> 2 & 1))
            return (affine(sides * ends) - other.affine(sides * ends)).length
        }.reduce(0) { $1 <= $0 ? $0 : $1 }
    }

    /// The least distance between neighbours, in mm; an axis of one voxel has none.
    package var shortestStep: Double {
        let steps = longAxes.map { spacing[$0] }
        return steps.min() ?? spacing.min()
    }

    /// The axes with more than one voxel.
    package var longAxes: [Int] { (0..<3).filter { size[$0] > 1 } }
}

extension Reorientation {
    /// All 48, the identity first.
    package static let all: [Reorientation] = {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        return orders.flatMap { order in
            (0..<8).map { bits in
                Reorientation(sources: order, reversals: (0..<3).map { bits >> $0 & 1 == 1 })
            }
        }
    }()

    /// Where in the result the voxel lies that has a place in the memory of the source.
    package func index(of voxel: Int, in size: SIMD3<Int>) -> Int {
        let place = [voxel % size.x, voxel / size.x % size.y, voxel / (size.x * size.y)]
        var index = 0
        for axis in (0..<3).reversed() {
            let source = sources[axis]
            let step = reversals[axis] ? size[source] - 1 - place[source] : place[source]
            index = index * size[source] + step
        }
        return index
    }
}

extension LabelMap {
    /// The same labels in the array's order of another grid; nil where that grid's voxels lie elsewhere.
    package func reoriented(onto grid: Geometry, threads: Int = 1) -> LabelMap? {
        guard let reorientation = geometry.reorientation(onto: grid) else { return nil }
        guard reorientation != .identity else { return self }
        let turned = Volume(Samples(values), geometry: geometry)
            .reoriented(by: reorientation, threads: threads)
        let labels = turned.samples.withValues(as: Int32.self) { Array($0) }
        return LabelMap(values: labels, geometry: turned.geometry)
    }
}
