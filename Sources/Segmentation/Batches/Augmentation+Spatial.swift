import Glibc
internal import SegNASImaging
internal import SegNASRandomness

extension Augmentation {
    /// A rotation about all three axes, an angle for each.
    ///
    /// Images more than three times as long as they are thick are turned about the short axis alone, and to any side,
    /// as nnU-Net does: out of the plane few slices would be left of them. Angles are in voxels.
    public struct Rotation: Hashable, Codable, Sendable {
        public var probability = 0.2
        /// The largest angle either way, in degrees.
        public var angle = 30.0

        public init(probability: Double = 0.2, angle: Double = 30) {
            self.probability = probability
            self.angle = angle
        }

        var faults: [String] {
            var faults = Faults()
            faults.probability(probability)
            faults.range(angle...angle, within: 0...180, "angle")
            return faults.sentences
        }
    }

    /// An enlargement about the centre, the same along all axes, below 1 as often as above.
    public struct Scaling: Hashable, Codable, Sendable {
        public var probability = 0.2
        public var factor = 0.7...1.4

        public init(probability: Double = 0.2, factor: ClosedRange<Double> = 0.7...1.4) {
            self.probability = probability
            self.factor = factor
        }

        var faults: [String] {
            var faults = Faults()
            faults.probability(probability)
            faults.range(factor, within: 0.1...10, "factor")
            return faults.sentences
        }
    }
}

extension Augmentation.Rotation {
    private static let flatness = 3

    /// The map from the turned image back to the original, in voxels; nil if the image stays.
    func draw(using generator: inout SeededGenerator, size: SIMD3<Int>) -> Affine? {
        guard generator.chance(probability) else { return nil }
        let angles = SIMD3(
            generator.uniform(in: -1...1), generator.uniform(in: -1...1),
            generator.uniform(in: -1...1))
        guard size.max() > Self.flatness * size.min() else {
            return Self.map(angles: angles * (angle * .pi / 180), size: size)
        }
        var single = SIMD3<Double>.zero
        for axis in 0..<3 where size[axis] == size.min() && single == .zero {
            single[axis] = angles[axis] * .pi
        }
        return Self.map(angles: single, size: size)
    }

    /// The map back to the original image, which was turned by angles in radians about x, then y, then z, all through
    /// its centre.
    static func map(angles: SIMD3<Double>, size: SIMD3<Int>) -> Affine {
        let turns = (0..<3).map { axis in
            let (next, last) = ((axis + 1) % 3, (axis + 2) % 3)
            var columns: [SIMD3<Double>] = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
            columns[next][next] = cos(angles[axis])
            columns[next][last] = sin(angles[axis])
            columns[last][next] = -sin(angles[axis])
            columns[last][last] = cos(angles[axis])
            return Affine(x: columns[0], y: columns[1], z: columns[2])
        }
        let forth = turns[2].composed(with: turns[1].composed(with: turns[0]))
        return forth.aboutCentre(of: size).inverse
    }
}

extension Augmentation.Scaling {
    /// The map from the enlarged image back to the original, in voxels; nil if the image stays.
    func draw(using generator: inout SeededGenerator, size: SIMD3<Int>) -> Affine? {
        guard generator.chance(probability) else { return nil }
        let factor = generator.factor(in: factor)
        return Affine(x: [factor, 0, 0], y: [0, factor, 0], z: [0, 0, factor])
            .aboutCentre(of: size).inverse
    }
}

extension Affine {
    /// The map with an origin that leaves the centre of an image in its place.
    func aboutCentre(of size: SIMD3<Int>) -> Affine {
        let centre = (SIMD3<Double>(size) - 1) / 2
        var map = self
        map.origin = centre - linear(centre)
        return map
    }
}
