internal import FoundationEssentials
internal import SegNASHost

/// A folder with a page, `index.html`, and files of cases that it shows, which replaces an older one and nothing else.
///
/// ```swift
/// let folder = try PageFolder("study/report")
/// try folder.publish(try FoldsReport(of: "brains", in: folder).html())
/// ```
public struct PageFolder {
    public let path: String
    private let folder: AtomicFolder

    /// The name of the page.
    public static let pageName = "index.html"

    /// Refuses a folder that has other files.
    ///
    /// - Parameter path: The folder, new or that of an older page.
    /// - Throws: ``ReportFileError``.
    public init(_ path: String) throws(ReportFileError) {
        self.path = PathParts.trimmed(path)
        let files = FileManager.default
        if files.fileExists(atPath: self.path) {
            guard FileSystem.isFolder(self.path) else { throw .noFolder(path) }
            let names = (try? files.contentsOfDirectory(atPath: self.path)) ?? []
            guard !names.isEmpty, Set(names).isSubset(of: [Self.pageName, "cases"]),
                names.contains(Self.pageName)
            else { throw .notOurs(path) }
            try ReportFile.check("\(self.path)/\(Self.pageName)")
        }
        do {
            folder = try AtomicFolder(path: self.path)
            try FileSystem.makeFolder("\(folder.temporaryPath)/cases")
        } catch {
            throw .unwritable(path, reason: "\(error)")
        }
    }

    /// Writes a file of the page, by its name in the folder.
    func write(_ name: String, _ text: String) throws {
        do {
            try replaceText(at: "\(folder.temporaryPath)/\(name)", by: text)
        } catch {
            throw ReportFileError.unwritable("\(path)/\(name)", reason: "\(error)")
        }
    }

    /// Writes the page, and gives the folder its name.
    ///
    /// - Returns: The path of the page.
    public func publish(_ html: String) throws -> String {
        try write(Self.pageName, html)
        do {
            try folder.publish(replacing: true)
        } catch {
            throw ReportFileError.unwritable(path, reason: "\(error)")
        }
        return "\(path)/\(Self.pageName)"
    }
}
