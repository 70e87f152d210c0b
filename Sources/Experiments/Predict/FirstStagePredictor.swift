internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
public import SegNASSegmentation
public import SegNASTorch

/// Predicts cases with the first stage of a cascade, for its second stage to see.
///
/// The label maps lie in a folder, where an interrupted command finds them again.
public struct FirstStagePredictor {
    private let path: String
    private let predictor: Predictor
    private let record: PredictionRecord

    /// - Parameters:
    ///   - models: Of the first stage; their mean predicts.
    ///   - options: No clean-up is done, for the second stage has learnt from label maps without it.
    ///   - path: The folder of the label maps; those of other models are removed.
    ///   - device: Where networks are computed.
    /// - Throws: `ModelError`, `PredictionError`.
    public init(
        _ models: [ModelLocation], _ options: PredictionOptions, in path: String, device: Device
    ) throws {
        var options = options
        options.postProcessing = nil
        options.keepsProbabilities = false
        let loaded = try models.map { try Model(contentsOf: $0.model, device: device) }
        record = try PredictionRecord(models, loaded, options)
        predictor = try Predictor(loaded, options)
        self.path = path
    }

    /// The cases with their label maps, and those that failed.
    public struct Result {
        public var cases: [Dataset.Case]
        public var failed: [PredictionResult.Entry]
    }

    /// Predicts what is missing; cases that an end leaves out are in no list.
    public func predict(
        _ cases: [Dataset.Case], isEndRequested: @escaping () -> Bool,
        report: @escaping (_ done: Int, _ all: Int) -> Void
    ) throws -> Result {
        try record.removeOthers(in: path)
        let folder = try PredictionFolder(
            path, of: record, labels: predictor.labels, cases: cases, overwrites: false,
            probabilities: false)
        let job = PredictionJob(
            predictor: predictor, folder: folder, isEndRequested: isEndRequested, report: report)
        let entries = job.run(ImageInputs(cases)).cases
        let done = Set(entries.filter { $0.state != .failed }.map(\.name))
        var known = cases.filter { done.contains($0.identifier) }
        for index in known.indices {
            known[index].firstStage = folder.labelMap(of: known[index].identifier)
        }
        return Result(cases: known, failed: entries.filter { $0.state == .failed })
    }

    /// Removes the label maps.
    func remove() { Self.remove(path) }

    /// Removes the label maps in a folder.
    public static func remove(_ path: String) {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The folder of the first stage in one of predictions.
    public static func folder(in output: String) -> String { "\(output)/.firststage" }
}
