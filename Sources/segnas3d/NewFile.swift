import FoundationEssentials
internal import Glibc

/// A file that a command makes and that must not be there yet.
enum NewFile {
    /// Writes text under a temporary name and renames it, so that the file appears whole or not at all.
    static func write(_ text: String, to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { throw NewFileError.exists(path) }
        let file = URL(filePath: path)
        let partial = file.deletingLastPathComponent()
            .appending(path: ".\(file.lastPathComponent).\(getpid()).partial")
        do {
            try Data(text.utf8).write(to: partial)
            try FileManager.default.moveItem(at: partial, to: file)
        } catch {
            try? FileManager.default.removeItem(at: partial)
            throw NewFileError.unwritable(path)
        }
    }
}

enum NewFileError: Error, Equatable, CustomStringConvertible {
    case exists(String)
    case unwritable(String)

    var description: String {
        switch self {
        case .exists(let path): "\(path) exists: remove it, or name another file"
        case .unwritable(let path):
            "\(path) cannot be written: make sure that its folder exists, is writable and not full"
        }
    }
}
