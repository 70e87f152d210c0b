/// Where the samples of an NRRD or MetaImage file lie and what they must be, from its header.
struct StoredSamples {
    enum Compression {
        case none, gzip, zlib
    }

    /// Lengths of all axes, components too.
    var shape: [Int]
    var type: SampleType
    var compression: Compression
    /// The file that holds them.
    var path: String
    /// Where they begin in the file, after compression where there is one; nil where they end with the file.
    var offset: Int?
    /// Lines to be skipped from there on.
    var lines = 0
    /// Bytes to be skipped of what was decompressed; nil where the samples are its end.
    var innerOffset: Int? = 0

    var byteCount: Int { shape.reduce(type.size, *) }
}

extension StoredSamples {
    /// Makes sure that the file holds exactly what the header announces, with right checksums.
    func check() throws(ImageError) {
        let file = try InputFile(path)
        let start = try start(in: file)
        switch compression {
        case .none: try checkPlain(from: start, to: file.size)
        case .gzip, .zlib: try checkCompressed(file, from: start)
        }
    }

    private func start(in file: InputFile) throws(ImageError) -> Int {
        guard var start = offset else { return max(0, file.size - byteCount) }
        guard start <= file.size else { throw truncated(expected: start, actual: file.size) }
        guard lines > 0 else { return start }
        let head = try file.head(TextHeader.largestSize)
        for _ in 0..<lines {
            guard start < head.count, let end = head[start...].firstIndex(of: UInt8(ascii: "\n"))
            else { throw ImageError(file: path, fault: .header(.lineSkip(lines))) }
            start = end + 1
        }
        return start
    }

    private func checkPlain(from start: Int, to end: Int) throws(ImageError) {
        guard end - start >= byteCount else {
            throw truncated(expected: start + byteCount, actual: end)
        }
        guard end - start == byteCount else {
            throw ImageError(file: path, fault: .surplus(expected: start + byteCount))
        }
    }

    /// Decompresses once for the checksum, ahead of ITK, which does not look at it.
    private func checkCompressed(_ file: InputFile, from start: Int) throws(ImageError) {
        let most = (file.size - start).multipliedReportingOverflow(by: Gzip.largestRatio)
        let (expected, overflow) = byteCount.addingReportingOverflow(innerOffset ?? 0)
        guard !most.overflow, !overflow, expected <= most.partialValue else {
            throw truncated(expected: expected, actual: most.partialValue)
        }
        let compressed = try SampleBuffer.memory(for: path, byteCount: file.size - start)
        try file.read(into: compressed.bytes, from: start)
        var room = expected
        while true {
            let output = try SampleBuffer.memory(for: path, byteCount: room)
            let count = try naming(path) { () throws(ImageFault) in
                try decompress(UnsafeRawBufferPointer(compressed.bytes), into: output.bytes)
            }
            if let count {
                guard count >= expected else { throw truncated(expected: expected, actual: count) }
                return
            }
            guard innerOffset == nil, room < most.partialValue else {
                throw ImageError(file: path, fault: .surplus(expected: expected))
            }
            room = min(most.partialValue, room * 2)
        }
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
