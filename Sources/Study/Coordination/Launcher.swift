public import SegNASHost

/// Starts workers somewhere: processes of this machine, or jobs of a cluster.
///
/// Its answers are only hints about whether to go on waiting; the truth is in the trial's files.
public protocol Launcher: AnyObject {
    /// True if its jobs take memory and cores of this machine until they have ended.
    var sharesMachine: Bool { get }

    /// Starts a worker, or throws if it certainly was not started, or ``UncertainLaunch``.
    func launch(_ order: LaunchOrder) throws -> JobHandle

    /// The state of a job that trains in a folder, also of one that another process of this program launched.
    func look(at job: JobHandle, in folder: TrialFolder) -> JobState

    /// The job of an attempt, launched by a process that was killed before it could record it; nil if none is found.
    ///
    /// Throws if that cannot be known at present.
    func find(_ attempt: Attempt, in folder: TrialFolder) throws -> JobHandle?

    /// Asks a job that trains in a folder to end, and ends it if it was asked before; others are left alone.
    func cancel(_ job: JobHandle, in folder: TrialFolder)

    /// Cancels jobs of the study that wait to run, when the search has ended.
    func cancelWaiting()
}

/// A worker to start.
public struct LaunchOrder: Hashable, Sendable {
    public var study: StudyFolder
    public var trial: Int
    public var attempt: Int
    /// The device that it computes on, such as `cuda:1` or `cpu/0`.
    public var slot: String
    /// The epochs of the stage to train; nil to train to the end.
    public var stage: Int?
    /// Where the worker leaves its log, its heartbeats and its result.
    public var folder: TrialFolder
    /// The memory that its tensors are predicted to take; nil if that is not known.
    public var memory: ByteCount?
    /// The seconds that it may take, by the trainings so far; nil if that is not known.
    public var seconds: Double?

    public init(study: StudyFolder, trial: Int, attempt: Int, slot: String, stage: Int? = nil) {
        self.stage = stage
        self.study = study
        self.trial = trial
        self.attempt = attempt
        self.slot = slot
        folder = TrialFolder(study.trial(trial), stage: stage)
    }

    /// The order for work that is no trial, in a folder of its own.
    public init(errand path: String, slot: String) {
        self.init(study: StudyFolder(path), trial: 0, attempt: 1, slot: slot)
        folder = TrialFolder(path)
    }
}

/// A worker that may or may not have been started: whether its job is found tells.
public struct UncertainLaunch: Error, Equatable, Sendable {
    public var reason: String

    public init(reason: String) {
        self.reason = reason
    }
}

/// Exit codes of workers for what they could not write to a file.
public enum WorkerExit {
    /// It was asked to end, and has written a checkpoint.
    public static let interrupted: Int32 = 130
    /// The disk is full.
    public static let diskFull: Int32 = 28
    /// It is of another version than the search that started it.
    public static let otherVersion: Int32 = 29
}

/// The state of a job.
public enum JobState: Hashable, Sendable {
    case alive
    /// It is suspended, as by SIGSTOP.
    case stopped
    /// It waits for a place to run.
    case waiting
    /// It has certainly ended; how, if that is known.
    case gone(Exit?)
    /// The launcher cannot tell, as for a job of another machine: its heartbeats decide.
    case unknown
    /// The launcher does not answer at present, which says nothing about the job.
    case unreachable

    public enum Exit: Hashable, Sendable {
        case code(Int32)
        case signal(Int32)
        /// It trains in another folder, of which this one is a copy.
        case elsewhere
        /// The time that it had was over.
        case timeLimit
        /// It was killed because it took more memory than it had.
        case outOfMemory

        /// True if the job is not to blame, as when it was asked to end, which batch systems do.
        var isBlameless: Bool {
            switch self {
            case .elsewhere: true
            case .timeLimit, .outOfMemory: false
            case .code(let code): code == WorkerExit.interrupted
            case .signal(let signal): SignalWatch.signals.contains(signal)
            }
        }
    }
}
