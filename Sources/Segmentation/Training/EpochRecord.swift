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

/// How well a network finds the labels of the validation cases.
public struct ValidationDice: Hashable, Codable, Sendable {
    /// The mean over foreground labels; nil where none could be judged.
    public var mean: Double?
    /// Of each label, by its stored value: the mean over the cases in which it or its prediction is.
    public var perLabel: [String: Double]
    /// Of each label, the cases that were left out, as they have none of it and none was predicted.
    public var absent: [String: Int]
}

extension ValidationDice {
    /// From Dice coefficients of cases, of which each has one for every foreground label, or nil.
    init(cases: [[Double?]], values: [Int]) {
        perLabel = [:]
        absent = [:]
        for (index, value) in values.enumerated() {
            let known = cases.compactMap { $0[index] }
            let missing = cases.count - known.count
            if missing > 0 { absent["\(value)"] = missing }
            guard !known.isEmpty else { continue }
            perLabel["\(value)"] = known.reduce(0 as Double) { $0 + $1 } / Double(known.count)
        }
        let means = values.compactMap { perLabel["\($0)"] }
        mean = means.isEmpty ? nil : means.reduce(0 as Double) { $0 + $1 } / Double(means.count)
    }
}
