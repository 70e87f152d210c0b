internal import FoundationEssentials
internal import SegNASHost

/// The files through which a coordinator and the worker of a trial speak.
///
/// Results are the only truth: what a process table or a queue says is only a hint about whether to go on waiting.
public struct TrialFolder: Hashable, Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    public var request: String { "\(path)/request.json" }
    public var result: String { "\(path)/result.json" }
    /// What workers print.
    public var log: String { "\(path)/log" }

    /// Where the worker trains.
    public var run: String { "\(path)/run" }
    /// What it leaves there in the end.
    public var model: String { "\(run)/model" }

    /// Bytes that workers have printed so far.
    var logSize: Int {
        (try? MappedFile(path: log))?.bytes.count ?? 0
    }

    public func beat(_ run: String) -> String { "\(path)/beat.\(run)" }

    /// When the last beat was written, in seconds since 1970.
    var lastBeatTime: Double? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasPrefix("beat.") }.compactMap { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
            return (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970
        }.max()
    }

    /// Beats of all runs of the trial.
    func beats() -> [Heartbeat] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasPrefix("beat.") }.compactMap { name in
            try? JSONDocument.read(Heartbeat.self, from: "\(path)/\(name)")
        }
    }
}
