internal import FoundationEssentials
internal import Glibc
internal import SegNASHost

/// The files through which a coordinator and the worker of a trial communicate.
///
/// Results are the only truth: what a process table or a queue says is only a hint about whether to go on waiting.
public struct TrialFolder: Hashable, Sendable {
    public let path: String
    /// The epochs of the stage that is trained; nil if trials are trained to the end.
    public let stage: Int?

    public init(_ path: String, stage: Int? = nil) {
        self.path = path
        self.stage = stage
    }

    /// The folder of request and result: `stage-9` for a stage of 9 epochs.
    var exchange: String { stage.map { "\(path)/stage-\($0)" } ?? path }
    public var request: String { "\(exchange)/request.json" }
    public var result: String { "\(exchange)/result.json" }
    /// The output of workers.
    public var log: String { "\(path)/log" }

    /// The result of the request; nil if there is none, which costs little.
    func publishedResult() -> TrialResult? {
        // Opened, as a network file system may show an old list of files.
        let file = open(result, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        close(file)
        return TrialRequest(in: self).flatMap { TrialResult(of: $0, in: self) }
    }

    /// The end of what workers have printed from an offset on.
    func lastLines(from start: Int) -> String {
        guard let file = try? MappedFile(path: log) else { return "" }
        let own = file.bytes.dropFirst(start)
        let text = String(decoding: own.suffix(4000), as: UTF8.self)
        return text.split(separator: "\n").suffix(10).map { String($0).printable }
            .joined(separator: "\n")
    }

    /// The folder of the training.
    public var run: String { "\(path)/run" }
    /// The model that it leaves there in the end.
    public var model: String { "\(run)/model" }

    /// Bytes that workers have printed so far.
    var logSize: Int {
        (try? MappedFile(path: log))?.bytes.count ?? 0
    }

    /// A picture of a validation case, as the best epoch has predicted it.
    package var preview: String { "\(path)/preview.png" }

    public func heartbeat(_ run: String) -> String { "\(path)/beat.\(run)" }

    /// The time of the last heartbeat, in seconds since 1970.
    package var lastHeartbeatTime: Double? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasPrefix("beat.") }.compactMap { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970
        }.max()
    }

    /// The heartbeats of all runs of the trial.
    package func heartbeats() -> [Heartbeat] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasPrefix("beat.") }.compactMap { name in
            try? JSONDocument.read(Heartbeat.self, from: "\(path)/\(name)")
        }
    }
}

/// A worker's sign of life, written repeatedly while it trains.
public struct Heartbeat: Hashable, Codable, Sendable {
    public var schema = 1
    /// The name of the run, which no other run of the trial has.
    public var run: String
    public var attempt: Int
    public var process: Int32
    public var host: String
    /// The steps of training so far: a living worker whose steps do not increase hangs.
    public var step: Int
    /// The checkpoints so far, those of earlier runs included.
    public var checkpoints: Int
    /// Bytes of memory in use.
    public var residentMemory: UInt64
    /// True if it was asked to end, and does; nil as long as it trains.
    public var wasAsked: Bool?
    /// The number of heartbeats, so that each differs from the one before.
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

    /// Seconds between heartbeats.
    public static let interval = 15.0

    /// Writes the heartbeat, replacing the previous one of its run.
    public func write(in folder: TrialFolder) throws {
        try JSONDocument.write(self, to: folder.heartbeat(run), .line)
    }
}
