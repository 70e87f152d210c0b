internal import SegNASHost
public import SegNASSearch

/// A reason why a study cannot be begun, opened or resumed.
public enum StudyError: Error, Equatable, Sendable {
    /// A folder that holds a study already, or something else.
    case exists(folder: String)
    /// A folder without a plan.
    case noStudy(folder: String)
    /// The folder does not exist.
    case noFolder(String)
    /// A file that cannot be read or written; the system's message.
    case file(String, reason: String)
    /// A plan that is no JSON of ours.
    case plan(file: String, reason: String)
    /// A plan or database of a later version of segnas3d.
    case newer(file: String)
    /// A damaged database, and its backup if there is one.
    case damaged(file: String, backup: String?, reason: String)
    /// A database that is missing or holds nothing.
    case empty(file: String)
    /// A log beside the database that belongs to another one.
    case foreignLog(String)
    /// A database of another study than the plan beside it.
    case mixed(database: String, plan: String)
    /// Options that differ from those that the study was begun with.
    case planChanged([Difference])
    /// Another process works on it; nil if its name is not known yet.
    case owned(StudyOwner?, folder: String)
    /// A process on another machine had it and did not release it, on a file system whose locks do not tell.
    case abandoned(StudyOwner, lock: String)
    case diskFull(file: String)
    /// A step that a trial in this state cannot take.
    case transition(trial: Int, from: TrialState, to: TrialState)
    case replay(ReplayMismatch, file: String)
    case space(SearchSpaceError)
    case sampler(SamplerError)

    /// An option that a study was begun with, and its value now.
    public struct Difference: Hashable, Sendable {
        public var name: String
        public var before: String?
        public var now: String?

        public init(name: String, before: String?, now: String?) {
            self.name = name
            self.before = before
            self.now = now
        }

        /// Nil if a property is unchanged.
        package init?(_ property: String, _ before: String?, _ now: String?) {
            guard before != now else { return nil }
            self.init(name: "`\(property)`", before: before, now: now)
        }
    }
}

extension StudyError: CustomStringConvertible {
    public var description: String {
        words.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0).printable }.joined(separator: "\n")
    }

    private var words: String {
        switch self {
        case .exists(let folder): "\(folder) exists and is not an empty folder: name another one"
        case .noFolder(let folder): "\(folder) does not exist"
        case .noStudy(let folder):
            "\(folder) has no plan.json: name the folder that segnas3d search, train or compare was given as --output"
        case .file(let file, let reason): "\(file): \(reason)"
        case .plan(let file, let reason):
            "\(file) cannot be understood: \(reason); restore it, or begin another study"
        case .newer(let file):
            "\(file) was written by a later version of segnas3d: use that version"
        case .planChanged(let differences):
            (["the study was begun with other options:"] + differences.map { "  \($0)" })
                .joined(separator: "\n") + "\nGive the same ones, or begin another study"
        case .space(let error): "\(error)"
        case .sampler(let error): "\(error)"
        default: faultWords
        }
    }

    /// The messages for faults of a study that was sound.
    private var faultWords: String {
        switch self {
        case .damaged(let file, let backup, let reason):
            "\(file) is damaged (\(reason)) and was left as it is: "
                + (backup.map {
                    "to resume from the last backup, move it away with its -wal and -shm files and copy \($0) in its "
                        + "place"
                }
                    ?? """
                    there is no backup: move it away with its -wal and -shm files and give the same command again, \
                    which makes it from the results of the trials
                    """)
        case .empty(let file):
            "\(file) is missing or holds nothing, as when a study was copied without \(file)-wal: its search makes it "
                + "again from the backup or the results of its trials, so give that command again"
        case .foreignLog(let log):
            "\(log) does not belong to the database beside it, which is whole without it: move it and the -shm file "
                + "away, and run the same command again"
        case .mixed(let database, let plan):
            "\(database) does not belong to \(plan): restore the right one of the two"
        case .owned(let owner?, let folder):
            "\(folder) is in use by \(owner): wait for it, or stop it with kill \(owner.process)"
        case .owned(nil, let folder): "\(folder) is in use by another process: wait for it"
        case .abandoned(let owner, let lock):
            "\(lock) says that \(owner) works on the study, and locks of this file system do not tell whether it "
                + "still does: if it does not, delete \(lock)"
        case .diskFull(let file):
            "\(file) cannot be written, the disk is full: free some space and resume"
        case .transition(let trial, let from, let to):
            "trial \(trial) is \(from.rawValue) and cannot become \(to.rawValue): this is a mistake in segnas3d; "
                + "please report it"
        case .replay(let mismatch, let file): "\(file): \(mismatch)"
        default: ""
        }
    }
}

extension StudyError.Difference: CustomStringConvertible {
    public var description: String {
        "\(name): \(before ?? "not given") before, \(now ?? "not given") now"
    }
}
