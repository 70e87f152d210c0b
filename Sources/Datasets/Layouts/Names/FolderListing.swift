import FoundationEssentials
internal import SegNASHost

/// What lies in a folder, hidden files aside, in the order of names.
struct FolderListing {
    let path: String
    let images: [ImageFileName]
    let folders: [String]
    /// Files that are no images by their names.
    let others: [String]
    /// What lies there under names that are not UTF-8.
    let foreign: [NonUTF8Name]

    /// Nil where the folder cannot be read.
    init?(_ path: String) {
        let files = FileManager.default
        guard let all = ImageFileName.all(in: path),
            let names = try? files.contentsOfDirectory(atPath: path)
        else { return nil }
        foreign = NonUTF8Name.all(in: path)
        let unnamed = Set(foreign.map(\.repaired))
        let rest = names.filter {
            !$0.hasPrefix(".") && ImageFileName($0) == nil && !unnamed.contains($0)
        }.sorted()
        let isFolder = rest.map { FileSystem.isFolder("\(path)/\($0)") }
        self.path = path
        images = all.filter { !unnamed.contains($0.name) }
        folders = zip(rest, isFolder).filter(\.1).map(\.0)
        others = zip(rest, isFolder).filter { !$0.1 }.map(\.0)
    }
}
