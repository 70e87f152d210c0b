internal import CXXHash
import Glibc

/// An error in reading a small text file.
public enum TextFileFault: Error, Hashable, Sendable {
    /// The system cannot read it.
    case system(SystemFailure)
    case tooLarge(limit: Int)
    case notUTF8
}

extension TextFileFault {
    package var isMissingFile: Bool { self == .system(SystemFailure(code: ENOENT)) }
}

extension TextFileFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .system(let reason): "cannot be read: \(reason)"
        case .tooLarge(let limit): "is larger than \(limit / 1024) KiB: is it the right file?"
        case .notUTF8: "is not UTF-8 text; save it as UTF-8, or is it the right file?"
        }
    }
}

/// The limit in bytes for files that people write, so that a wrong path does not fill memory.
package let textFileLimit = 65_536

/// Reads a small file of UTF-8 text.
package func readText(at path: String, limit: Int = textFileLimit) throws(TextFileFault) -> String {
    guard let file = fopen(path, "r") else { throw .system(.last) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    // Piece by piece: memory for the limit would cost more than most files.
    var piece = [UInt8](repeating: 0, count: textFileLimit)
    while bytes.count <= limit {
        let count = fread(&piece, 1, piece.count, file)
        guard ferror(file) == 0 else { throw .system(.last) }
        guard count > 0 else { break }
        bytes += piece[..<count]
    }
    guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
    // Windows editors begin a file with a byte-order mark.
    return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
}

/// Replaces a file by a text, which appears whole or not at all.
package func replaceText(at path: String, by text: String) throws(SystemFailure) {
    let file = try AtomicFile(path: path)
    try file.append(Array(text.utf8))
    try file.publish()
}

/// Appends a line to a file, which is on disk afterwards; a missing file is created.
///
/// A line that could not be written whole does not spoil the next one.
package func appendLine(_ line: String, to path: String) throws(SystemFailure) {
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    let text = (endsInLine(descriptor) ? "\n" : "") + line + "\n"
    try Array(text.utf8).withUnsafeBufferPointer { bytes throws(SystemFailure) in
        try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
    }
    guard fsync(descriptor) == 0 else { throw .last }
}

/// Appends bytes to a file, which the system writes to the disk in its time; a missing file is created.
package func appendBytes(_ bytes: [UInt8], to path: String) throws(SystemFailure) {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    try bytes.withUnsafeBufferPointer { bytes throws(SystemFailure) in
        try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor)
    }
}

/// True if a file ends in the middle of a line.
private func endsInLine(_ descriptor: Int32) -> Bool {
    let end = lseek(descriptor, 0, SEEK_END)
    var last: UInt8 = 0
    return end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != UInt8(ascii: "\n")
}

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

    /// Digests the UTF-8 of a text.
    package init(ofText content: String) {
        self.init(ofBytes: Array(content.utf8))
    }

    package init(ofBytes content: [UInt8]) {
        let stream = DigestStream()
        content.withUnsafeBytes { stream.add($0) }
        (text, bytes) = (stream.text, content.count)
    }
}

/// A ``ContentDigest`` of bytes that come in pieces.
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

    /// The digest of all bytes added so far.
    package var halves: (low: UInt64, high: UInt64) {
        let hash = XXH3_128bits_digest(state)
        return (hash.low64, hash.high64)
    }

    /// 32 hexadecimal digits.
    package var text: String {
        padded(halves.high, to: 16, radix: 16) + padded(halves.low, to: 16, radix: 16)
    }
}
