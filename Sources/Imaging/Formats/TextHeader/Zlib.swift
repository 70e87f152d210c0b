internal import CDeflate

/// Zlib streams in memory, RFC 1950, over libdeflate, which checks their checksums.
enum Zlib {
    /// Decompresses a stream that fills all of its input, and returns how many bytes it has.
    ///
    /// Nil where the output has no room for them.
    static func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ImageFault) -> Int? {
        guard let decompressor = libdeflate_alloc_decompressor() else {
            throw .outOfMemory(bytes: 1 << 16)
        }
        defer { libdeflate_free_decompressor(decompressor) }
        var read = 0
        var written = 0
        let result = libdeflate_zlib_decompress_ex(
            decompressor, input.baseAddress, input.count, output.baseAddress, output.count, &read,
            &written)
        switch result {
        case LIBDEFLATE_SUCCESS where read == input.count: return written
        case LIBDEFLATE_INSUFFICIENT_SPACE: return nil
        default: throw .header(.zlibDamaged)
        }
    }
}
