internal import Imaging

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
    /// The mean over the foreground labels that can be judged; nil where none can.
    public var mean: Double?
    /// Of each label that a validation case has, by its stored value: the mean over the cases in which it or its
    /// prediction is.
    public var perLabel: [String: Double]
    /// Of each label, the cases that were left out: they have none of it and none was predicted, or no case has any.
    public var absent: [String: Int]
    /// All validation cases; nil in logs of earlier versions.
    public var cases: Int?

    /// In how many cases a label was judged, by its stored value; nil where that is not known.
    public func count(of label: String) -> Int? {
        cases.map { $0 - absent[label, default: 0] }
    }
}

extension ValidationDice {
    /// From the overlaps of cases, of which each has one for every foreground label.
    ///
    /// A label that no case has says nothing of a network but how often it is wrong there: a single voxel of it would
    /// count as a Dice of 0, as much as not to find a structure at all. It is left out.
    init(cases: [[Overlap]], values: [Int]) {
        perLabel = [:]
        absent = [:]
        self.cases = cases.count
        for (index, value) in values.enumerated() {
            let isJudged = cases.contains { $0[index].reference > 0 }
            let known = isJudged ? cases.compactMap { $0[index].dice } : []
            let missing = cases.count - known.count
            if missing > 0 { absent["\(value)"] = missing }
            guard !known.isEmpty else { continue }
            perLabel["\(value)"] = known.reduce(0 as Double) { $0 + $1 } / Double(known.count)
        }
        let means = values.compactMap { perLabel["\($0)"] }
        mean = means.isEmpty ? nil : means.reduce(0 as Double) { $0 + $1 } / Double(means.count)
    }
}
