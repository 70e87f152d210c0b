/// How a coordinator treats its workers; all times in seconds.
public struct CoordinatorOptions: Hashable, Sendable {
    /// Where workers compute, one at a time in each.
    public var slots = ["cpu/0"]
    /// After which a trial's attempt is ended; nil for never.
    public var trialTimeout: Double?
    /// A beat that does not change for so long is the last, where a launcher cannot tell.
    public var silence = 3 * Heartbeat.interval
    /// A step counter that does not change for so long is a hang; the first step may take this long, too, and reading the
    /// prepared images before it.
    public var leastHang = 300.0
    /// A step that takes so many times as long as steps took is a hang, if that is longer.
    public var hangSteps = 20.0
    /// After which a job that was asked to end is ended.
    public var patience = 10.0
    /// Proposals in one step: what needs no training must not keep a search from hearing the user.
    public var mostAsks = 100
    /// Different trials that fail in a row before the machine is blamed.
    public var mostFailures = 3
    /// Bytes that a worker may use; nil where nothing limits it.
    public var memoryLimit: UInt64?

    public init() {}
}

/// Why a search stops before its budget is spent.
public enum CoordinatorError: Error, Equatable, Sendable {
    /// So many trials failed one after the other; what the last ones said.
    case everythingFails(trials: [Int], lastLines: String)
    /// A worker could not write its checkpoint; what it said.
    case diskFull(lastLines: String)
    /// A worker says that the images are at fault.
    case badData(String)
}

extension CoordinatorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .everythingFails(let trials, let lines):
            """
            trials \(trials.map(String.init).joined(separator: ", ")) failed one after the other, which says more about \
            this machine than about their networks: look at the last lines below, repair what they name, and run the \
            same command to go on
            \(lines)
            """
        case .diskFull(let lines):
            "the disk is full: free some space, and run the same command to go on\n\(lines)"
        case .badData(let message): message
        }
    }
}
