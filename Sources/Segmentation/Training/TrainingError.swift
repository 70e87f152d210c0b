public import SegNASHost

/// An error that keeps a training from starting or ends it.
public enum TrainingError: Error, Equatable, Sendable {
    /// Faults of the options, a sentence each.
    case options([String])
    /// The folder cannot be made.
    case noFolder(run: String, reason: String)
    /// The folder holds other files than a run.
    case occupied(run: String)
    /// A file of the run cannot be read.
    case unreadable(file: String, reason: String)
    case unwritable(file: String, reason: String)
    /// Another process trains the run.
    case locked(run: String, by: String)
    /// The options are not those with which the run was begun.
    case otherOptions(run: String, [String])
    /// A run of more epochs would not end as if they had been asked for from the start.
    case moreEpochs(run: String, reason: String)
    case otherDataset(run: String, [String])
    case outOfMemory(MemoryShortage)
    /// The loss or the weights became NaN or infinite.
    case notFinite(what: String, epoch: Int, cases: [String], run: String, lastCheckpoint: String?)
    /// A checkpoint does not fit on the disk.
    case noSpace(folder: String, needed: ByteCount, free: ByteCount)
    /// The time that was given is too short for one epoch of some steps, after what was spent on the cases, in seconds.
    case tooLittleTime(
        minutes: Double, spent: Double, pace: TrainingTime.Pace, steps: Int, least: Double)
    /// The model that a run begins with is not there any more, and the run has no checkpoint yet.
    case originLost(run: String, reason: String)
    /// The user asked to end; the same command resumes.
    case interrupted(run: String)
}

extension TrainingError {
    /// The memory that a training lacks, with a remedy.
    public struct MemoryShortage: Equatable, Sendable {
        /// The memory that a training step needs; nil on a device for which it cannot be predicted.
        public var predicted: ByteCount?
        /// The memory that tensors may take; nil if unknown.
        public var available: ByteCount?
        /// What tensors would have taken with the allocation that failed; nil if unknown.
        public var reached: ByteCount?
        /// Options with which the training would fit, or another remedy.
        public var suggestion: String
        /// The system's refusal of memory that seemed available; nil if the limit of tensors was reached.
        public var refused: Refusal?

        /// A refusal of memory by the system.
        public struct Refusal: Equatable, Sendable {
            /// The memory that was asked for; nil if unknown.
            public var requested: ByteCount?
            /// The limit of the process's address space; nil if there is none.
            public var addressSpace: ByteCount?
        }

        public init(
            predicted: ByteCount?, available: ByteCount?, reached: ByteCount? = nil,
            suggestion: String, refused: Refusal? = nil
        ) {
            self.predicted = predicted
            self.available = available
            self.reached = reached
            self.suggestion = suggestion
            self.refused = refused
        }
    }
}

extension TrainingError: CustomStringConvertible {
    /// The error and its remedy.
    public var description: String {
        switch self {
        case .options(let faults): faults.joined(separator: "\n")
        case .noFolder(let run, let reason):
            "the folder \(run) cannot be made: \(reason); name another one"
        case .occupied(let run):
            "\(run) holds other files and no run of segnas3d train: name a new folder"
        case .unreadable(let file, let reason):
            "\(file) cannot be read (\(reason)): restore it, or train into a new folder"
        case .unwritable(let file, let reason):
            "\(file) cannot be written: \(reason); then run the same command to resume"
        case .locked(let run, let owner): "\(run) is being trained by \(owner)"
        case .otherOptions(let run, let differences):
            lines("\(run) was begun with other options:", differences)
                + "\nGive the same ones to resume, or another `output`"
        case .moreEpochs(let run, let reason): "\(run): \(reason)"
        case .otherDataset(let run, let changes):
            lines("\(run) was begun on a dataset that has changed since:", changes)
                + "\nTrain the changed dataset with another `output`"
        case .outOfMemory(let shortage): shortage.description
        case .notFinite(let what, let epoch, let cases, let run, let checkpoint):
            "\(what) is not a finite number in epoch \(epoch), on \(cases.joined(separator: ", ")): "
                + "look at these images, or try a lower `learningRate`, `gradientClipping` 1 or "
                + "`precision` float32 with another `output`. "
                + (checkpoint.map { "The last good state is \($0)" }
                    ?? "No state of \(run) had been saved")
        case .noSpace(let folder, let needed, let free):
            "\(folder): a checkpoint needs \(needed), and \(free) are free: make room, "
                + "then run the same command to resume"
        case .tooLittleTime(let minutes, let spent, let pace, let steps, let least):
            "`minutes` \(significant(minutes)) are too few: \(pace.words(spent)) went by before "
                + "training, \(counted(steps, "step")) of \(pace.words(pace.step)) and a validation of "
                + "\(pace.words(pace.validation)) are the shortest epoch: give at least "
                + significant(least)
        case .originLost(let run, let reason):
            "\(run) has no whole checkpoint and would begin again with the weights of another model: "
                + "\(reason); restore that model, or train into a new folder"
        case .interrupted(let run): "\(run) is interrupted: run the same command to resume"
        }
    }

    private func lines(_ title: String, _ sentences: [String]) -> String {
        ([title] + sentences.map { "  " + $0 }).joined(separator: "\n")
    }
}

extension TrainingError.MemoryShortage.Refusal: CustomStringConvertible {
    public var description: String {
        let amount = requested.map { "\($0) more" } ?? "more"
        return addressSpace.map {
            "the system refused \(amount), as this process may have \($0) of addresses with all its libraries and "
                + "threads (ulimit -v): raise that limit"
        } ?? "the system refused \(amount), so other programs have the rest"
    }
}

extension TrainingError.MemoryShortage: CustomStringConvertible {
    public var description: String {
        let need =
            predicted.map { "a training step needs about \($0) of memory" }
            ?? reached.map { "a training step needs more than \($0) of memory" }
        if let refused {
            let facts = [refused.description, need].compactMap(\.self).joined(separator: "; ")
            return "out of memory: \(facts). \(suggestion)"
        }
        let addresses = ProcessLimits.addressSpace.map {
            " of the \($0) of addresses that ulimit -v allows"
        }
        let limit = available.map { "\($0) are available" + (addresses ?? "") }
        let facts = [need, limit].compactMap(\.self).joined(separator: ", and ")
        return "out of memory" + (facts.isEmpty ? "" : ": " + facts) + ". " + suggestion
    }
}
