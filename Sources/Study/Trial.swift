internal import Glibc
public import SegNASHost
public import SegNASSearch

/// A trial of a search: a proposed network and its state.
public struct Trial: Hashable, Sendable {
    /// The proposal, whose number is that of the trial, from 0.
    public let proposal: Proposal
    public let architecture: Architecture
    public let hyperparameters: [Hyperparameter: HyperparameterValue]
    public let key: ResultKey
    /// The predicted cost; nil if the network cannot be built.
    public let cost: TrialCost?
    public internal(set) var status: Status
    /// The number of values that were reported to the sampler before its own; nil until it is reported.
    public internal(set) var tellSerial: Int?
    /// The value that was reported to the sampler; nil until it is.
    public internal(set) var value: Double?

    public var number: Int { proposal.number }

    public enum Status: Hashable, Sendable {
        /// The trial whose result it waits for; nil if it waits for a slot.
        case queued(waitingFor: Int?)
        case running
        /// It was trained to a lower rung, to this validation Dice.
        case paused(dice: Double)
        case ended(TrialEnd)

        public var state: TrialState {
            switch self {
            case .queued: .queued
            case .running: .running
            case .paused: .paused
            case .ended(let end): end.state
            }
        }
    }

    public var state: TrialState { status.state }

    /// The validation Dice that it has reached; nil without one.
    public var dice: Double? {
        if case .paused(let dice) = status { dice } else { end?.dice }
    }

    /// The end of the trial; nil before.
    public var end: TrialEnd? {
        guard case .ended(let end) = status else { return nil }
        return end
    }
}

/// The state of a trial, by its name in the database and in `status --json`.
public enum TrialState: String, CaseIterable, Codable, Sendable {
    /// Waits for a slot, for its next attempt, or for another trial with the same key.
    case queued
    /// A worker trains it, as far as is known.
    case running
    /// It was trained to a lower rung, and may be trained on.
    case paused
    /// It was trained and has a Dice.
    case completed
    /// The result of another trial with the same key was taken.
    case cached
    /// Its network cannot be built, or is over the limits of the search.
    case illegal
    /// Its network does not fit into memory.
    case outOfMemory
    /// Every attempt ended without a result, which says nothing about its network.
    case failed
    /// It was trained to a lower rung when the budget was spent; a larger one may train it on.
    case stopped

    /// True if the trial has ended.
    public var isEnd: Bool { self != .queued && self != .running && self != .paused }

    /// The states of trials that are trained on a ladder of rungs alone.
    package static let ofLadders: Set<TrialState> = [.paused, .stopped]

    /// The states that may follow; there is none after an end whose value was reported.
    var successors: Set<TrialState> {
        switch self {
        case .queued: [.running, .cached]
        case .running: [.queued, .paused, .completed, .outOfMemory, .failed]
        case .paused: [.queued, .stopped]
        // A larger budget may train it on.
        case .stopped: [.queued]
        // Failures are held back until a result shows that not everything fails.
        case .failed: [.queued, .cached]
        case .completed, .cached, .illegal, .outOfMemory: []
        }
    }
}

/// The cost of a trial's network, predicted before it is trained.
public struct TrialCost: Hashable, Sendable {
    /// The number of parameters of the network.
    public var parameters: Int
    /// The multiply-adds of its forward pass for one image or patch; nil in studies of earlier versions.
    public var operations: Int?
    /// The memory of a training step's tensors; nil on devices for which that cannot be predicted.
    public var memory: ByteCount?

    public init(parameters: Int, operations: Int? = nil, memory: ByteCount? = nil) {
        self.parameters = parameters
        self.operations = operations
        self.memory = memory
    }
}

/// The end of a trial.
public enum TrialEnd: Hashable, Sendable {
    /// The network was trained to this validation Dice.
    case completed(dice: Double)
    /// The result of the trial of that number, whose key is the same; its Dice, nil if that ran out of memory.
    case cached(from: Int, dice: Double?)
    /// The network cannot be built, or is over the limits of the search.
    case illegal(reason: String)
    case outOfMemory(MemoryShortage)
    /// No attempt had a result.
    case failed(reason: String)
    /// The budget was spent when it was trained to a lower rung, to this validation Dice.
    case stopped(dice: Double)

    public var state: TrialState {
        switch self {
        case .completed: .completed
        case .cached: .cached
        case .illegal: .illegal
        case .outOfMemory: .outOfMemory
        case .failed: .failed
        case .stopped: .stopped
        }
    }

    /// The validation Dice; nil if there is none.
    public var dice: Double? {
        switch self {
        case .completed(let dice), .stopped(let dice): dice
        case .cached(_, let dice): dice
        case .illegal, .outOfMemory, .failed: nil
        }
    }

    /// f = −ln Dice, with the Dice clipped below at 10⁻⁴; 10 without one (Wong & Moradi, MICCAI 2019, section 2.3).
    public var value: Double { dice.map(loss) ?? worstValue }

    /// The same of the mean Dice of the last half of the epochs, which varies less than that of the best of them.
    ///
    /// That of the Dice itself where the epochs are not known.
    func steadyValue(_ epochs: [TrialEpoch]) -> Double {
        let counted = epochs.filter { $0.epoch > epochs.count / 2 }.map(\.dice)
        guard dice != nil, !counted.isEmpty else { return value }
        return loss(counted.reduce(0, +) / Double(counted.count))
    }
}

/// −ln Dice, with the Dice clipped below.
private func loss(_ dice: Double) -> Double { -log(max(dice, 1e-4)) }

/// The memory that a trial needs and does not get.
public struct MemoryShortage: Hashable, Codable, Sendable {
    public var kind: Kind
    /// The bytes that it needs, as far as is known.
    public var needed: UInt64
    /// The bytes that it may have.
    public var limit: UInt64

    public enum Kind: String, Codable, Sendable {
        /// Computed, without training.
        case predicted
        /// Training was tried.
        case real
    }

    public init(_ kind: Kind, needed: ByteCount, limit: ByteCount) {
        self.kind = kind
        self.needed = needed.bytes
        self.limit = limit.bytes
    }
}
