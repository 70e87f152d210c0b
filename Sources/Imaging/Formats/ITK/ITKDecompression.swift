internal import CITK
internal import Glibc
internal import SegNASHost

/// What GDCM, through ITK, does for us, in a process of its own: it ends its process on data that are cut short.
enum ITKDecompression {
    /// Decompresses parts of DICOM files of the same size, each behind a header, into memory of ITK's, one after the other.
    static func decompress(
        _ images: [(path: String, header: [UInt8], bytes: Range<Int>)], _ type: SampleType,
        into buffer: SampleBuffer
    ) throws(ImageError) {
        var report = citk_report()
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
            citk_dicom(
                header: headers[index].baseAddress, header_bytes: headers[index].count,
                path: strings[index], offset: UInt64(images[index].bytes.lowerBound),
                bytes: UInt64(images[index].bytes.count))
        }
        let status = citk_decompress(
            parts, parts.count, citk_sample(type), buffer.bytes.baseAddress,
            buffer.bytes.count / images.count, &report)
        if let fault = status.fault(report) {
            throw ImageError(file: images[report.file].path, fault: fault)
        }
    }
}

extension citk_status {
    /// What went wrong.
    func fault(_ report: citk_report) -> ImageFault? {
        switch self {
        case .CITK_OK: nil
        case .CITK_REFUSED: .refusedByITK(report.words)
        case .CITK_CRASHED: .crashedITK(signal: report.signal)
        case .CITK_NO_PROCESS: .system(SystemFailure(code: report.code).description)
        }
    }
}

extension citk_report {
    fileprivate var words: String {
        withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension SampleBuffer {
    /// New memory that ITK's process can fill, zero before.
    static func itk(for path: String, byteCount: Int) throws(ImageError) -> SampleBuffer {
        guard let memory = citk_allocate(byteCount) else {
            throw ImageError(file: path, fault: .outOfMemory(bytes: byteCount))
        }
        return SampleBuffer(UnsafeMutableRawBufferPointer(start: memory, count: byteCount)) {
            citk_free(memory, byteCount)
        }
    }
}

extension citk_sample {
    fileprivate init(_ type: SampleType) {
        switch type {
        case .uint8: self = .CITK_UINT8
        case .int8: self = .CITK_INT8
        case .uint16: self = .CITK_UINT16
        case .int16: self = .CITK_INT16
        case .uint32: self = .CITK_UINT32
        case .int32: self = .CITK_INT32
        case .uint64: self = .CITK_UINT64
        case .int64: self = .CITK_INT64
        case .float32: self = .CITK_FLOAT32
        case .float64: self = .CITK_FLOAT64
        }
    }
}
