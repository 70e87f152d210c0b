internal import FoundationEssentials
import Glibc

/// The last name of a path and the part before it: in `a/b` the name is `b`, and it lies in `a`.
package struct PathParts: Equatable, Sendable {
    /// The part before the name, with its slash; empty if the path is a name alone.
    package let prefix: String
    package let name: String

    package init(_ path: String) {
        // By bytes: a slash followed by a combining accent forms one character with it, but still separates.
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let start = slash.map { path.utf8.index(after: $0) } ?? path.startIndex
        prefix = String(path[..<start])
        name = String(path[start...])
    }

    /// The folder of the name: `.` for a name alone, `/` for one at the root.
    package var folder: String {
        switch prefix {
        case "": "."
        case "/": "/"
        default: String(prefix.dropLast())
        }
    }

    /// Another name in the same folder.
    package func sibling(_ name: String) -> String { prefix + name }

    /// A path without slashes at its end; the root keeps its slash.
    package static func trimmed(_ path: String) -> String {
        let bytes = path.utf8
        let kept = bytes.lastIndex { $0 != UInt8(ascii: "/") }.map { bytes.index(after: $0) }
        guard let kept else { return path.isEmpty ? "" : "/" }
        return String(path[..<kept])
    }
}

/// A link to a folder, which can be switched to another one.
///
/// It is a symbolic link or, on file systems without them, such as exFAT and many shares, a small file with the path.
package enum FolderLink {
    /// The target of a link, absolute or relative to the link's folder; nil if there is no link.
    package static func target(of path: String) -> String? {
        if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
            return target
        }
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let text = try? readText(at: path, limit: 4096)
        else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // One line, as tools write when they copy links to file systems without them.
        guard let line = lines.first, !line.isEmpty, lines.dropFirst().allSatisfy(\.isEmpty) else {
            return nil
        }
        return String(line)
    }

    /// The folder that a path means: the target of a link stored as a file, otherwise the path itself, as where a file
    /// is another text.
    package static func resolve(_ path: String) -> String {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let target = target(of: path)
        else { return path }
        let folder = target.hasPrefix("/") ? target : PathParts(path).sibling(target)
        return FileSystem.isFolder(folder) ? folder : path
    }

    /// Switches a link in one step, so that it always names a whole folder; it cannot replace a folder.
    package static func set(_ path: String, to target: String) throws(SystemFailure) {
        let partial = path + ".partial"
        unlink(partial)
        if symlink(target, partial) == 0 {
            guard rename(partial, path) == 0 else {
                let failure = SystemFailure.last
                unlink(partial)
                throw failure
            }
            return
        }
        guard [EPERM, EACCES, EOPNOTSUPP, ENOSYS, EINVAL].contains(errno) else { throw .last }
        try replaceText(at: path, by: target + "\n")
    }
}

/// The name of a file that is not UTF-8, as old systems wrote them: no Swift string can stand for it.
package struct NonUTF8Name: Hashable, Sendable {
    /// The name as Swift shows it, which is not a file's name.
    package let repaired: String
    /// The name with bytes that are not UTF-8 as `\xE9`.
    package let escaped: String
    package let isFolder: Bool

    /// The entries of a folder that have such names, in order; none if the folder cannot be read.
    package static func all(in folder: String) -> [NonUTF8Name] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [NonUTF8Name] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard String(validating: bytes, as: UTF8.self) == nil else { continue }
            found.append(
                NonUTF8Name(
                    repaired: String(decoding: bytes, as: UTF8.self),
                    escaped: escapedText(of: bytes),
                    isFolder: Int32(entry.pointee.d_type) == Int32(DT_DIR)))
        }
        return found.sorted { $0.escaped < $1.escaped }
    }

    /// A text in which bytes that are not UTF-8 show as `\xE9`.
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

/// A path that means the same file in any working folder.
package func absolutePath(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    return FileManager.default.currentDirectoryPath + "/" + path
}
