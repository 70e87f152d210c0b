internal import FoundationEssentials
internal import Glibc
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging

/// The volumes of the labels, or regions, in a folder's label maps, in millilitres: its `volumes.csv`, a row for each
/// case.
///
/// New cases add a line, so that several commands can fill one folder; a row is replaced by writing the file again.
struct VolumeTable: Sendable {
    let path: String
    private let labels: LabelTable
    /// What lay there at the beginning.
    private let found: Content

    /// The rows below the header, the last of each case.
    private struct Content {
        var rows: [[String]] = []
        var cases: Set<String> = []
        /// False if there are further lines, such as an unfinished one of a killed process.
        var isClean = true
    }

    static func path(in folder: String) -> String { "\(folder)/volumes.csv" }

    /// Reads the table of a folder, if there is one.
    ///
    /// - Throws: ``PredictionFolderError/otherFile(_:)`` if a file has its place that is no table of these labels.
    init(in folder: String, of table: LabelTable) throws(PredictionFolderError) {
        path = Self.path(in: folder)
        labels = table
        found = try Self.content(of: path, header: Self.header(labels))
    }

    private static func header(_ labels: LabelTable) -> [String] {
        ["case"] + labels.structures.map { "\($0.name) (ml)" }
    }

    private static func content(
        of path: String, header: [String]
    ) throws(PredictionFolderError) -> Content {
        let text: String
        do {
            text = try readText(at: path, limit: JSONDocument.maxSize)
        } catch {
            guard error.isMissingFile || !FileSystem.isFolder(PathParts(path).folder) else {
                throw .otherFile(path)
            }
            return Content()
        }
        let lines = CSV.rows(of: text)
        guard lines.first == header else { throw .otherFile(path) }
        var content = Content()
        for line in lines.dropFirst().reversed()
        where line.count == header.count && content.cases.insert(line[0]).inserted {
            content.rows.append(line)
        }
        content.rows.reverse()
        content.isClean = text.utf8.last == 10 && content.rows.count == lines.count - 1
        return content
    }

    /// True if a case had a row at the beginning.
    func holds(_ identifier: String) -> Bool { found.cases.contains(identifier) }

    /// Adds the row of a case, or replaces it.
    ///
    /// - Parameters:
    ///   - identifier: The name of the case.
    ///   - counts: The number of voxels of each value.
    ///   - geometry: The grid of the label map.
    /// - Throws: ``PredictionFolderError`` if the file cannot be written, or is another by now.
    func write(
        _ identifier: String, counts: [Int: Int], on geometry: Geometry
    ) throws(PredictionFolderError) {
        let voxel = abs(geometry.affine.determinant) / 1000
        let volumes = labels.structureValues.map { values in
            Double(values.reduce(0) { $0 + (counts[$1] ?? 0) }) * voxel
        }
        let row = [identifier] + volumes.map { Self.text(ofMillilitres: $0) }
        let header = Self.header(labels)
        var table = CSV(header: header)
        let isAdded = found.isClean && !holds(identifier)
        if !isAdded {
            // Other commands may have added rows.
            for other in try Self.content(of: path, header: header).rows
            where other[0] != identifier {
                table.append(other)
            }
            table.append(row)
        }
        do {
            if !isAdded || !FileManager.default.fileExists(atPath: path) {
                try replaceText(at: path, by: table.text)
            }
            if isAdded { try appendLine(CSV.line(row) + "\r", to: path) }
        } catch {
            throw .unwritableFile(path, reason: "\(error)")
        }
    }

    /// Six significant digits, more than the outlines of a segmentation are worth.
    static func text(ofMillilitres volume: Double) -> String {
        guard volume > 0, volume.isFinite else { return "0" }
        let digits = 5 - Int(log10(volume).rounded(.down))
        let scale = pow(10, Double(abs(digits)))
        let rounded =
            digits < 0 ? (volume / scale).rounded() * scale : (volume * scale).rounded() / scale
        return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
    }
}
