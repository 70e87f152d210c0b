internal import CXXHash
internal import Glibc
package import Host

/// The digest of a file's content: XXH3 with 128 bits, as `xxhsum -H2` prints it.
package struct ContentDigest: Hashable, Sendable {
    /// 32 hexadecimal digits.
    package var text: String
    package var bytes: Int

    /// Reads the file.
    package init(of path: String) throws(SystemFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        guard let state = XXH3_createState() else { throw SystemFailure(code: ENOMEM) }
        defer { XXH3_freeState(state) }
        XXH3_128bits_reset(state)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        bytes = 0
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last }
            guard count > 0 else { break }
            bytes += count
            XXH3_128bits_update(state, buffer, count)
        }
        text = XXH3_128bits_digest(state).text
    }
}
