/// The header of a NIfTI-1, NIfTI-2 or Analyze 7.5 image, as it stands in the file.
///
/// Formats: `nifti1.h` and `nifti2.h` of the NIfTI Data Format Working Group; Analyze as SPM wrote it.
struct NIfTIHeader {
    enum Version {
        case analyze, nifti1, nifti2
    }

    var version: Version
    var isBigEndian: Bool
    /// True if the samples lie in a second file.
    var isPair: Bool
    var dataType: Int
    var bitsPerSample: Int
    /// The number of axes, and the lengths of seven.
    var dimensions: [Int]
    /// The sign of the third axis of the qform, and the spacing of seven axes.
    var spacing: [Double]
    var dataOffset: Double
    var slope: Double
    var intercept: Double
    var units = 0
    var intent = 0
    var qformCode = 0
    var sformCode = 0
    var quaternion: [Double] = [0, 0, 0]
    var quaternionOffset: [Double] = [0, 0, 0]
    /// Three rows of four numbers.
    var sform: [[Double]] = []
    /// SPM's voxel at the origin, counted from 1, in Analyze files.
    var originVoxel: [Int] = [0, 0, 0]
    /// The code of the first extension, where there is one.
    var firstExtension: Int?

    static let size1 = 348
    static let size2 = 540
}

// MARK: - Recognition

extension NIfTIHeader {
    /// The version and byte order of the header in the first bytes; nil for other files.
    static func recognise(_ head: [UInt8]) -> (version: Version, isBigEndian: Bool, isPair: Bool)? {
        for isBigEndian in [false, true] {
            let reader = ByteReader(bytes: head, isBigEndian: isBigEndian)
            switch try? reader.int32(at: 0) {
            case size1:
                if reader.holds("n+1\0", at: 344) { return (.nifti1, isBigEndian, false) }
                if reader.holds("ni1\0", at: 344) { return (.nifti1, isBigEndian, true) }
                return (.analyze, isBigEndian, true)
            case size2:
                // Behind the magic stand characters that a transfer as text would change.
                if reader.holds("n+2\0\r\n\u{1A}\n", at: 4) { return (.nifti2, isBigEndian, false) }
                if reader.holds("ni2\0\r\n\u{1A}\n", at: 4) { return (.nifti2, isBigEndian, true) }
            default: break
            }
        }
        return nil
    }
}

// MARK: - Fields

extension NIfTIHeader {
    /// Reads the fields of a file's first bytes; throws ``ImageFault/unknownFormat`` for other files.
    init(_ head: [UInt8]) throws(ImageFault) {
        guard let kind = Self.recognise(head) else { throw .unknownFormat }
        let size = kind.version == .nifti2 ? Self.size2 : Self.size1
        guard head.count >= size else { throw .truncated(expected: size, actual: head.count) }
        let reader = ByteReader(bytes: head, isBigEndian: kind.isBigEndian)
        if kind.version == .nifti2 {
            try self.init(nifti2: reader, isPair: kind.isPair)
        } else {
            try self.init(nifti1: reader, version: kind.version, isPair: kind.isPair)
        }
    }

    private init(
        nifti1 reader: ByteReader, version: Version, isPair: Bool
    ) throws(ImageFault) {
        self.version = version
        self.isBigEndian = reader.isBigEndian
        self.isPair = isPair
        dimensions = try reader.row(8, at: 40, stride: 2, reader.int16)
        dataType = try reader.int16(at: 70)
        bitsPerSample = try reader.int16(at: 72)
        spacing = try reader.row(8, at: 76, stride: 4, reader.float)
        dataOffset = try reader.float(at: 108)
        slope = try reader.float(at: 112)
        guard version == .nifti1 else {
            // Here Analyze has fields without a use, in which SPM keeps the scale of the samples and the origin.
            intercept = 0
            originVoxel = try reader.row(3, at: 253, stride: 2, reader.int16)
            return
        }
        intercept = try reader.float(at: 116)
        intent = try reader.int16(at: 68)
        units = Int(try reader.integer(UInt8.self, at: 123))
        qformCode = try reader.int16(at: 252)
        sformCode = try reader.int16(at: 254)
        quaternion = try reader.row(3, at: 256, stride: 4, reader.float)
        quaternionOffset = try reader.row(3, at: 268, stride: 4, reader.float)
        for row in 0..<3 {
            sform.append(try reader.row(4, at: 280 + 16 * row, stride: 4, reader.float))
        }
        firstExtension = Self.firstExtension(reader, at: Self.size1)
    }

    private init(nifti2 reader: ByteReader, isPair: Bool) throws(ImageFault) {
        version = .nifti2
        isBigEndian = reader.isBigEndian
        self.isPair = isPair
        dataType = try reader.int16(at: 12)
        bitsPerSample = try reader.int16(at: 14)
        dimensions = try reader.row(8, at: 16, stride: 8, reader.int64)
        spacing = try reader.row(8, at: 104, stride: 8, reader.double)
        dataOffset = Double(try reader.int64(at: 168))
        slope = try reader.double(at: 176)
        intercept = try reader.double(at: 184)
        qformCode = try reader.int32(at: 344)
        sformCode = try reader.int32(at: 348)
        quaternion = try reader.row(3, at: 352, stride: 8, reader.double)
        quaternionOffset = try reader.row(3, at: 376, stride: 8, reader.double)
        for row in 0..<3 {
            sform.append(try reader.row(4, at: 400 + 32 * row, stride: 8, reader.double))
        }
        units = try reader.int32(at: 500)
        intent = try reader.int32(at: 504)
        firstExtension = Self.firstExtension(reader, at: Self.size2)
    }

    /// Behind the header: a byte that says whether extensions follow; each begins with its size and code.
    private static func firstExtension(_ reader: ByteReader, at offset: Int) -> Int? {
        guard let flag = try? reader.integer(UInt8.self, at: offset), flag != 0 else { return nil }
        return try? reader.int32(at: offset + 8)
    }
}

/// Codes of sample types in NIfTI and Analyze headers, `nifti1.h`.
enum NIfTIDataType {
    static let codes: [(code: Int, type: SampleType)] = [
        (2, .uint8), (4, .int16), (8, .int32), (16, .float32), (64, .float64), (256, .int8),
        (512, .uint16), (768, .uint32), (1024, .int64), (1280, .uint64),
    ]

    private static let otherKinds = [
        1: "1-bit", 32: "complex64", 128: "RGB colour", 1536: "float128", 1792: "complex128",
        2048: "complex256", 2304: "RGBA colour",
    ]

    /// The sample type of a header, whose two fields must agree.
    static func sampleType(code: Int, bits: Int) throws(ImageFault) -> SampleType {
        guard let type = codes.first(where: { $0.code == code })?.type else {
            throw otherKinds[code].map { .sampleKind($0) } ?? .unknownSampleType(code: code)
        }
        guard bits == type.size * 8 else { throw .bitsPerSample(type, bits: bits) }
        return type
    }

    static func code(of type: SampleType) -> Int {
        codes.first { $0.type == type }?.code ?? 0
    }
}
