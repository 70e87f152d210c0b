internal import Glibc

/// The place and form of the samples of an NRRD or MetaImage file, from its header.
struct StoredSamples {
    enum Compression {
        case none, gzip, zlib
    }

    /// Lengths of all axes, components too, the first fastest in memory.
    var shape: [Int]
    var type: SampleType
    var isBigEndian: Bool
    var compression: Compression
    /// The file that holds them.
    var path: String
    /// The offset of the samples, or of their compressed stream; nil if they end with the file.
    var offset: Int?
    /// Lines to be skipped from there on.
    var lines = 0
    /// Bytes to skip of the decompressed content; nil if the samples are its end.
    var innerOffset: Int? = 0

    var byteCount: Int { shape.reduce(type.size, *) }
}

extension StoredSamples {
    /// The samples, of which the file must hold exactly as many as the header announces, with right checksums.
    func read() throws(ImageError) -> SampleBuffer {
        let file = try InputFile(path)
        let start = try start(in: file)
        let buffer =
            switch compression {
            case .none: try readPlain(file, from: start)
            case .gzip, .zlib: try readCompressed(file, from: start)
            }
        if isBigEndian { buffer.swapBytes(sampleSize: type.size) }
        return buffer
    }

    private func start(in file: InputFile) throws(ImageError) -> Int {
        guard var start = offset else { return max(0, file.size - byteCount) }
        guard start <= file.size else { throw truncated(expected: start, actual: file.size) }
        guard lines > 0 else { return start }
        let head = try file.head(TextHeader.maxSize)
        for _ in 0..<lines {
            guard start < head.count, let end = head[start...].firstIndex(of: UInt8(ascii: "\n"))
            else { throw ImageError(file: path, fault: .header(.lineSkip(lines))) }
            start = end + 1
        }
        return start
    }

    private func readPlain(_ file: InputFile, from start: Int) throws(ImageError) -> SampleBuffer {
        guard file.size - start >= byteCount else {
            throw truncated(expected: start + byteCount, actual: file.size)
        }
        guard file.size - start == byteCount else {
            throw ImageError(file: path, fault: .surplus(expected: start + byteCount))
        }
        let buffer = try SampleBuffer.memory(for: path, byteCount: byteCount)
        try file.read(into: buffer.bytes, from: start)
        return buffer
    }

    private func readCompressed(
        _ file: InputFile, from start: Int
    ) throws(ImageError) -> SampleBuffer {
        let maximum = (file.size - start).multipliedReportingOverflow(by: Gzip.maxRatio)
        let (expected, overflow) = byteCount.addingReportingOverflow(innerOffset ?? 0)
        guard !maximum.overflow, !overflow, expected <= maximum.partialValue else {
            throw truncated(expected: expected, actual: maximum.partialValue)
        }
        let compressed = try SampleBuffer.memory(for: path, byteCount: file.size - start)
        try file.read(into: compressed.bytes, from: start)
        var room = expected
        while true {
            let output = try SampleBuffer.memory(for: path, byteCount: room)
            let count = try naming(path) { () throws(ImageFault) in
                try compressed.withBytes { bytes throws(ImageFault) in
                    try decompress(bytes, into: output.bytes)
                }
            }
            if let count {
                guard count >= expected else { throw truncated(expected: expected, actual: count) }
                return try part(of: output, at: innerOffset ?? (count - byteCount))
            }
            guard innerOffset == nil, room < maximum.partialValue else {
                throw ImageError(file: path, fault: .surplus(expected: expected))
            }
            room = min(maximum.partialValue, room * 2)
        }
    }

    /// A copy where the samples do not begin with the memory, for they must be aligned.
    private func part(of output: SampleBuffer, at start: Int) throws(ImageError) -> SampleBuffer {
        guard start > 0 else { return output }
        let buffer = try SampleBuffer.memory(for: path, byteCount: byteCount)
        output.withBytes { bytes in
            let samples = bytes[start..<start + byteCount]
            buffer.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: samples))
        }
        return buffer
    }

    private func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ImageFault) -> Int? {
        switch compression {
        case .zlib: try Zlib.decompress(input, into: output)
        case .gzip, .none: try Gzip.decompress(input, into: output)
        }
    }

    private func truncated(expected: Int, actual: Int) -> ImageError {
        ImageError(file: path, fault: .truncated(expected: expected, actual: actual))
    }
}

/// The file of samples that a header names.
enum DataFile {
    /// The path of a file in the header's folder, or deeper.
    ///
    /// A header from someone else must not be able to make an image of any file of this machine, so no other place is
    /// taken. Lists and patterns of files, which both formats know, are refused too: the pattern would go to `sprintf`.
    static func path(of name: String, besides header: String) throws(ImageFault) -> String {
        guard !name.isEmpty, name.uppercased().split(separator: " ").first != "LIST",
            !name.contains("%")
        else { throw .header(.severalFiles(name)) }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.hasPrefix("/"), !parts.contains("..") else { throw .header(.outside(name)) }
        let folder = header.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let path = (folder + parts).joined(separator: "/")
        guard access(path, F_OK) == 0 else { throw .partner(missing: path) }
        return path
    }
}
