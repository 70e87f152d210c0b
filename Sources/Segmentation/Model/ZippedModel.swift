internal import FoundationEssentials
internal import SegNASHost

/// A model in one file, as `segnas3d export --format zip` writes it, unpacked while it is read.
public enum ZippedModel {
    /// The name of the folder of all files in the archive.
    package static let folderName = "model"

    /// Calls a body with the folder of a model: the given path, or that of the files of an archive.
    ///
    /// An archive is unpacked into a private folder of the system's for temporary files, which is removed when the body
    /// ends: it must load what it needs.
    ///
    /// - Parameters:
    ///   - path: A model's folder, a run, a study, or a file that was exported.
    ///   - body: Reads the model.
    /// - Returns: What the body returns.
    /// - Throws: ``ModelError`` for a file that is no such archive or is damaged, and what the body throws.
    public static func withFolder<Result>(
        of path: String, _ body: (_ folder: String) throws -> Result
    ) throws -> Result {
        guard !FileSystem.isFolder(path), ZipArchive.isArchive(path) else { return try body(path) }
        let scratch = "\(FileManager.default.temporaryDirectory.path)/segnas3d-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        do {
            try FileSystem.makeFolder(scratch, permissions: 0o700)
            try ZipArchive.unpack(path, into: scratch)
        } catch let fault as ZipFault {
            throw ModelError(file: path, fault: .archive(fault.words))
        } catch {
            throw ModelError(file: scratch, fault: .unwritable("\(error)"))
        }
        let folder = "\(scratch)/\(folderName)"
        guard FileSystem.isFolder(folder) else {
            throw ModelError(file: path, fault: .archive("holds no model of segnas3d"))
        }
        return try body(folder)
    }

    /// The same for several models.
    public static func withFolders<Result>(
        of paths: [String], _ body: (_ folders: [String]) throws -> Result
    ) throws -> Result {
        func unpack(_ folders: [String]) throws -> Result {
            guard folders.count < paths.count else { return try body(folders) }
            return try withFolder(of: paths[folders.count]) { try unpack(folders + [$0]) }
        }
        return try unpack([])
    }
}

extension ZipFault {
    fileprivate var words: String {
        switch self {
        case .system(let failure): "cannot be unpacked: \(failure)"
        case .syntax: "is no archive that segnas3d wrote, or is cut off: copy it again"
        case .checksum(let name): "is damaged, by the checksum of \(name): copy it again"
        }
    }
}
