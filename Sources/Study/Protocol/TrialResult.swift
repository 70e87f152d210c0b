public import FoundationEssentials
internal import SegNASHost

/// What a worker found out: published once for a trial, and never changed.
public struct TrialResult: Hashable, Codable, Sendable {
    public private(set) var schema = 2
    public var study: UUID
    public var trial: Int
    public var pointDigest: String
    /// The run that made it.
    public var run: String
    public var outcome: Outcome
    public var epochs: [TrialEpoch]
    /// XXH3 with 128 bits of this document without this field; nil in schema 1.
    private var digest: String?

    public enum Outcome: Hashable, Codable, Sendable {
        /// The validation Dice of the best epoch.
        case completed(dice: Double)
        /// Bytes that were asked for, and may be had.
        case outOfMemory(needed: UInt64, limit: UInt64)
        /// Images that cannot be trained with; what is wrong.
        case badData(String)
    }

    public init(
        for request: TrialRequest, run: String, outcome: Outcome, epochs: [TrialEpoch] = []
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
        signed.digest = try contentDigest()
        do {
            try JSONDocument.write(signed, to: folder.result, .line, replacing: false)
            return true
        } catch let failure as SystemFailure where failure.isExistingFile {
            return false
        }
    }

    /// Reads the result of a request; nil where there is none that is whole and belongs to it.
    public init?(of request: TrialRequest, in folder: TrialFolder) {
        guard
            let result = try? JSONDocument.read(
                TrialResult.self, from: folder.result, schema: 1...2),
            result.study == request.study, result.trial == request.trial,
            result.pointDigest == request.pointDigest, result.isWhole
        else { return nil }
        self = result
    }

    var isBadData: Bool { if case .badData = outcome { true } else { false } }

    /// Results of schema 1 carry a SHA-256, which nothing computes any more: a link made them whole, and JSON that is cut
    /// short is none.
    private var isWhole: Bool { schema == 1 || (try? contentDigest()) == digest }

    private func contentDigest() throws -> String {
        var unsigned = self
        unsigned.digest = nil
        return ContentDigest(ofText: try JSONDocument.text(of: unsigned, .line)).text
    }
}
