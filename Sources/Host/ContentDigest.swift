internal import CXXHash

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The digest of a file's or a text's content: XXH3 with 128 bits, as `xxhsum -H2` prints it.
package struct ContentDigest: Hashable, Sendable {
    /// 32 hexadecimal digits.
    package var text: String
    package var bytes: Int

    /// Reads a file.
    package init(of path: String) throws(SystemFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        let stream = DigestStream()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        bytes = 0
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last }
            guard count > 0 else { break }
            bytes += count
            stream.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        text = stream.text
    }

    /// Of a text's UTF-8.
    package init(ofText content: String) {
        self.init(ofBytes: Array(content.utf8))
    }

    package init(ofBytes content: [UInt8]) {
        let stream = DigestStream()
        content.withUnsafeBytes { stream.add($0) }
        (text, bytes) = (stream.text, content.count)
    }
}

/// The same digest of bytes that come in pieces.
package final class DigestStream {
    private let state: OpaquePointer

    package init() {
        guard let state = XXH3_createState() else { fatalError("no memory for a digest") }
        self.state = state
        XXH3_128bits_reset(state)
    }

    deinit {
        XXH3_freeState(state)
    }

    package func add(_ bytes: UnsafeRawBufferPointer) {
        XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
    }

    /// Of all that was added until now.
    package var halves: (low: UInt64, high: UInt64) {
        let hash = XXH3_128bits_digest(state)
        return (hash.low64, hash.high64)
    }

    /// 32 hexadecimal digits.
    package var text: String {
        padded(halves.high, to: 16, radix: 16) + padded(halves.low, to: 16, radix: 16)
    }
}
