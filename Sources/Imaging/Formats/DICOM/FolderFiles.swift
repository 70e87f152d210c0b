internal import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// The files of a folder and of the folders in it, as archives and discs lay out studies.
struct FolderFiles {
    /// Paths, those of one folder in the order of their names; hidden files and folders are left out.
    private(set) var paths: [String] = []
    /// Folders that have been gone through, which a link may lead back to.
    private var known: Set<[UInt64]> = []

    /// A disc holds fewer; who names a whole disk waits for nothing.
    static let mostFiles = 200_000
    private static let largestDepth = 16

    init(_ folder: String) throws(ImageError) {
        try add(folder, depth: 0)
    }

    private mutating func add(_ folder: String, depth: Int) throws(ImageError) {
        guard let status = Self.status(folder), depth <= Self.largestDepth,
            known.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted
        else { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw ImageError(file: folder, failure: .last)
        }
        for name in names where !name.hasPrefix(".") {
            let path = folder + "/" + name
            if FileSystem.isFolder(path) {
                try add(path, depth: depth + 1)
            } else {
                paths.append(path)
            }
        }
        guard paths.count <= Self.mostFiles else {
            throw ImageError(file: folder, fault: .dicom(.manyFiles(Self.mostFiles)))
        }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}
