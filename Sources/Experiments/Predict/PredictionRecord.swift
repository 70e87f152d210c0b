internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
public import SegNASSegmentation
internal import SegNASTorch

/// How the label maps of a folder were made: its `prediction.json`.
///
/// Label maps of different models must not come to lie in one folder unnoticed.
public struct PredictionRecord: Codable, Equatable {
    private(set) var schema = 1
    /// Checksums of the models' weights.
    var models: [String]
    /// Axes along which images were mirrored.
    var mirror: String
    var precision: String
    /// Of folders with several DICOM series, the one that was read.
    var series: String?
}

extension PredictionRecord {
    /// How models of these locations predict with these options.
    public init(
        _ locations: [ModelLocation], _ loaded: [Model], _ options: PredictionOptions
    ) throws {
        models = try locations.map { try Model.weightsDigest(contentsOf: $0.model) }
        mirror = String(options.mirroredAxes.sorted().map { Array("xyz")[$0] })
        precision = Set(loaded.map { $0.dtype(options.precision).rawValue }).sorted()
            .joined(separator: ", ")
        series = options.series?.description
    }
}

/// Of which images the label maps of a folder are: its `sources.jsonl`.
///
/// A label map is known by its case's name, and another image may have the same. A line without images stands before a
/// label map is written, one with them after: whatever interrupts a command in between, what lies there then is taken for
/// nothing. Of the lines of a case the last counts.
struct PredictionSources {
    let path: String
    private let lines: [String: Line]

    /// A line of the file.
    private struct Line: Codable {
        /// The case.
        var name: String
        /// XXH3 with 128 bits of each channel's files; nil as long as the label map may be another's.
        var images: [String]?

        enum CodingKeys: String, CodingKey {
            case name = "case"
            case images
        }
    }

    /// What is known of the label map of a case.
    enum Knowledge {
        /// It is that of these images, or nothing says otherwise.
        case same
        case other
        /// It was about to be replaced when a command was interrupted.
        case unfinished
    }

    /// Reads the file; lines that a killed process has left unfinished say nothing.
    init(_ path: String) {
        self.path = path
        let lines = JSONDocument.lines(of: path, as: Line.self)
        self.lines = Dictionary(lines.map { ($0.name, $0) }) { $1 }
    }

    /// What is known of the label map that lies there for a case.
    func knowledge(of subject: Dataset.Case) -> Knowledge {
        guard let line = lines[subject.identifier] else { return .same }
        guard let images = line.images else { return .unfinished }
        guard let now = try? Self.digests(of: subject) else { return .same }
        return images == now ? .same : .other
    }

    /// Says that the label map of a case is about to be written.
    func begin(_ subject: Dataset.Case) throws(SystemFailure) {
        try add(Line(name: subject.identifier))
    }

    /// Says of which images the label map is that was written.
    func finish(_ subject: Dataset.Case, _ digests: [String]) throws(SystemFailure) {
        try add(Line(name: subject.identifier, images: digests))
    }

    private func add(_ line: Line) throws(SystemFailure) {
        guard let text = try? JSONDocument.text(of: line, .line) else {
            preconditionFailure("a line of texts cannot be written as JSON")
        }
        try appendLine(text, to: path)
    }

    static func digests(of subject: Dataset.Case) throws -> [String] {
        try subject.images.map { try ContentDigest.text(ofImage: $0) }
    }
}
