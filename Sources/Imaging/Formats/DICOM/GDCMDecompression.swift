internal import CGDCM
internal import Glibc
internal import SegNASHost

/// Decompression by GDCM, in a separate process: it ends its process on data that are cut short.
enum GDCMDecompression {
    /// Decompresses parts of DICOM files of the same size, each behind a header, into shared memory, one after
    /// another.
    static func decompress(
        _ images: [(path: String, header: [UInt8], bytes: Range<Int>)], _ type: SampleType,
        into buffer: SampleBuffer
    ) throws(ImageError) {
        var report = cgdcm_report()
        let strings = images.map { strdup($0.path) }
        let headers = images.map { image in
            let copy = UnsafeMutableRawBufferPointer.allocate(
                byteCount: image.header.count, alignment: 1)
            copy.copyBytes(from: image.header)
            return copy
        }
        defer {
            for string in strings { free(string) }
            for header in headers { header.deallocate() }
        }
        let parts = images.indices.map { index in
            cgdcm_image(
                header: headers[index].baseAddress, header_bytes: headers[index].count,
                path: strings[index], offset: UInt64(images[index].bytes.lowerBound),
                bytes: UInt64(images[index].bytes.count))
        }
        let status = cgdcm_decompress(
            parts, parts.count, cgdcm_sample(type), buffer.bytes.baseAddress,
            buffer.bytes.count / images.count, &report)
        if let fault = status.fault(report) {
            throw ImageError(file: images[report.file].path, fault: fault)
        }
    }
}

extension cgdcm_status {
    /// The fault of a failed decompression.
    func fault(_ report: cgdcm_report) -> ImageFault? {
        switch self {
        case .CGDCM_OK: nil
        case .CGDCM_REFUSED: .refusedByGDCM(report.words)
        case .CGDCM_CRASHED: .crashedGDCM(signal: report.signal)
        case .CGDCM_NO_PROCESS: .system(SystemFailure(code: report.code).description)
        }
    }
}

extension cgdcm_report {
    fileprivate var words: String {
        withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension SampleBuffer {
    /// New memory that GDCM's process can fill, zero before.
    static func shared(for path: String, byteCount: Int) throws(ImageError) -> SampleBuffer {
        guard let memory = cgdcm_allocate(byteCount) else {
            throw ImageError(file: path, fault: .outOfMemory(bytes: byteCount))
        }
        return SampleBuffer(UnsafeMutableRawBufferPointer(start: memory, count: byteCount)) {
            cgdcm_free(memory, byteCount)
        }
    }
}

extension cgdcm_sample {
    fileprivate init(_ type: SampleType) {
        switch type {
        case .uint8: self = .CGDCM_UINT8
        case .int8: self = .CGDCM_INT8
        case .uint16: self = .CGDCM_UINT16
        case .int16: self = .CGDCM_INT16
        case .uint32: self = .CGDCM_UINT32
        case .int32: self = .CGDCM_INT32
        case .uint64: self = .CGDCM_UINT64
        case .int64: self = .CGDCM_INT64
        case .float32: self = .CGDCM_FLOAT32
        case .float64: self = .CGDCM_FLOAT64
        }
    }
}

/// The compressed pixels of slices, each behind a header that says no more than how they are compressed.
///
/// GDCM is kept from what it would make of the other attributes. The elements of the files have been followed to
/// their ends before.
enum DICOMStream {
    /// The pixels of slices as they are stored, of the same size and type, one slice after the other.
    static func decompress(_ slices: [DICOMSlice]) throws(ImageError) -> SampleBuffer {
        let byteCount = slices[0].byteCount
        let buffer = try SampleBuffer.shared(
            for: slices[0].path, byteCount: slices.count * byteCount)
        let parts = slices.map { ($0.path, header: header(of: $0), bytes: $0.pixels) }
        try GDCMDecompression.decompress(parts, slices[0].encoding.storedType, into: buffer)
        return buffer
    }

    /// The file's beginning, up to the fragments of the pixels; the table of their places is empty.
    static func header(of slice: DICOMSlice) -> [UInt8] {
        let encoding = slice.encoding
        let meta =
            element(.kindOfFile, "UI", text(mrImage))
            + element(.transferSyntax, "UI", text(slice.compression?.uid ?? ""))
        let length = element(
            DICOMTag(group: 2, element: 0), "UL", bytes(UInt32(meta.count)))
        let numbers: [(DICOMTag, Int)] = [
            (.rows, slice.size.y), (.columns, slice.size.x),
            (.bitsAllocated, encoding.bitsAllocated), (.bitsStored, encoding.bitsStored),
            (.highBit, encoding.bitsStored - 1), (.representation, encoding.isSigned ? 1 : 0),
        ]
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length + meta
            + element(.kind, "UI", text(mrImage))
            + element(.samplesPerPixel, "US", bytes(UInt16(1)))
            + element(.photometric, "CS", text("MONOCHROME2 "))
            + numbers.flatMap { element($0, "US", bytes(UInt16($1))) }
            + number(.pixelData) + Array("OB".utf8) + [0, 0] + bytes(UInt32.max)
            + number(DICOMElements.item) + bytes(UInt32(0))
    }

    private static let mrImage = "1.2.840.10008.5.1.4.1.1.4"

    private static func element(_ tag: DICOMTag, _ kind: String, _ value: [UInt8]) -> [UInt8] {
        number(tag) + Array(kind.utf8) + bytes(UInt16(value.count)) + value
    }

    private static func number(_ tag: DICOMTag) -> [UInt8] {
        bytes(UInt16(tag.group)) + bytes(UInt16(tag.element))
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func text(_ text: String) -> [UInt8] {
        Array(text.utf8) + (text.utf8.count % 2 == 1 ? [0] : [])
    }
}
