/// A permutation and reversal of an array's axes, which moves voxels and changes none.
public struct Reorientation: Hashable, Codable, Sendable {
    /// For each axis of the result, the axis of the source that it is.
    public let sources: [Int]
    /// For each axis of the result, whether it runs against the source's.
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

    /// What brings an array of one orientation to another.
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
