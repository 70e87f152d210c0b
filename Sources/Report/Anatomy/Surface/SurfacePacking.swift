internal import SegNASImaging

/// The surfaces of a map's labels in bytes, as the page's script unpacks them.
///
/// For each label in turn: one bit for each sample, set inside, the lowest first; then, for x, y and z one after the
/// other, the place of each vertex in its cube, in 32nds. Cubes, and so vertices and quads, follow from the bits.
struct SurfacePacking: Sendable {
    private(set) var nets: [Net] = []
    private(set) var bytes: [UInt8] = []

    /// The description of a label's bytes.
    struct Net: Codable, Equatable, Sendable {
        /// The label's place in the list.
        var label: Int
        /// Samples along each axis.
        var size: [Int]
        /// The place of the first sample, and below the distance of the next, in mm from the centre of the first voxel
        /// shown.
        var origin: [Double]
        var step: [Double]
    }

    /// The number of parts of a cube's edge.
    static let parts: Float = 32

    mutating func append(
        _ net: SurfaceNet, of field: LabelField, label: Int, spacing: SIMD3<Double>
    ) {
        let middle = SIMD3<Double>(field.factors &- 1) / 2
        let origin = (SIMD3<Double>(field.origin) + middle) * spacing
        let step = SIMD3<Double>(field.factors) * spacing
        nets.append(
            Net(
                label: label, size: net.size.elements, origin: origin.elements.map(rounded),
                step: step.elements.map(rounded)))
        for start in stride(from: 0, to: net.inside.count, by: 8) {
            let bits = net.inside[start..<min(start + 8, net.inside.count)]
            bytes.append(bits.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
        }
        for axis in 0..<3 {
            for (vertex, cube) in zip(net.vertices, net.cubes) {
                let place = (vertex[axis] - Float(cube[axis])) * Self.parts
                bytes.append(UInt8(place.rounded()))
            }
        }
    }
}

extension SurfacePacking {
    /// Packs the surfaces of all labels of a map, with about a number of vertices together.
    ///
    /// Labels that enclose others are filled with them: a coarse grid would tear a thin sheet around them.
    init(
        _ values: [UInt8], size: SIMD3<Int>, spacing: SIMD3<Double>, enclosed: [[Int]],
        vertices: Int
    ) {
        let extents = LabelExtent.all(values, size: size, count: enclosed.count)
        var shapes = extents.enumerated().filter { !$1.isEmpty }.map { label, extent in
            Shape(label: label, values: values, code: UInt8(label + 1), extent: extent)
        }
        for index in shapes.indices where !enclosed[shapes[index].label].isEmpty {
            shapes[index].fill(with: enclosed[shapes[index].label], size: size)
        }
        let limits = Self.limits(shapes, vertices: vertices)
        for shape in shapes {
            let field = LabelField.fitting(
                shape.code, in: shape.values, size: size, spacing: spacing, extent: shape.extent,
                vertices: shape.isFilled ? limits.filled : limits.others)
            append(SurfaceNet(field), of: field, label: shape.label, spacing: spacing)
        }
    }

    /// The vertices of filled labels and of others: a third goes to the filled ones, which few look at, if there are
    /// any.
    private static func limits(_ shapes: [Shape], vertices: Int) -> (filled: Int, others: Int) {
        let filled = shapes.filter(\.isFilled).map(\.extent)
        let third = filled.isEmpty ? 0 : vertices / 3
        return (
            LabelExtent.vertexLimit(filled, vertices: third),
            LabelExtent.vertexLimit(
                shapes.filter { !$0.isFilled }.map(\.extent), vertices: vertices - third)
        )
    }
}

/// A label, or one filled with those that it encloses, around which a surface is drawn.
private struct Shape {
    let label: Int
    var values: [UInt8]
    /// The value of the voxels within.
    var code: UInt8
    var extent: LabelExtent
    var isFilled = false

    mutating func fill(with others: [Int], size: SIMD3<Int>) {
        var isWithin = [UInt8](repeating: 0, count: 256)
        for other in [label] + others { isWithin[other + 1] = 1 }
        values = values.map { isWithin[Int($0)] }
        code = 1
        extent = LabelExtent.all(values, size: size, count: 1)[0]
        isFilled = true
    }
}

/// The length in mm, rounded to a micrometre.
private func rounded(_ length: Double) -> Double { (length * 1000).rounded() / 1000 }

extension SIMD3 {
    var elements: [Scalar] { [x, y, z] }
}
