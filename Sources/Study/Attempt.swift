/// One run of a trial by a worker.
public struct Attempt: Hashable, Sendable {
    public let trial: Int
    /// The number, from 1.
    public let number: Int
    public internal(set) var state: State
    /// The place in which it runs, such as `cuda:1` or `cpu/0`.
    public let slot: String

    public enum State: Hashable, Sendable {
        /// The intent is recorded; a job may have been started.
        case submitting
        case launched(JobHandle)
        case ended(AttemptEnd)
    }
}

/// The end of an attempt.
public struct AttemptEnd: Hashable, Sendable {
    public var reason: Reason
    /// True if it left a checkpoint that the attempt before had not.
    public var hasProgressed: Bool
    /// The last lines that the worker wrote.
    public var lastLines: String

    public enum Reason: String, CaseIterable, Codable, Sendable {
        /// A result was published.
        case result
        /// The search stopped it.
        case stopped
        /// A user or a batch system asked it to end, or its machine went down.
        case preempted
        case crashed
        case hung
        case timedOut
        /// The time that a batch system gives its jobs was over before it had written a checkpoint on request.
        case timeLimit
        case badData
        /// Its checkpoint could not be written.
        case diskFull
        /// Its program was of another version than the search.
        case otherVersion
        /// It could not be started.
        case notLaunched
        /// Its coordinator ended before its start was recorded, and there was no heartbeat.
        case lost
    }

    public init(_ reason: Reason, hasProgressed: Bool = false, lastLines: String = "") {
        self.reason = reason
        self.hasProgressed = hasProgressed
        self.lastLines = lastLines
    }

    /// True if it counts among the attempts that a trial may have.
    ///
    /// An end that the trial is not to blame for does not count, nor does one with progress, unless its time was over.
    public var counts: Bool {
        switch reason {
        case .result, .stopped, .preempted, .lost, .diskFull, .badData, .otherVersion: false
        case .timedOut: true
        default: !hasProgressed
        }
    }
}

extension AttemptEnd.Reason {
    /// The reason in words, properties of a search in backticks.
    package var words: String {
        switch self {
        case .result: "a result"
        case .stopped: "stopped"
        case .preempted: "it was asked to end, or its machine went down"
        case .crashed: "it crashed"
        case .hung: "it hung"
        case .timedOut: "it took longer than `trialTimeout`"
        case .timeLimit: "the time of its job was over"
        case .badData: "its images are at fault"
        case .diskFull: "the disk is full"
        case .otherVersion: "it was of another version of segnas3d"
        case .notLaunched: "it could not be started"
        case .lost: "it never started"
        }
    }
}

/// A launcher's handle of a job, valid after a restart too; only the launcher that made it can read it.
public struct JobHandle: Hashable, Codable, Sendable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }
}
