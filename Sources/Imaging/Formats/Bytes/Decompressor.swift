internal import CDeflate

/// libdeflate's decompressor, which checks the checksums of what it reads.
final class Decompressor {
    private let handle: OpaquePointer

    /// What stands around the compressed bytes.
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
