internal import FoundationEssentials
internal import Host

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
    func beats() -> [TrialBeat] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { $0.hasPrefix("beat.") }.compactMap { name in
            decoded(TrialBeat.self, from: "\(path)/\(name)")
        }
    }
}

/// Writes a document that appears whole or not at all.
func write(_ document: some Encodable, to path: String, replacing: Bool) throws {
    let bytes = try encoded(document) + [UInt8(ascii: "\n")]
    let file = try AtomicFile(path: path)
    try bytes.withUnsafeBytes { try file.append($0) }
    try file.publish(replacing: replacing)
}

/// JSON whose bytes depend on the document alone.
func encoded(_ document: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return [UInt8](try encoder.encode(document))
}

/// A document of a file that may be missing or cut short; nil then.
func decoded<Document: Decodable>(_ type: Document.Type, from path: String) -> Document? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return try? JSONDecoder().decode(type, from: data)
}
