internal import CITK

/// An image file whose header ITK has read, and whose samples it can read.
///
/// ITK itself is lax: 5.2 and 5.4 take a MetaImage whose compressed samples are damaged without an error, and GDCM, which
/// it reads DICOM with, ends the process on a file that is cut short. So files are checked before they come here.
struct ITKImage: ~Copyable {
    let header: citk_header
    private let image: citk_image

    init(_ path: String, format: citk_format) throws(ImageFault) {
        var header = citk_header()
        var image = citk_image()
        try check(citk_open(path, format, &header, &image))
        self.header = header
        self.image = image
    }

    deinit {
        citk_close(image)
    }

    /// Reads all samples, the components of a voxel beside each other.
    func read(into memory: UnsafeMutableRawBufferPointer) throws(ImageFault) {
        try check(citk_read(image, memory.baseAddress, memory.count))
    }
}

private func check(_ message: UnsafePointer<CChar>?) throws(ImageFault) {
    if let message { throw .refusedByITK(String(cString: message)) }
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

    /// From voxels to mm in RAS; ITK's first two coordinates run the other way (LPS).
    func affine() throws(ImageFault) -> Affine {
        let spacing = [header.spacing.0, header.spacing.1, header.spacing.2]
        for axis in 0..<min(3, size.count) where !(spacing[axis] > 0 && spacing[axis].isFinite) {
            throw .spacing(axis: axis + 1, spacing[axis])
        }
        let ras = SIMD3<Double>(-1, -1, 1)
        let (x, y, z) = header.direction
        let affine = Affine(
            x: SIMD3(x.0, x.1, x.2) * ras * spacing[0], y: SIMD3(y.0, y.1, y.2) * ras * spacing[1],
            z: SIMD3(z.0, z.1, z.2) * ras * spacing[2],
            origin: SIMD3(header.origin.0, header.origin.1, header.origin.2) * ras)
        guard affine.isInvertible, !header.mixes_space else { throw .affine(name: "direction") }
        return affine
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
