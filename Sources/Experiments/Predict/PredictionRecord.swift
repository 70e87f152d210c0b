internal import SegNASDatasets
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
