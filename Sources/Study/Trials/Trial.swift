public import SegNASSearch

/// One proposal of a search and what became of it.
public struct Trial: Hashable, Sendable {
    /// Its number is that of the trial, from 0.
    public let proposal: Proposal
    public let architecture: Architecture
    public let hyperparameters: [Hyperparameter: Double]
    public let key: ResultKey
    /// Nil where its network cannot be built.
    public let cost: TrialCost?
    public internal(set) var status: Status
    /// Nil until its value is told to the sampler: how many values were told before.
    public internal(set) var tellSerial: Int?

    public var number: Int { proposal.number }

    public enum Status: Hashable, Sendable {
        /// The trial whose result it waits for; nil where it waits for a slot.
        case queued(waitingFor: Int?)
        case running
        case ended(TrialEnd)

        public var state: TrialState {
            switch self {
            case .queued: .queued
            case .running: .running
            case .ended(let end): end.state
            }
        }
    }

    public var state: TrialState { status.state }

    /// How it ended; nil before.
    public var end: TrialEnd? {
        guard case .ended(let end) = status else { return nil }
        return end
    }
}
