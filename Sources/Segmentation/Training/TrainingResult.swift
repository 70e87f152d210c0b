internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost

/// What a training has brought.
public struct TrainingResult: Sendable {
    /// The run's folder.
    public var run: String
    /// All epochs.
    public var epochs: [EpochRecord]
    /// The epoch whose weights the model has, counted from 1.
    public var chosenEpoch: Int
    /// Learned numbers of the network.
    public var parameters: Int
    /// The model's folder.
    public var model: String
    /// How the model does on the test cases, on the grids of their files; nil where the split has none.
    public var test: Evaluation?

    /// Of the chosen epoch.
    public var validation: ValidationDice? { epochs[chosenEpoch - 1].validation }

    /// Of training and validation, all epochs.
    public var seconds: Double {
        epochs.reduce(0) { $0 + $1.seconds + $1.validationSeconds }
    }

    /// The share of training's time, validation apart, in which batches were waited for.
    public var waitShare: Double {
        let training = epochs.reduce(0) { $0 + $1.seconds }
        let waiting = epochs.reduce(0) { $0 + $1.waitSeconds }
        return training > 0 ? waiting / training : 0
    }
}

/// How a model was trained, as it is kept beside it: no paths, no names of cases.
public struct TrainingRecord: Codable, Sendable {
    private(set) var schema = 1
    public var options: TrainingOptions
    /// How the cases were divided.
    public var split: String
    public var trainingCases: Int
    public var validationCases: Int
    public var testCases: Int
    /// The epoch whose weights the model has, counted from 1.
    public var chosenEpoch: Int
    /// Learned numbers of the network.
    public var parameters: Int
    public var epochs: [EpochRecord]

    /// Of the chosen epoch.
    public var validation: ValidationDice? {
        epochs.first { $0.epoch == chosenEpoch }?.validation
    }
}

extension TrainingRecord {
    /// Reads that of a model's folder; nil where there is none, or none that can be understood.
    public init?(ofModel folder: String) {
        guard
            let record = try? JSONDocument.read(
                Self.self, from: "\(folder)/\(Model.recordName)", schema: 1...1)
        else { return nil }
        self = record
    }
}

extension TrainingResult {
    /// Reads what a run has brought that is complete; nil where it is not.
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
