/// One run of a trial by a worker.
public struct Attempt: Hashable, Sendable {
    public let trial: Int
    /// From 1.
    public let number: Int
    public internal(set) var state: State
    /// Where it runs, such as `cuda:1` or `cpu/0`.
    public let slot: String

    public enum State: Hashable, Sendable {
        /// The intent is recorded; whether a job was started is not known.
        case submitting
        case launched(JobHandle)
        case ended(AttemptEnd)
    }
}

/// How an attempt ended.
public struct AttemptEnd: Hashable, Sendable {
    public var reason: Reason
    /// Whether it left a checkpoint that the attempt before had not.
    public var hasProgressed: Bool
    /// The last lines that the worker wrote.
    public var lastLines: String

    public enum Reason: String, CaseIterable, Codable, Sendable {
        /// A result was published.
        case result
        /// The search stopped it.
        case stopped
        /// Somebody else asked it to end, such as a batch system, or its machine went down.
        case preempted
        case crashed
        case hung
        case timedOut
        case badData
        /// Its checkpoint could not be written.
        case diskFull
        /// It could not be started.
        case notLaunched
        /// Its coordinator ended before it was known to be started, and it gave no sign of life.
        case lost
    }

    public init(_ reason: Reason, hasProgressed: Bool = false, lastLines: String = "") {
        self.reason = reason
        self.hasProgressed = hasProgressed
        self.lastLines = lastLines
    }

    /// Whether it counts among the attempts that a trial may have: what the trial is not to blame for does not, nor does
    /// one that made progress, unless its time was over.
    public var counts: Bool {
        switch reason {
        case .result, .stopped, .preempted, .lost, .diskFull, .badData: false
        case .timedOut: true
        default: !hasProgressed
        }
    }
}

/// What a launcher needs to find a job again, also after a restart; only the launcher that made it can read it.
public struct JobHandle: Hashable, Codable, Sendable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }
}

/// What one epoch of a trial's training came to.
public struct TrialEpoch: Hashable, Codable, Sendable {
    /// From 1.
    public var epoch: Int
    public var loss: Double
    /// Of the validation cases.
    public var dice: Double
    /// The same of each label, by its value in the dataset's files.
    public var dicePerLabel: [String: Double]
    public var seconds: Double

    public init(
        epoch: Int, loss: Double, dice: Double, dicePerLabel: [String: Double] = [:],
        seconds: Double
    ) {
        self.epoch = epoch
        self.loss = loss
        self.dice = dice
        self.dicePerLabel = dicePerLabel
        self.seconds = seconds
    }
}
