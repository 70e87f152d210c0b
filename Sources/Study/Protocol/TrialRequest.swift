public import FoundationEssentials
internal import SegNASHost
public import SegNASSearch

/// A worker's request: the network to train, which depends on the study and the proposal alone.
///
/// The settings of the training are in the study's plan.
public struct TrialRequest: Hashable, Codable, Sendable {
    public private(set) var schema = 2
    public var study: UUID
    public var trial: Int
    /// The digest of the point's coordinates: XXH3 with 128 bits, in schema 1 SHA-256.
    public var pointDigest: String
    public var architecture: Architecture
    public var hyperparameters: [Hyperparameter: HyperparameterValue]
    /// The seed of the trial's random numbers.
    public var seed: UInt64
    /// The epochs to which it is trained now; nil for all.
    public var stage: Int?

    init(_ trial: Trial, of plan: StudyPlan, stage: Int? = nil) {
        self.stage = stage
        study = plan.study
        self.trial = trial.number
        pointDigest = ContentDigest(ofBytes: Array(trial.proposal.pointData)).text
        architecture = trial.architecture
        hyperparameters = trial.hyperparameters
        seed = plan.seed(ofTrial: trial.number)
    }

    /// Reads the request of a trial; nil if there is none, or it is not whole.
    public init?(in folder: TrialFolder) {
        guard
            let request = try? JSONDocument.read(
                TrialRequest.self, from: folder.request, schema: 1...2)
        else { return nil }
        self = request
    }

    /// Writes the request, replacing the previous one.
    func write(in folder: TrialFolder) throws {
        try JSONDocument.write(self, to: folder.request, .line)
    }

    /// True if another request leads to the same training.
    ///
    /// Digests of different schemas cannot be compared, and need not be: all that a training depends on is compared.
    func asksSame(as other: TrialRequest) -> Bool {
        var other = other
        if schema != other.schema {
            (other.schema, other.pointDigest) = (schema, pointDigest)
        }
        return self == other
    }
}
