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
