internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
public import SegNASSegmentation
internal import SegNASTorch

/// The models and options that made the label maps of a folder: its `prediction.json`.
///
/// Label maps of different models must not be mixed in one folder unnoticed.
public struct PredictionRecord: Codable, Equatable {
    private(set) var schema = 1
    /// Checksums of the models' weights.
    var models: [String]
    /// Axes along which images were mirrored.
    var mirror: String
    var precision: String
    /// The DICOM series that was read from folders with several.
    var series: String?
    /// The overlap of tiles; nil if all models see images whole.
    var overlap: Double?
    /// The clean-up of label maps; nil for none.
    var postProcessing: PostProcessing?
    /// How much each model counts; nil if all count alike.
    var weights: [Double]?
}

extension PredictionRecord {
    /// The record of predictions by these models with these options.
    public init(
        _ locations: [ModelLocation], _ loaded: [Model], _ options: PredictionOptions
    ) throws {
        models = try locations.map { try Model.weightsDigest(contentsOf: $0.model) }
        mirror = String(options.mirroredAxes.sorted().map { Array("xyz")[$0] })
        precision = Set(loaded.map { $0.dtype(options.precision).rawValue }).sorted()
            .joined(separator: ", ")
        series = options.series?.description
        weights = options.modelWeights
        let areTiled = loaded.contains { $0.description.preparation.options.fit == .patch }
        overlap = areTiled ? options.overlap : nil
        postProcessing = options.postProcessing.flatMap { $0.steps.isEmpty ? nil : $0 }
    }
}

extension PredictionRecord {
    /// Removes a folder of predictions by other models or with other options, or by unknown ones.
    func removeOthers(in path: String) throws(TrainingError) {
        let file = "\(path)/\(FileSystem.predictionRecord)"
        guard FileManager.default.fileExists(atPath: file),
            (try? JSONDocument.read(PredictionRecord.self, from: file)) != self
        else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw .unwritable(file: path, reason: "\(error)")
        }
    }
}

/// The images that belong to the label maps of a folder: its `sources.jsonl`.
///
/// A label map is known by its case's name, and another image may have the same. A line without images is written
/// before a label map, and one with them after it: if a command is interrupted in between, the label map is not used.
/// The last line of a case counts.
struct PredictionSources {
    let path: String
    private let lines: [String: Line]

    /// A line of the file.
    private struct Line: Codable {
        /// The case.
        var name: String
        /// XXH3 with 128 bits of each channel's files; nil until the label map is written.
        var images: [String]?

        enum CodingKeys: String, CodingKey {
            case name = "case"
            case images
        }
    }

    /// The origin of a case's label map.
    enum Origin {
        /// These images, or they cannot be read.
        case same
        case other
        /// Unknown: a command was interrupted while it was written or replaced.
        case unfinished
    }

    /// Reads the file; lines that a killed process has left unfinished are ignored.
    init(_ path: String) {
        self.path = path
        let lines = JSONDocument.lines(of: path, as: Line.self)
        self.lines = Dictionary(lines.map { ($0.name, $0) }) { $1 }
    }

    /// Whether the label map of a case is ours; a file without a line is somebody else's.
    func holds(_ identifier: String) -> Bool { lines[identifier] != nil }

    /// The origin of the label map of a case.
    func origin(of subject: Dataset.Case) -> Origin {
        guard let images = lines[subject.identifier]?.images else { return .unfinished }
        guard let now = try? Self.digests(of: subject) else { return .same }
        return images == now ? .same : .other
    }

    /// Records that the label map of a case is about to be written.
    func begin(_ subject: Dataset.Case) throws(SystemFailure) {
        try add(Line(name: subject.identifier))
    }

    /// Records the images of a label map that was written.
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
