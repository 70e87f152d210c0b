internal import Glibc

/// A file that a command makes and that must not be there yet.
package enum NewFile {
    /// Refuses a name that is taken, before the work for the file begins.
    package static func checkAbsence(of path: String) throws(NewFileError) {
        guard access(path, F_OK) != 0 else { throw .exists(path) }
    }

    /// Writes a file that appears whole or not at all, and never in place of another.
    package static func write(_ text: String, to path: String) throws(NewFileError) {
        try write(Array(text.utf8), to: path)
    }

    /// Writes a file that appears whole or not at all, and never in place of another.
    package static func write(_ bytes: [UInt8], to path: String) throws(NewFileError) {
        try checkAbsence(of: path)
        do throws(SystemFailure) {
            let file = try AtomicFile(path: path)
            try file.append(bytes)
            try file.publish(replacing: false)
        } catch {
            throw error.code == EEXIST ? .exists(path) : .unwritable(path, reason: "\(error)")
        }
    }
}

/// Why a file that must be new was not written.
package enum NewFileError: Error, Equatable, CustomStringConvertible {
    case exists(String)
    case unwritable(String, reason: String)

    package var description: String {
        switch self {
        case .exists(let path): "\(path) exists: remove it, or name another file"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        }
    }
}
