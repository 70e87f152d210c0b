internal import SegNASRandomness

/// A small structure inside the brain, its usual shape and how much that varies between people.
struct Nucleus {
    var tissue: Tissue
    /// The shape on the right side if it is paired.
    var shape: BentEllipsoid.Shape
    var isPaired: Bool
    /// Standard deviation of the logarithm of its thickness.
    var variation: Float = 0.06

    /// Draws its shapes in one person: two sides alike, but not equal.
    func draw(using generator: inout SeededGenerator) -> [BentEllipsoid] {
        let common = varied(shape, share: 1, using: &generator)
        guard isPaired else { return [BentEllipsoid(common)] }
        return [common, common.mirrored].map {
            BentEllipsoid(varied($0, share: 0.4, using: &generator))
        }
    }

    private func varied(
        _ shape: BentEllipsoid.Shape, share: Float, using generator: inout SeededGenerator
    ) -> BentEllipsoid.Shape {
        func normal() -> Float { Float(generator.normal()) * share }
        var shape = shape
        // What lies in the middle stays there.
        shape.centre += SIMD3(normal(), normal(), normal()) * SIMD3(isPaired ? 0.8 : 0.3, 0.8, 0.8)
        shape.semiaxes.x *= 1 + 0.04 * normal()
        let thickness = max(0.5, 1 + variation * normal())
        shape.semiaxes.y *= thickness
        shape.semiaxes.z *= thickness
        shape.bend *= 1 + 0.15 * normal()
        return shape
    }
}

extension Nucleus {
    /// All nuclei in the order in which they are drawn: later ones cover earlier ones.
    ///
    /// Places and sizes are those of adult brains on average, in mm from the middle of the brain's bounding box of
    /// 134 × 178 × 134 mm.
    static let all: [Nucleus] = [
        Nucleus(
            .brainstem, at: [0, -12.5, -35.5], long: [0, 0.23, 0.97], across: [0, 0.97, -0.23],
            [29.5, 13, 12.2], bend: [-0.013, 0], isPaired: false),
        Nucleus(
            .ventralDiencephalon, at: [9, -2, -11.5], long: [0.3, 0.95, 0], across: [1, 0, 0],
            [13, 8, 5.5]),
        Nucleus(
            .thalamus, at: [10.7, -3.7, 0], long: [-0.39, 0.89, 0.23], across: [0.13, -0.19, 0.97],
            [20, 11.3, 9.9], bend: [-0.0128, 0.005]),
        Nucleus(
            .putamen, at: [23, 17, -3.5], long: [-0.31, 0.93, -0.19], across: [0.06, 0.22, 0.97],
            [22, 10.3, 6], bend: [-0.0138, -0.0053]),
        Nucleus(
            .pallidum, at: [17.8, 12, -5.5], long: [-0.54, 0.84, 0.05], across: [0.2, 0.07, 0.98],
            [13.3, 6.1, 4.8], bend: [-0.0072, -0.0013]),
        Nucleus(
            .lateralVentricle, at: [13, -2.6, 7], long: [-0.29, 0.95, 0.07],
            across: [-0.4, -0.19, 0.9], [54, 6.4, 5.2], bend: [-0.0096, 0], variation: 0.16),
        Nucleus(
            .caudate, at: [12.5, 23.8, 6], long: [-0.08, 0.86, -0.5], across: [0.43, 0.48, 0.76],
            [25, 8, 4.3], bend: [-0.0078, 0.0103]),
        Nucleus(
            .accumbens, at: [8.6, 28.3, -9.3], long: [0.17, 0.9, 0.4],
            across: [-0.67, -0.19, 0.72],
            [9.5, 5.7, 2.7], bend: [-0.0133, 0.0116]),
        Nucleus(
            .hippocampus, at: [23.7, -5.3, -17.7], long: [-0.06, 0.85, -0.52],
            across: [0.98, -0.05, -0.2], [27, 9, 4.2], bend: [-0.0168, 0]),
        Nucleus(
            .amygdala, at: [19.8, 11.6, -21.8], long: [0.7, 0.34, -0.63],
            across: [0.69, -0.54, 0.48], [10.5, 6.8, 3.8], bend: [0.0021, 0.0179]),
        Nucleus(
            .inferiorLateralVentricle, at: [28.5, -0.9, -18.8], long: [-0.15, 0.87, -0.47],
            across: [0.91, -0.06, -0.4], [24, 3.2, 1.3], bend: [0.0088, 0.0086], variation: 0.1),
        Nucleus(
            .vermisAnterior, at: [0, -37.3, -19.7], long: [0, 0.89, -0.45],
            across: [0, 0.45, 0.89],
            [15.2, 10.5, 8.2], bend: [-0.0127, 0], isPaired: false),
        Nucleus(
            .vermisMiddle, at: [0, -53.4, -30.4], long: [0, -0.24, 0.97], across: [0, 0.97, 0.24],
            [12.2, 8.3, 5.5], bend: [-0.0154, 0], isPaired: false),
        Nucleus(
            .vermisPosterior, at: [0, -43.4, -42.5], long: [0, 0.95, 0.31],
            across: [0, -0.31, 0.95],
            [14.2, 7, 6.8], bend: [-0.0061, 0], isPaired: false),
        Nucleus(
            .thirdVentricle, at: [0, 6.7, -8.5], long: [0, 0.94, -0.34], across: [0, 0.34, 0.94],
            [20.5, 4.4, 2], bend: [-0.0239, 0], isPaired: false, variation: 0.16),
        Nucleus(
            .fourthVentricle, at: [0, -26.5, -36.4], long: [0, 0.27, 0.96], across: [1, 0, 0],
            [19, 5.6, 4.6], bend: [0, 0.012], isPaired: false, variation: 0.12),
    ]

    private init(
        _ tissue: Tissue, at centre: SIMD3<Float>, long: SIMD3<Float>, across: SIMD3<Float>,
        _ semiaxes: SIMD3<Float>, bend: SIMD2<Float> = .zero, isPaired: Bool = true,
        variation: Float = 0.06
    ) {
        self.init(
            tissue: tissue,
            shape: .init(
                centre: centre, long: long, across: across, semiaxes: semiaxes, bend: bend),
            isPaired: isPaired, variation: variation)
    }
}
