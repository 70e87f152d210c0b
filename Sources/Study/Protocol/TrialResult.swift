public import FoundationEssentials
internal import SegNASHost

/// The result of a worker: published once for a trial, and never changed.
public struct TrialResult: Hashable, Codable, Sendable {
    public private(set) var schema = 2
    public var study: UUID
    public var trial: Int
    public var pointDigest: String
    /// The epochs of the stage; nil for all.
    public var stage: Int?
    /// The run that published it.
    public var run: String
    public var outcome: Outcome
    public var epochs: [TrialEpoch]
    /// XXH3 with 128 bits of this document without this field; nil in schema 1.
    private var digest: String?

    public enum Outcome: Hashable, Codable, Sendable {
        /// The validation Dice of the best epoch.
        case completed(dice: Double)
        /// The bytes that are needed, and those that are available.
        case outOfMemory(needed: UInt64, limit: UInt64)
        /// Images that cannot be trained with; the reason.
        case badData(String)
    }

    public init(
        for request: TrialRequest, run: String, outcome: Outcome, epochs: [TrialEpoch] = []
    ) {
        study = request.study
        trial = request.trial
        pointDigest = request.pointDigest
        stage = request.stage
        self.run = run
        self.outcome = outcome
        self.epochs = epochs
    }

    /// Publishes the result with a link, which fails if there is one already: a late worker cannot replace it.
    ///
    /// - Returns: True if it is the result of the trial now; false if another run was first.
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

    /// Reads the result of a request; nil if there is none that is whole and belongs to it.
    public init?(of request: TrialRequest, in folder: TrialFolder) {
        guard
            let result = try? JSONDocument.read(
                TrialResult.self, from: folder.result, schema: 1...2),
            result.study == request.study, result.trial == request.trial,
            result.pointDigest == request.pointDigest, result.stage == request.stage,
            result.isWhole
        else { return nil }
        self = result
    }

    var isBadData: Bool { if case .badData = outcome { true } else { false } }

    /// True if the result is not truncated.
    ///
    /// Results of schema 1 carry a SHA-256, which is no longer computed: a link made them whole, and truncated JSON
    /// does not parse.
    private var isWhole: Bool { schema == 1 || (try? contentDigest()) == digest }

    private func contentDigest() throws -> String {
        var unsigned = self
        unsigned.digest = nil
        return ContentDigest(ofText: try JSONDocument.text(of: unsigned, .line)).text
    }
}

/// An epoch of a trial's training, as a worker reports it.
public struct TrialEpoch: Hashable, Codable, Sendable {
    /// The number of the epoch, from 1.
    public var epoch: Int
    public var loss: Double
    /// The mean Dice of the validation cases.
    public var dice: Double
    /// The mean Dice of each label, by its value in the dataset's files.
    public var dicePerLabel: [String: Double]
    /// The Dice of each validation case, in their order, of the epoch that the trial's Dice is that of; nil for others,
    /// and in results of earlier versions.
    public var dicePerCase: [Double?]?
    public var seconds: Double

    public init(
        epoch: Int, loss: Double, dice: Double, dicePerLabel: [String: Double] = [:],
        dicePerCase: [Double?]? = nil, seconds: Double
    ) {
        self.epoch = epoch
        self.loss = loss
        self.dice = dice
        self.dicePerLabel = dicePerLabel
        self.dicePerCase = dicePerCase
        self.seconds = seconds
    }
}
