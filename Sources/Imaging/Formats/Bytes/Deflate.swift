internal import CDeflate

/// libdeflate's decompressor, which checks the checksums of what it reads.
final class Decompressor {
    private let handle: OpaquePointer

    /// The format around the compressed bytes.
    enum Wrapping {
        /// RFC 1952.
        case gzip
        /// RFC 1950.
        case zlib
    }

    enum End {
        case whole(inputCount: Int, outputCount: Int)
        /// The output has no room for all.
        case full
        case damaged
    }

    init() throws(ImageFault) {
        guard let handle = libdeflate_alloc_decompressor() else {
            throw .outOfMemory(bytes: 1 << 16)
        }
        self.handle = handle
    }

    deinit {
        libdeflate_free_decompressor(handle)
    }

    /// Decompresses the first stream of the input.
    func decompress(
        _ input: UnsafeRawBufferPointer, _ wrapping: Wrapping,
        into output: UnsafeMutableRawBufferPointer
    ) -> End {
        var read = 0
        var written = 0
        let function =
            switch wrapping {
            case .gzip: libdeflate_gzip_decompress_ex
            case .zlib: libdeflate_zlib_decompress_ex
            }
        let result = function(
            handle, input.baseAddress, input.count, output.baseAddress, output.count, &read,
            &written)
        return switch result {
        case LIBDEFLATE_SUCCESS: .whole(inputCount: read, outputCount: written)
        case LIBDEFLATE_INSUFFICIENT_SPACE: .full
        default: .damaged
        }
    }
}

/// Gzip files in memory, RFC 1952, over libdeflate, which checks their checksums.
package enum Gzip {
    /// The most bytes that deflate can make of one: a bound on what a small file can make a reader allocate.
    package static let maxRatio = 1032

    package static func isGzip(_ head: some Collection<UInt8>) -> Bool {
        head.starts(with: [0x1F, 0x8B])
    }

    /// The first bytes of the decompressed content, as many as there are up to a count.
    ///
    /// libdeflate writes in order and stops where the output is full; a block that it copies whole, and so might refuse
    /// whole, has at most 65,535 bytes. This is how it works, not what it promises: whoever decompresses the rest later
    /// must compare.
    static func head(
        of compressed: UnsafeRawBufferPointer, count: Int
    ) throws(ImageFault) -> [UInt8] {
        let room = count + 65_535
        guard let output = SampleBuffer(byteCount: room) else { throw .outOfMemory(bytes: room) }
        output.bytes.initializeMemory(as: UInt8.self, repeating: 0)
        let written = try decompress(compressed, into: output.bytes)
        return output.withBytes { Array($0.prefix(min(written ?? count, count))) }
    }

    /// Decompresses all members of a file, one after the other, and returns how many bytes they have.
    ///
    /// Nil if the output has no room for them.
    package static func decompress(
        _ compressed: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ImageFault) -> Int? {
        let decompressor = try Decompressor()
        var read = 0
        var written = 0
        repeat {
            let input = UnsafeRawBufferPointer(rebasing: compressed[read...])
            // Tapes and some archives pad with zeros; nothing else may follow.
            if read > 0, !isGzip(input) {
                guard input.allSatisfy({ $0 == 0 }) else { throw .gzipSurplus }
                break
            }
            let room = UnsafeMutableRawBufferPointer(rebasing: output[written...])
            switch decompressor.decompress(input, .gzip, into: room) {
            case .whole(let inputCount, let outputCount):
                read += inputCount
                written += outputCount
            case .full: return nil
            case .damaged: throw .gzipDamaged
            }
        } while read < compressed.count
        return written
    }

    /// One member, at a level from 0 to 12 that trades speed for size.
    package static func compress(
        _ bytes: UnsafeRawBufferPointer, level: Int32
    ) throws(ImageFault) -> SampleBuffer {
        guard let compressor = libdeflate_alloc_compressor(level) else {
            throw .outOfMemory(bytes: 1 << 20)
        }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_gzip_compress_bound(compressor, bytes.count)
        guard let output = SampleBuffer(byteCount: bound) else { throw .outOfMemory(bytes: bound) }
        let count = libdeflate_gzip_compress(
            compressor, bytes.baseAddress, bytes.count, output.bytes.baseAddress, bound)
        precondition(count > 0, "libdeflate's own bound is too small")
        return output.part(0..<count)
    }
}

/// Zlib streams in memory, RFC 1950.
enum Zlib {
    /// Decompresses a stream that fills all of its input, and returns how many bytes it has.
    ///
    /// Nil if the output has no room for them.
    static func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ImageFault) -> Int? {
        switch try Decompressor().decompress(input, .zlib, into: output) {
        case .whole(input.count, let count): return count
        case .full: return nil
        case .whole, .damaged: throw .header(.zlibDamaged)
        }
    }
}
