#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a small text file cannot be read.
public enum TextFileFault: Error, Hashable, Sendable {
    /// The system refuses.
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

/// Files that people write are small; a bound keeps a wrong path from filling memory.
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
    // Windows editors begin a file with a mark that is not part of its text.
    return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
}

/// Writes a text that appears whole or not at all, in the place of the file before.
package func replaceText(at path: String, by text: String) throws(SystemFailure) {
    let file = try AtomicFile(path: path)
    try file.append(Array(text.utf8))
    try file.publish()
}

/// Adds a line to a file, which is on disk afterwards; a file that does not exist is made.
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

/// Whether a file ends in the middle of a line.
private func endsInLine(_ descriptor: Int32) -> Bool {
    let end = lseek(descriptor, 0, SEEK_END)
    var last: UInt8 = 0
    return end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != UInt8(ascii: "\n")
}
