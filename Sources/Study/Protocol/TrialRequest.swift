public import FoundationEssentials
public import Search

/// What a worker is to train: the same whenever it is written, for it depends on the study and the proposal alone.
///
/// How the training goes is in the study's plan.
public struct TrialRequest: Hashable, Codable, Sendable {
    public var schema = 1
    public var study: UUID
    public var trial: Int
    /// SHA-256 of the point's coordinates.
    public var pointDigest: String
    public var architecture: Architecture
    public var hyperparameters: [Hyperparameter: Double]
    /// Of the trial's random numbers.
    public var seed: UInt64

    init(_ trial: Trial, of plan: StudyPlan) {
        study = plan.study
        self.trial = trial.number
        pointDigest = SHA256.hexadecimal([UInt8](trial.proposal.pointData))
        architecture = trial.architecture
        hyperparameters = trial.hyperparameters
        // The next numbers of the study's seed, so that trials do not share theirs.
        seed = plan.sampler.seed &+ UInt64(trial.number) &+ 1
    }

    /// Reads the request of a trial; nil where there is none that is whole.
    public init?(in folder: TrialFolder) {
        guard let request = decoded(TrialRequest.self, from: folder.request), request.schema == 1
        else { return nil }
        self = request
    }
}
