internal import SegNASHost

/// A worker's sign of life, written again and again while it trains.
public struct Heartbeat: Hashable, Codable, Sendable {
    public var schema = 1
    /// The name of the run, which no other run of the trial has.
    public var run: String
    public var attempt: Int
    public var process: Int32
    public var host: String
    /// Counts up with every step of training: a worker that lives and does not count hangs.
    public var step: Int
    /// Checkpoints so far, those of earlier runs included.
    public var checkpoints: Int
    /// Bytes of memory in use.
    public var residentMemory: UInt64
    /// Whether it was asked to end, and does; nil as long as it trains.
    public var wasAsked: Bool?
    /// Counts the beats, so that each differs from the one before.
    public var count = 0

    public init(
        run: String, attempt: Int, process: Int32, host: String, step: Int = 0,
        checkpoints: Int = 0, residentMemory: UInt64 = 0
    ) {
        self.run = run
        self.attempt = attempt
        self.process = process
        self.host = host
        self.step = step
        self.checkpoints = checkpoints
        self.residentMemory = residentMemory
    }

    /// Seconds between beats.
    public static let interval = 15.0

    /// Writes it in the place of the one before.
    public func write(in folder: TrialFolder) throws {
        try JSONDocument.write(self, to: folder.beat(run), .line)
    }
}
