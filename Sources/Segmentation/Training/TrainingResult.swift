public import Datasets

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
