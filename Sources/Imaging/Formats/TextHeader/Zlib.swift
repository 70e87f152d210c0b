/// Zlib streams in memory, RFC 1950.
enum Zlib {
    /// Decompresses a stream that fills all of its input, and returns how many bytes it has.
    ///
    /// Nil where the output has no room for them.
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
