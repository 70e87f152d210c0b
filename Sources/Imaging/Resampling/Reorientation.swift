/// A permutation and reversal of an array's axes, which moves voxels and changes none.
public struct Reorientation: Hashable, Codable, Sendable {
    /// The axis of the source for each axis of the result.
    public let sources: [Int]
    /// True for each axis of the result that runs against the source's.
    public let reversals: [Bool]

    package init(sources: [Int], reversals: [Bool]) {
        precondition(sources.sorted() == [0, 1, 2] && reversals.count == 3, "not a permutation")
        self.sources = sources
        self.reversals = reversals
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let sources = try container.decode([Int].self, forKey: .sources)
        let reversals = try container.decode([Bool].self, forKey: .reversals)
        guard sources.sorted() == [0, 1, 2], reversals.count == 3 else {
            throw DecodingError.dataCorruptedError(
                forKey: .sources, in: container, debugDescription: "not a permutation of axes")
        }
        self.init(sources: sources, reversals: reversals)
    }

    /// The reorientation of an array from one orientation to another.
    public init(from orientation: Orientation, to target: Orientation) {
        let sources = target.axes.map { axis in
            orientation.axes.firstIndex { $0.world == axis.world } ?? 0
        }
        self.init(
            sources: sources,
            reversals: zip(target.axes, sources).map { axis, source in
                axis.isReversed != orientation.axes[source].isReversed
            })
    }

    public static let identity = Reorientation(
        sources: [0, 1, 2], reversals: [false, false, false])

    /// The way back.
    public var inverse: Reorientation {
        let sources = (0..<3).map { axis in self.sources.firstIndex(of: axis) ?? 0 }
        return Reorientation(sources: sources, reversals: sources.map { reversals[$0] })
    }

    /// The grid of the result: each voxel stays where it is in space.
    public func callAsFunction(_ geometry: Geometry) -> Geometry {
        let steps = [geometry.affine.x, geometry.affine.y, geometry.affine.z]
        var affine = geometry.affine
        for axis in 0..<3 where reversals[axis] {
            let source = sources[axis]
            affine.origin += steps[source] * Double(geometry.size[source] - 1)
        }
        let axes = (0..<3).map { reversals[$0] ? -steps[sources[$0]] : steps[sources[$0]] }
        (affine.x, affine.y, affine.z) = (axes[0], axes[1], axes[2])
        return Geometry(
            size: [
                geometry.size[sources[0]], geometry.size[sources[1]], geometry.size[sources[2]],
            ],
            affine: affine)
    }
}

/// Grids that are the same in space, whatever the order of their arrays' axes.
extension Geometry {
    /// The reorientation that brings an array on this grid voxel by voxel onto another: the identity if it is there.
    ///
    /// Nil if its voxels lie elsewhere, by more than half of the other's shortest step: beyond that, a voxel's
    /// nearest neighbour is another one.
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

    /// The smallest distance between neighbours, in mm; an axis of one voxel has none.
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

    /// The index in the result of a voxel that has an index in the source.
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
    /// The same labels in the array's order of another grid; nil if that grid's voxels lie elsewhere.
    package func reoriented(onto grid: Geometry, threads: Int = 1) -> LabelMap? {
        guard let reorientation = geometry.reorientation(onto: grid) else { return nil }
        guard reorientation != .identity else { return self }
        let turned = Volume(Samples(values), geometry: geometry)
            .reoriented(by: reorientation, threads: threads)
        let labels = turned.samples.withValues(as: Int32.self) { Array($0) }
        return LabelMap(values: labels, geometry: turned.geometry)
    }
}
