/// Starts workers somewhere: processes of this machine, or jobs of a cluster.
///
/// What it says is only a hint about whether to go on waiting; the truth is in the trial's files.
public protocol Launcher: AnyObject {
    /// Starts a worker, or throws where that is certain not to have happened.
    func launch(_ order: LaunchOrder) throws -> JobHandle

    /// What has become of a job, also of one that another process of this program has launched.
    func look(at job: JobHandle) -> JobState

    /// The job of an attempt, launched by a process that was killed before it could say so; nil where none is known.
    func find(_ attempt: Attempt, in folder: TrialFolder) -> JobHandle?

    /// Asks a job to end, and ends it if it was asked before; jobs that are gone are left alone.
    func cancel(_ job: JobHandle)
}

/// A worker to start.
public struct LaunchOrder: Hashable, Sendable {
    public var study: StudyFolder
    public var trial: Int
    public var attempt: Int
    /// Where it computes, such as `cuda:1` or `cpu/0`.
    public var slot: String

    public init(study: StudyFolder, trial: Int, attempt: Int, slot: String) {
        self.study = study
        self.trial = trial
        self.attempt = attempt
        self.slot = slot
    }

    public var folder: TrialFolder { TrialFolder(study.trial(trial)) }
}

/// Exit codes by which workers tell what they could not write to a file.
public enum WorkerExit {
    /// The disk is full.
    public static let diskFull: Int32 = 28
}

/// What has become of a job.
public enum JobState: Hashable, Sendable {
    case alive
    /// It has ended for certain; how, where that is known.
    case gone(Exit?)
    /// The launcher cannot tell, as of a job of another machine: its beats decide.
    case unknown

    public enum Exit: Hashable, Sendable {
        case code(Int32)
        case signal(Int32)
    }
}
