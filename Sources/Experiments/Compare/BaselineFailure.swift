internal import FoundationEssentials
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASTorch

/// Why a network has no result, where that says something about the network.
struct BaselineFailure: Codable {
    private(set) var schema = 1
    /// The network that it is true of: its file may say something else by now.
    var network: Architecture
    /// Where it does not fit: what a training step needs, nil where not known, and what it may take.
    var outOfMemory: Shortage?
    /// Any other reason, as a phrase.
    var reason: String?

    struct Shortage: Codable {
        var needed: UInt64?
        var limit: UInt64
    }

    /// Nil for errors that another attempt may not meet.
    init?(_ error: any Error, of network: Architecture, limit: ByteCount) {
        self.network = network
        switch error {
        case TrainingError.outOfMemory(let shortage):
            outOfMemory = Shortage(needed: shortage.predicted?.bytes, limit: limit.bytes)
        case TrainingError.notFinite(let what, let epoch, _, _, _):
            reason = "\(what) was not a finite number in epoch \(epoch)"
        case let error as NetworkError: reason = error.reason
        default: return nil
        }
    }

    /// Reads that of a network; nil where there is none, or it is another network's.
    init?(of network: Architecture, in file: String) throws {
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        guard let failure = try? JSONDocument.read(Self.self, from: file, schema: 1...1),
            failure.outOfMemory != nil || failure.reason != nil
        else {
            throw ComparisonError.file(
                file, reason: "is not what a comparison writes: remove it to train once more")
        }
        guard failure.network == network else { return nil }
        self = failure
    }

    var outcome: Comparison.Outcome {
        if let outOfMemory {
            return .outOfMemory(
                needed: outOfMemory.needed.map { ByteCount($0) },
                limit: ByteCount(outOfMemory.limit))
        }
        return .failed(reason ?? "")
    }
}
