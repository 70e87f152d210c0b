internal import CITK

/// The header of an image file as ITK understands it.
///
/// ITK itself is lax: 5.2 and 5.4 take a MetaImage whose compressed samples are damaged without an error. So files are
/// checked before they come here, and ITK works in a process of its own.
struct ITKImage {
    private let header: citk_header

    /// Reads the header of a file.
    init(_ path: String, format: citk_format) throws(ImageError) {
        var report = citk_report()
        let status = citk_read(path, format, &report)
        header = report.header
        if let fault = status.fault(report) { throw ImageError(file: path, fault: fault) }
    }
}

extension ITKImage {
    /// Lengths of the axes, without components.
    var size: [Int] {
        withUnsafeBytes(of: header.size) { bytes in
            bytes.bindMemory(to: UInt64.self).prefix(Int(header.rank)).map { Int(clamping: $0) }
        }
    }

    var components: Int { Int(header.components) }

    /// How samples are stored; only real numbers are images.
    func sampleType() throws(ImageFault) -> SampleType {
        switch header.pixel {
        case .CITK_SCALAR, .CITK_LIST: break
        case .CITK_COLOUR: throw .sampleKind(components == 4 ? "RGBA colour" : "RGB colour")
        case .CITK_COMPLEX: throw .sampleKind("complex")
        case .CITK_TENSOR: throw .sampleKind("tensor")
        case .CITK_OTHER_PIXEL: throw .sampleKind("other")
        }
        guard let type = SampleType(header.sample) else { throw .sampleKind("long double") }
        return type
    }

    /// From voxels to mm.
    func affine() throws(ImageFault) -> Affine {
        let spacing = [header.spacing.0, header.spacing.1, header.spacing.2]
        for axis in 0..<min(3, size.count) where !(spacing[axis] > 0 && spacing[axis].isFinite) {
            throw .spacing(axis: axis + 1, spacing[axis])
        }
        let (x, y, z) = header.direction
        let affine = Affine(
            x: SIMD3(x.0, x.1, x.2) * spacing[0], y: SIMD3(y.0, y.1, y.2) * spacing[1],
            z: SIMD3(z.0, z.1, z.2) * spacing[2],
            origin: SIMD3(header.origin.0, header.origin.1, header.origin.2)
        ).turnedFromLPS
        guard affine.isInvertible, !header.mixes_space else { throw .affine(name: "direction") }
        return affine
    }
}

extension Affine {
    /// The same place, of a map whose first two coordinates run towards left and posterior, as ITK's and DICOM's do.
    var turnedFromLPS: Affine {
        func turned(_ vector: SIMD3<Double>) -> SIMD3<Double> {
            vector * [-1, -1, 1] + [0, 0, 0]  // which makes 0 of -0
        }
        return Affine(x: turned(x), y: turned(y), z: turned(z), origin: turned(origin))
    }
}

extension SampleType {
    init?(_ sample: citk_sample) {
        switch sample {
        case .CITK_UINT8: self = .uint8
        case .CITK_INT8: self = .int8
        case .CITK_UINT16: self = .uint16
        case .CITK_INT16: self = .int16
        case .CITK_UINT32: self = .uint32
        case .CITK_INT32: self = .int32
        case .CITK_UINT64: self = .uint64
        case .CITK_INT64: self = .int64
        case .CITK_FLOAT32: self = .float32
        case .CITK_FLOAT64: self = .float64
        case .CITK_OTHER_SAMPLE: return nil
        }
    }
}
