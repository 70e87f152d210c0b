#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The name of a file that is not UTF-8, as old systems wrote them: no text of this program can stand for it.
package struct ForeignName: Hashable, Sendable {
    /// As Swift shows it, which is the name of no file.
    package let repaired: String
    /// With its bytes as `\xE9`.
    package let escaped: String
    package let isFolder: Bool

    /// Those among the entries of a folder, in order; none where it cannot be read.
    package static func all(in folder: String) -> [ForeignName] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [ForeignName] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard String(validating: bytes, as: UTF8.self) == nil else { continue }
            found.append(
                ForeignName(
                    repaired: String(decoding: bytes, as: UTF8.self),
                    escaped: escapedText(of: bytes),
                    isFolder: Int32(entry.pointee.d_type) == Int32(DT_DIR)))
        }
        return found.sorted { $0.escaped < $1.escaped }
    }

    /// Text of which the bytes that are not UTF-8 show as `\xE9`.
    package static func escapedText(of bytes: [UInt8]) -> String {
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            // A character has at most four bytes.
            let whole = (1...4).lazy.compactMap { count in
                count <= rest.count ? String(validating: rest.prefix(count), as: UTF8.self) : nil
            }.first
            if let whole {
                text += whole
                rest = rest.dropFirst(whole.utf8.count)
            } else {
                let digits = String(first, radix: 16, uppercase: true)
                text += "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
                rest = rest.dropFirst()
            }
        }
        return text
    }
}
