internal import FoundationEssentials
internal import SegNASHost
internal import SegNASReport

/// A page that replaces an older report, and nothing else.
public enum ReportFile {
    /// Refuses a name that another file has, before any work on the page.
    public static func check(_ path: String) throws(ReportFileError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard let file = try? MappedFile(path: path),
            StudyReport.isReport(String(decoding: file.bytes.prefix(4096), as: UTF8.self))
        else { throw .notOurs(path) }
    }

    public static func write(_ text: String, to path: String) throws(ReportFileError) {
        try check(path)
        do {
            try replaceText(at: path, by: text)
        } catch {
            throw .unwritable(path, reason: "\(error)")
        }
    }
}

/// The SVG files of a report, in a separate folder or beside others.
public struct FigureFolder {
    private let path: String

    /// Refuses a folder in which another file has the place of a figure.
    ///
    /// - Throws: ``ReportFileError``.
    public init(_ path: String) throws(ReportFileError) {
        let files = FileManager.default
        guard !files.fileExists(atPath: path) || FileSystem.isFolder(path) else {
            throw .noFolder(path)
        }
        let names = (try? files.contentsOfDirectory(atPath: path)) ?? []
        for name in names.sorted() where StudyReport.figureNames.contains(name) {
            try ReportFile.check("\(path)/\(name)")
        }
        self.path = path
    }

    /// Writes the files, and replaces those of an older report.
    ///
    /// - Returns: Their paths.
    public func write(_ figures: [(name: String, svg: String)]) throws -> [String] {
        do {
            try FileSystem.makeFolder(path)
        } catch {
            throw ReportFileError.unwritable(path, reason: "\(error)")
        }
        return try figures.map { name, svg in
            try ReportFile.write(svg, to: "\(path)/\(name)")
            return "\(path)/\(name)"
        }
    }
}

/// The reason why a report was not written.
public enum ReportFileError: Error, CustomStringConvertible {
    case notOurs(String)
    /// A file where a folder is named.
    case noFolder(String)
    case unwritable(String, reason: String)

    public var description: String {
        switch self {
        case .notOurs(let path):
            "\(path) exists and is not a report of segnas3d: remove it, or name another file"
        case .noFolder(let path): "\(path) is a file, and a folder is needed: name another one"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        }
    }
}
