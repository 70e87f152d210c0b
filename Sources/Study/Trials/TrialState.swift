/// Where a trial is between its proposal and its end, by the name in the database and in `status --json`.
public enum TrialState: String, CaseIterable, Codable, Sendable {
    /// Waits for a slot, for its next attempt, or for another trial with the same key.
    case queued
    /// A worker has it, as far as is known.
    case running
    /// Trained.
    case completed
    /// The result of another trial with the same key was taken.
    case cached
    /// Its network cannot be built.
    case illegal
    /// Its network does not fit into memory.
    case outOfMemory
    /// Every attempt ended without a result: that says nothing about its network.
    case failed

    /// Whether nothing more is to be done for it.
    public var isEnd: Bool { self != .queued && self != .running }

    /// The states that may follow; an end whose value was told has none, whatever is said here.
    var successors: Set<TrialState> {
        switch self {
        case .queued: [.running, .cached]
        case .running: [.queued, .completed, .outOfMemory, .failed]
        // Failures are held back until it is known that not everything fails.
        case .failed: [.queued, .cached]
        case .completed, .cached, .illegal, .outOfMemory: []
        }
    }
}
