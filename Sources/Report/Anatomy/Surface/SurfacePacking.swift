internal import Imaging

/// The surfaces of a map's labels in bytes, as the page's script unpacks them.
///
/// For each label in turn: whether each sample is inside, one bit each, the lowest first; then, for x, y and z one after the
/// other, where in its cube each vertex lies, in 32nds. Cubes, and so vertices and quads, follow from the bits.
struct SurfacePacking: Sendable {
    private(set) var nets: [Net] = []
    private(set) var bytes: [UInt8] = []

    /// What the bytes of a label need to be read.
    struct Net: Codable, Equatable, Sendable {
        /// The label's place in the list.
        var label: Int
        /// Samples along each axis.
        var size: [Int]
        /// Where the first sample lies, and how far the next is, in mm from the middle of the first voxel that is shown.
        var origin: [Double]
        var step: [Double]
    }

    /// Parts of a cube's edge.
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
    /// The surfaces of all labels that a map has, with about so many vertices together.
    init(
        _ values: [UInt8], size: SIMD3<Int>, spacing: SIMD3<Double>, labels: Int, vertices: Int
    ) {
        let extents = LabelExtent.all(values, size: size, count: labels)
        let limit = LabelExtent.vertexLimit(extents, vertices: vertices)
        for (index, extent) in extents.enumerated() where !extent.isEmpty {
            let field = LabelField.fitting(
                UInt8(index + 1), in: values, size: size, spacing: spacing, extent: extent,
                vertices: limit)
            append(SurfaceNet(field), of: field, label: index, spacing: spacing)
        }
    }
}

/// To a micrometre.
private func rounded(_ length: Double) -> Double { (length * 1000).rounded() / 1000 }

extension SIMD3 {
    var elements: [Scalar] { [x, y, z] }
}
