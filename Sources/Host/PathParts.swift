/// The last name of a path, and what stands before it: of `a/b` the name is `b`, and it lies in `a`.
package struct PathParts: Equatable, Sendable {
    /// All before the name, with its slash; empty where the path is a name alone.
    package let prefix: String
    package let name: String

    package init(_ path: String) {
        // By bytes: a slash that an accent follows is one character with it, and separates all the same.
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let start = slash.map { path.utf8.index(after: $0) } ?? path.startIndex
        prefix = String(path[..<start])
        name = String(path[start...])
    }

    /// The folder in which it lies: `.` for a name alone, `/` for one at the root.
    package var folder: String {
        switch prefix {
        case "": "."
        case "/": "/"
        default: String(prefix.dropLast())
        }
    }

    /// Another name in the same folder.
    package func sibling(_ name: String) -> String { prefix + name }

    /// A path without slashes at its end, which change nothing about a folder; the root keeps its own.
    package static func trimmed(_ path: String) -> String {
        let bytes = path.utf8
        let kept = bytes.lastIndex { $0 != UInt8(ascii: "/") }.map { bytes.index(after: $0) }
        guard let kept else { return path.isEmpty ? "" : "/" }
        return String(path[..<kept])
    }
}
