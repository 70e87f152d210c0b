/// The record of one epoch: a line of the run's log.
public struct EpochRecord: Hashable, Codable, Sendable {
    public private(set) var schema = 1
    /// The number of the epoch, counted from 1.
    public var epoch: Int
    /// The mean over the epoch's batches.
    public var loss: Double
    /// The learning rate of the epoch's last step.
    public var learningRate: Double
    /// The validation Dice; nil without validation cases, or if none has any label.
    public var validation: ValidationDice?
    /// The time of training, without validation.
    public var seconds: Double
    public var validationSeconds: Double
    /// The part of `seconds` in which training waited for batches.
    public var waitSeconds: Double
    /// The time of the epoch's end: ISO 8601.
    public var finished: String

    /// The same without the Dice of each case.
    var withoutCases: EpochRecord {
        var record = self
        record.validation?.perCase = nil
        return record
    }
}

/// The epochs so far, and which of them is the best.
struct EpochHistory: Hashable, Codable {
    private(set) var records: [EpochRecord] = []
    /// The epoch whose weights are kept as the best, counted from 1.
    private(set) var best: Int?
    /// Epochs whose weights a damaged file has lost, so that they cannot be chosen any more.
    private(set) var lost: [Int]?

    init() {}

    /// The history of finished epochs under options.
    init(_ records: [EpochRecord], _ options: TrainingOptions) {
        for record in records { add(record, options) }
    }

    /// Adds an epoch; the Dice of each case is kept of the best one alone, as long trainings have many epochs.
    mutating func add(_ record: EpochRecord, _ options: TrainingOptions) {
        guard isBest(record, options) else { return records.append(record.withoutCases) }
        forgetCases()
        records.append(record)
        best = record.epoch
    }

    /// Forgets the Dice of each case of the best epoch, which is none any more.
    private mutating func forgetCases() {
        guard let best, records.indices.contains(best - 1) else { return }
        records[best - 1] = records[best - 1].withoutCases
    }

    /// True if the last epoch is better than all before it that may be chosen.
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

    /// True if training ends early.
    func isPatienceSpent(_ options: TrainingOptions) -> Bool {
        guard let patience = options.patience, let last = records.last?.epoch else { return false }
        return last - max(best ?? 0, lost?.max() ?? 0) >= patience
    }

    /// True if all epochs are done.
    func isComplete(_ options: TrainingOptions) -> Bool {
        records.count >= options.epochs || isPatienceSpent(options)
    }

    /// The epoch whose weights the model gets: the best, or the last if none was validated.
    var chosen: Int? { best ?? records.last?.epoch }

    /// True if training for more epochs would choose as if they had been asked for from the start.
    ///
    /// The best of the epochs that may be chosen then must be one whose weights were kept.
    func canContinue(_ options: TrainingOptions) -> Bool {
        var replayed = self
        replayed.choose(options)
        return replayed.best == nil || replayed.best == best
    }

    /// Chooses again among the epochs, under options that ``canContinue(_:)`` admits.
    mutating func choose(_ options: TrainingOptions) {
        let records = records
        self.records = []
        best = nil
        for record in records { add(record, options) }
    }

    /// Drops the best epoch, whose weights are lost: the best of the following epochs takes its place.
    mutating func loseBest() {
        guard best != nil else { return }
        forgetCases()
        // The weights of the epochs before it are not kept either.
        lost = Array(1...records.count)
        best = nil
    }
}

extension TrainingOptions {
    /// True if the model may be that of an epoch: one of the last half, ⌊E/2⌋ + 1 … E, or with patience any.
    func mayChoose(_ epoch: Int) -> Bool {
        patience != nil || epoch > epochs / 2
    }
}
