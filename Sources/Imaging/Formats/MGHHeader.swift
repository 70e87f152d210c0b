/// The header of FreeSurfer's `.mgh` and `.mgz` files, which is big-endian.
///
/// Format: https://surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat
struct MGHHeader {
    /// Three axes, and frames.
    private let dimensions: [Int]
    private let typeCode: Int
    /// True if the file says where its voxels lie.
    private let hasGeometry: Bool
    private let spacing: [Double]
    /// The directions of the three axes, one after the other.
    private let directions: [Double]
    private let centre: [Double]

    /// The offset of the samples.
    private static let size = 284
    private static let types: [Int: SampleType] = [
        0: .uint8, 1: .int32, 3: .float32, 4: .int16, 10: .uint16,
    ]

    /// The format has no magic but its version, which is always 1.
    static func recognise(_ head: [UInt8]) -> Bool {
        head.starts(with: [0, 0, 0, 1])
    }

    init(_ head: [UInt8]) throws(ImageFault) {
        let reader = ByteReader(bytes: head, isBigEndian: true)
        dimensions = try reader.row(4, at: 4, stride: 4, reader.int32)
        typeCode = try reader.int32(at: 20)
        hasGeometry = try reader.int16(at: 28) != 0
        spacing = try reader.row(3, at: 30, stride: 4, reader.float)
        directions = try reader.row(9, at: 42, stride: 4, reader.float)
        centre = try reader.row(3, at: 78, stride: 4, reader.float)
    }

    /// The checked layout; parameters of the scan may follow the samples.
    func layout() throws(ImageFault) -> ImageLayout {
        guard let type = Self.types[typeCode] else { throw .unknownSampleType(code: typeCode) }
        var shape = try ImageLayout.checkedShape(dimensions, type: type)
        // The format always has four axes.
        if shape[3] == 1 { shape.removeLast() }
        return ImageLayout(
            shape: shape, affine: try affine(), type: type, isBigEndian: true, offset: Self.size,
            allowsMore: true)
    }

    private func affine() throws(ImageFault) -> Affine {
        let affine = try hasGeometry ? storedAxes() : Self.coronal
        let size = SIMD3(Double(dimensions[0]), Double(dimensions[1]), Double(dimensions[2]))
        let middle = hasGeometry ? SIMD3(centre[0], centre[1], centre[2]) : .zero
        let placed = Affine(
            x: affine.x, y: affine.y, z: affine.z, origin: middle - affine.linear(size / 2))
        guard placed.isInvertible else { throw .affine(name: "set of directions") }
        return placed
    }

    private func storedAxes() throws(ImageFault) -> Affine {
        for axis in 0..<3 where !(spacing[axis] > 0 && spacing[axis].isFinite) {
            throw .spacing(axis: axis + 1, spacing[axis])
        }
        let axes = (0..<3).map { axis in
            SIMD3(directions[3 * axis], directions[3 * axis + 1], directions[3 * axis + 2])
                * spacing[axis]
        }
        return Affine(x: axes[0], y: axes[1], z: axes[2])
    }

    /// FreeSurfer's assumption for a file without geometry: coronal slices of 1 mm.
    private static let coronal = Affine(x: [-1, 0, 0], y: [0, 0, -1], z: [0, 1, 0])
}

extension MGHHeader {
    /// Reads an MGH image, of which a file's content is at hand.
    static func read(_ content: ImageContent) throws(ImageError) -> (Volume, [ImageRemark]) {
        let (header, layout) = try naming(content.path) { () throws(ImageFault) in
            let header = try MGHHeader(content.head)
            return (header, try header.layout())
        }
        return (try layout.volume(of: content), header.remarks)
    }

    private var remarks: [ImageRemark] {
        guard hasGeometry else { return [.header(.coronalSlices)] }
        let lengths = (0..<3).map { SIMD3(padding: Array(directions[(3 * $0)...])).length }
        let areUnit = lengths.allSatisfy { abs($0 - 1) < 1e-3 }
        return areUnit ? [] : [.header(.directionLengths(lengths))]
    }
}
