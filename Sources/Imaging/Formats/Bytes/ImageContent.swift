/// The bytes of an image file, decompressed where it is a gzip file.
///
/// The head is known first, and memory for the rest is taken only when the header in it has been checked.
struct ImageContent {
    let path: String
    /// The first bytes: enough for any header and the first of its extensions.
    let head: [UInt8]
    private let source: Source

    private enum Source {
        case plain(InputFile)
        case gzip(SampleBuffer)
    }

    static let headSize = 1024

    init(_ path: String) throws(ImageError) {
        let file = try InputFile(path)
        let start = try file.head(Self.headSize)
        self.path = path
        guard Gzip.isGzip(start) else {
            head = start
            source = .plain(file)
            return
        }
        let compressed = try SampleBuffer.memory(for: path, byteCount: file.size)
        try file.read(into: compressed.bytes, from: 0)
        head = try naming(path) { () throws(ImageFault) in
            try compressed.withBytes { bytes throws(ImageFault) in
                try Gzip.head(of: bytes, count: Self.headSize)
            }
        }
        source = .gzip(compressed)
    }

    /// The first bytes, as many as there are.
    func head(_ count: Int) throws(ImageError) -> [UInt8] {
        switch source {
        case .plain(let file): try file.head(count)
        case .gzip(let compressed):
            try naming(path) { () throws(ImageFault) in
                try compressed.withBytes { bytes throws(ImageFault) in
                    try Gzip.head(of: bytes, count: count)
                }
            }
        }
    }

    /// A part of the content, aligned for any sample, which must be its end unless more is allowed to follow.
    ///
    /// Nothing is allocated for a part that the file cannot hold.
    func part(
        at offset: Int, byteCount: Int, allowingMore: Bool
    ) throws(ImageError) -> SampleBuffer {
        let (end, overflow) = offset.addingReportingOverflow(byteCount)
        guard !overflow else { throw error(.dataOffset(Double(offset))) }
        switch source {
        case .plain(let file):
            guard file.size >= end else {
                throw error(.truncated(expected: end, actual: file.size))
            }
            guard file.size == end || allowingMore else { throw error(.surplus(expected: end)) }
            let buffer = try SampleBuffer.memory(for: path, byteCount: byteCount)
            try file.read(into: buffer.bytes, from: offset)
            return buffer
        case .gzip(let compressed):
            return try compressed.withBytes { bytes throws(ImageError) in
                try part(of: bytes, at: offset, end: end, allowingMore: allowingMore)
            }
        }
    }

    private func part(
        of compressed: UnsafeRawBufferPointer, at offset: Int, end: Int, allowingMore: Bool
    ) throws(ImageError) -> SampleBuffer {
        let maximum = compressed.count * Gzip.maxRatio
        guard end <= maximum else { throw error(.truncated(expected: end, actual: maximum)) }
        var room = end + (allowingMore ? 1 << 16 : 0)
        while true {
            // The header is decompressed in front of the samples, which then begin where vectors do.
            let padding = (64 - offset % 64) % 64
            let buffer = try SampleBuffer.memory(for: path, byteCount: padding + room)
            let output = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[padding...])
            let count = try naming(path) { () throws(ImageFault) in
                try Gzip.decompress(compressed, into: output)
            }
            if let count {
                guard count >= end else { throw error(.truncated(expected: end, actual: count)) }
                guard output.starts(with: head) else { throw error(.gzipDamaged) }
                return buffer.part(padding + offset..<padding + end)
            }
            guard allowingMore, room < maximum else { throw error(.surplus(expected: end)) }
            room = min(maximum, room * 2)
        }
    }

    private func error(_ fault: ImageFault) -> ImageError {
        ImageError(file: path, fault: fault)
    }
}

/// Adds the file's name to the fault that a body throws.
func naming<Result>(
    _ path: String, _ body: () throws(ImageFault) -> Result
) throws(ImageError) -> Result {
    do {
        return try body()
    } catch {
        throw ImageError(file: path, fault: error)
    }
}

/// The checked content of an image's header: enough to make the volume of the bytes.
struct ImageLayout {
    var shape: [Int]
    var affine: Affine
    var forms: NIfTIForms?
    var scaling = Scaling.identity
    var type: SampleType
    var isBigEndian: Bool
    /// The offset of the samples in their file.
    var offset: Int
    /// True if the format has something behind the samples.
    var allowsMore = false

    /// Bytes of all samples; the header's reader has made sure that they can be counted.
    var byteCount: Int { shape.reduce(type.size, *) }

    /// Checks the lengths of axes before anything is computed from them.
    ///
    /// A product that fits in memory's addresses is enough: whether the file holds so much is checked against its size.
    static func checkedShape(_ lengths: [Int], type: SampleType) throws(ImageFault) -> [Int] {
        guard (1...7).contains(lengths.count), lengths.allSatisfy({ $0 > 0 }) else {
            throw .dimensions(lengths)
        }
        var bytes = type.size
        for length in lengths {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            guard !overflow, product < 1 << 48 else { throw .dimensions(lengths) }
            bytes = product
        }
        return lengths
    }

    /// The volume whose samples lie in a file as this says.
    func volume(of content: ImageContent) throws(ImageError) -> Volume {
        let buffer = try content.part(at: offset, byteCount: byteCount, allowingMore: allowsMore)
        if isBigEndian { buffer.swapBytes(sampleSize: type.size) }
        var volume = Volume(
            shape: shape, affine: affine, samples: Samples(buffer, type: type), scaling: scaling)
        volume.forms = forms
        return volume
    }
}
