/// What one epoch did: a line of the run's log.
public struct EpochRecord: Hashable, Codable, Sendable {
    public private(set) var schema = 1
    /// Counted from 1.
    public var epoch: Int
    /// The mean over the epoch's batches.
    public var loss: Double
    /// Of the epoch's last step.
    public var learningRate: Double
    /// Nil without validation cases, or where none has any label.
    public var validation: ValidationDice?
    /// Of training, without validation.
    public var seconds: Double
    public var validationSeconds: Double
    /// Of `seconds`, how long the batches were waited for.
    public var waitSeconds: Double
    /// When it ended: ISO 8601.
    public var finished: String
}

/// The epochs so far, and which of them is the best.
struct EpochHistory: Hashable, Codable {
    private(set) var records: [EpochRecord] = []
    /// The epoch whose weights are kept as the best, counted from 1.
    private(set) var best: Int?
    /// Epochs that were the best and whose weights a damaged file has lost: they can be chosen no more.
    private(set) var lost: [Int]?

    init() {}

    /// The history of these epochs under options.
    init(_ records: [EpochRecord], _ options: TrainingOptions) {
        for record in records { add(record, options) }
    }

    mutating func add(_ record: EpochRecord, _ options: TrainingOptions) {
        records.append(record)
        if isBest(record, options) { best = record.epoch }
    }

    /// Whether an epoch, the last one, is better than those before that may be chosen; of equals the first is.
    private func isBest(_ record: EpochRecord, _ options: TrainingOptions) -> Bool {
        guard options.mayChoose(record.epoch), lost?.contains(record.epoch) != true,
            let dice = record.validation?.mean
        else { return false }
        guard let highest = best.flatMap({ self.dice(of: $0) }) else { return true }
        return dice > highest
    }

    func dice(of epoch: Int) -> Double? {
        records.indices.contains(epoch - 1) ? records[epoch - 1].validation?.mean : nil
    }

    /// Whether training ends early.
    func isPatienceSpent(_ options: TrainingOptions) -> Bool {
        guard let patience = options.patience, let last = records.last?.epoch else { return false }
        return last - max(best ?? 0, lost?.max() ?? 0) >= patience
    }

    /// Whether all epochs are done.
    func isComplete(_ options: TrainingOptions) -> Bool {
        records.count >= options.epochs || isPatienceSpent(options)
    }

    /// The epoch whose weights are the model's: the best, or the last where none was validated.
    var chosen: Int? { best ?? records.last?.epoch }

    /// Whether training to more epochs would choose as if these had been asked for at once: the best of the epochs
    /// that may be chosen then must be one whose weights were kept.
    func canContinue(_ options: TrainingOptions) -> Bool {
        var replayed = self
        replayed.choose(options)
        return replayed.best == nil || replayed.best == best
    }

    /// Chooses anew among the epochs, under options that ``canContinue(_:)`` admits.
    mutating func choose(_ options: TrainingOptions) {
        let records = records
        self.records = []
        best = nil
        for record in records { add(record, options) }
    }

    /// Goes on without the best epoch, whose weights are lost: the best of those that follow is taken.
    mutating func loseBest() {
        guard best != nil else { return }
        // Neither are the weights of the epochs before it kept.
        lost = Array(1...records.count)
        best = nil
    }
}

extension TrainingOptions {
    /// Whether the model may be that of an epoch: of the last half, ⌊E/2⌋ + 1 … E, and with patience of any.
    func mayChoose(_ epoch: Int) -> Bool {
        patience != nil || epoch > epochs / 2
    }
}
