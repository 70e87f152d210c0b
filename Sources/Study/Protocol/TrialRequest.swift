public import FoundationEssentials
internal import SegNASHost
public import SegNASSearch

/// What a worker is to train: the same whenever it is written, for it depends on the study and the proposal alone.
///
/// How the training goes is in the study's plan.
public struct TrialRequest: Hashable, Codable, Sendable {
    public private(set) var schema = 2
    public var study: UUID
    public var trial: Int
    /// Of the point's coordinates: XXH3 with 128 bits, in schema 1 SHA-256.
    public var pointDigest: String
    public var architecture: Architecture
    public var hyperparameters: [Hyperparameter: Double]
    /// Of the trial's random numbers.
    public var seed: UInt64

    init(_ trial: Trial, of plan: StudyPlan) {
        study = plan.study
        self.trial = trial.number
        pointDigest = ContentDigest(ofBytes: Array(trial.proposal.pointData)).text
        architecture = trial.architecture
        hyperparameters = trial.hyperparameters
        // The next numbers of the study's seed, so that trials do not share theirs.
        seed = plan.sampler.seed &+ UInt64(trial.number) &+ 1
    }

    /// Reads the request of a trial; nil where there is none that is whole.
    public init?(in folder: TrialFolder) {
        guard
            let request = try? JSONDocument.read(
                TrialRequest.self, from: folder.request, schema: 1...2)
        else { return nil }
        self = request
    }

    /// Writes it in the place of the one before.
    func write(in folder: TrialFolder) throws {
        try JSONDocument.write(self, to: folder.request, .line)
    }

    /// Whether another request leads to the same training; digests of another schema cannot be compared, and need not be:
    /// all that a training depends on stands beside them.
    func asksSame(as other: TrialRequest) -> Bool {
        var other = other
        if schema != other.schema {
            (other.schema, other.pointDigest) = (schema, pointDigest)
        }
        return self == other
    }
}
