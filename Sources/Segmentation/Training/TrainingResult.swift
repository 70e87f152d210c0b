internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost

/// The result of a training.
public struct TrainingResult: Sendable {
    /// The run's folder.
    public var run: String
    /// All epochs.
    public var epochs: [EpochRecord]
    /// The epoch whose weights the model has, counted from 1.
    public var chosenEpoch: Int
    /// The number of the network's parameters.
    public var parameters: Int
    /// The model's folder.
    public var model: String
    /// The evaluation of the model on the test cases, on the grids of their files; nil if the split has none.
    public var test: Evaluation?

    /// The validation Dice of the chosen epoch.
    public var validation: ValidationDice? { epochs[chosenEpoch - 1].validation }

    /// The time of training and validation over all epochs.
    public var seconds: Double {
        epochs.reduce(0) { $0 + $1.seconds + $1.validationSeconds }
    }

    /// The share of the time of training, without validation, spent waiting for batches.
    public var waitShare: Double {
        let training = epochs.reduce(0) { $0 + $1.seconds }
        let waiting = epochs.reduce(0) { $0 + $1.waitSeconds }
        return training > 0 ? waiting / training : 0
    }
}

/// The record of a model's training, kept beside it: no paths, no names of cases.
public struct TrainingRecord: Codable, Sendable {
    private(set) var schema = 1
    public var options: TrainingOptions
    /// The options of the split, as text.
    public var split: String
    public var trainingCases: Int
    public var validationCases: Int
    public var testCases: Int
    /// The epoch whose weights the model has, counted from 1.
    public var chosenEpoch: Int
    /// The number of the network's parameters.
    public var parameters: Int
    public var epochs: [EpochRecord]

    /// The validation Dice of the chosen epoch.
    public var validation: ValidationDice? {
        epochs.first { $0.epoch == chosenEpoch }?.validation
    }
}

extension TrainingRecord {
    /// Reads the record in a model's folder; nil if there is none, or none that can be read.
    public init?(ofModel folder: String) {
        guard
            let record = try? JSONDocument.read(
                Self.self, from: "\(folder)/\(Model.recordName)", schema: 1...1)
        else { return nil }
        self = record
    }
}

extension EpochRecord {
    /// The epochs of a run so far, each once, in their order: those of its log, and of a complete run those of its
    /// model, too, should the log be damaged.
    ///
    /// A process that was killed trains some again, and its log may hold the same epoch twice.
    public static func all(ofRun run: String) -> [EpochRecord] {
        let known = TrainingRecord(ofModel: RunFolder.model(of: run))?.epochs ?? []
        let lines = JSONDocument.lines(of: RunFolder.log(of: run), as: EpochRecord.self)
        let each = (known + lines).map { ($0.epoch, $0) }
        return Dictionary(each) { $1 }.values.sorted { $0.epoch < $1.epoch }
    }
}

extension TrainingResult {
    /// Reads the result of a complete run; nil if the run is not complete.
    public init?(of run: String) throws(TrainingError) {
        let model = RunFolder.model(of: run)
        guard let record = TrainingRecord(ofModel: model) else { return nil }
        let test = try RunFolder.readTest(of: run)
        guard test != nil || record.testCases == 0 else { return nil }
        self.init(
            run: run, epochs: record.epochs, chosenEpoch: record.chosenEpoch,
            parameters: record.parameters, model: model, test: test)
    }
}
