public import FoundationEssentials
internal import Glibc
internal import Host

/// What a worker found out: published once for a trial, and never changed.
public struct TrialResult: Hashable, Codable, Sendable {
    public var schema = 1
    public var study: UUID
    public var trial: Int
    public var pointDigest: String
    /// The run that made it.
    public var run: String
    public var outcome: Outcome
    public var epochs: [EpochRecord]
    /// Of this document without this field.
    private var sha256 = ""

    public enum Outcome: Hashable, Codable, Sendable {
        /// The validation Dice of the best epoch.
        case completed(dice: Double)
        /// Bytes that were asked for, and may be had.
        case outOfMemory(needed: UInt64, limit: UInt64)
        /// Images that cannot be trained with; what is wrong.
        case badData(String)
    }

    public init(
        for request: TrialRequest, run: String, outcome: Outcome, epochs: [EpochRecord] = []
    ) {
        study = request.study
        trial = request.trial
        pointDigest = request.pointDigest
        self.run = run
        self.outcome = outcome
        self.epochs = epochs
    }

    /// Publishes it with a link, which fails where a result is: a late worker cannot replace what was told.
    ///
    /// - Returns: Whether it is the result of the trial now; false where another run was first.
    public func publish(in folder: TrialFolder) throws -> Bool {
        var signed = self
        signed.sha256 = try signed.digest()
        do {
            try write(signed, to: folder.result, replacing: false)
            return true
        } catch let failure as SystemFailure where failure.code == EEXIST {
            return false
        }
    }

    /// Reads the result of a request; nil where there is none that is whole and belongs to it.
    public init?(of request: TrialRequest, in folder: TrialFolder) {
        guard let result = decoded(TrialResult.self, from: folder.result), result.schema == 1,
            result.study == request.study, result.trial == request.trial,
            result.pointDigest == request.pointDigest, (try? result.digest()) == result.sha256
        else { return nil }
        self = result
    }

    var isBadData: Bool { if case .badData = outcome { true } else { false } }

    private func digest() throws -> String {
        var unsigned = self
        unsigned.sha256 = ""
        return SHA256.hexadecimal(try encoded(unsigned))
    }
}
