internal import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// A study's `best`: a link to a model of the study.
///
/// Many tools that copy folders follow links, and leave a folder in its place: a copy of one of the models, which a link
/// replaces again.
struct BestLink {
    private let folder: StudyFolder
    private let files = FileManager.default

    init(_ folder: StudyFolder) {
        self.folder = folder
    }

    /// The model that it names or is a copy of, relative to the study; nil where there is none.
    var target: String? {
        FolderLink.target(of: folder.best) ?? (isFolder ? original : nil)
    }

    /// Switches it, so that it always names a whole model; what was copied goes when the link is there.
    func set(to target: String) throws(StudyError) {
        let copy = "\(folder.path)/.best.previous"
        guard isFolder else {
            if FolderLink.target(of: folder.best) != target { try link(to: target) }
            return remove(copy)
        }
        guard original != nil else {
            throw .file(
                folder.best,
                reason:
                    "is a folder and no copy of one of this study's models: rename it, and run the same command again"
            )
        }
        remove(copy)
        guard rename(folder.best, copy) == 0 else {
            throw .file(folder.best, reason: "cannot be moved: \(SystemFailure.last)")
        }
        do throws(StudyError) {
            try link(to: target)
        } catch {
            rename(copy, folder.best)
            throw error
        }
        remove(copy)
    }

    private func remove(_ copy: String) {
        try? files.removeItem(atPath: copy)
    }

    private func link(to target: String) throws(StudyError) {
        do throws(SystemFailure) {
            try FolderLink.set(folder.best, to: target)
        } catch {
            throw .file(folder.best, reason: "cannot be made: \(error)")
        }
    }

    private var isFolder: Bool {
        var status = stat()
        return lstat(folder.best, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The model whose files are those of the folder.
    private var original: String? {
        let finals = names(StudyFolder.finals).map { "\(StudyFolder.finals)/\($0)/model" }
        let models = names("models").map { "models/\($0)" }
        return (finals + models).first { holdsSameFiles("\(folder.path)/\($0)") }
    }

    private func names(_ name: String) -> [String] {
        (try? files.contentsOfDirectory(atPath: "\(folder.path)/\(name)"))?.sorted() ?? []
    }

    private func holdsSameFiles(_ model: String) -> Bool {
        guard let names = try? files.contentsOfDirectory(atPath: folder.best).sorted(),
            (try? files.contentsOfDirectory(atPath: model).sorted()) == names
        else { return false }
        return names.allSatisfy { hasSameBytes("\(folder.best)/\($0)", "\(model)/\($0)") }
    }
}

private func hasSameBytes(_ one: String, _ other: String) -> Bool {
    guard let one = try? MappedFile(path: one), let other = try? MappedFile(path: other),
        one.bytes.count == other.bytes.count
    else { return false }
    guard let first = one.bytes.baseAddress, let second = other.bytes.baseAddress else {
        return true
    }
    return memcmp(first, second, one.bytes.count) == 0
}
