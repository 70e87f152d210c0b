public import SegNASHost

/// Why a training did not begin, or did not end.
public enum TrainingError: Error, Equatable, Sendable {
    /// A sentence for each.
    case options([String])
    /// The folder cannot be made.
    case noFolder(run: String, reason: String)
    /// The folder holds other things than a run.
    case occupied(run: String)
    /// A file of the run that cannot be read as what it should be.
    case unreadable(file: String, reason: String)
    case unwritable(file: String, reason: String)
    /// Another process trains the run.
    case locked(run: String, by: String)
    /// Options that are not those with which the run was begun.
    case otherOptions(run: String, [String])
    /// More epochs than the run was begun with, which would not end as if they had been asked for at once.
    case moreEpochs(run: String, reason: String)
    case otherDataset(run: String, [String])
    case outOfMemory(TrainingShortage)
    /// The loss or the weights became NaN or infinite.
    case notFinite(what: String, epoch: Int, cases: [String], run: String, lastCheckpoint: String?)
    /// Checkpoints need more space than there is.
    case noSpace(folder: String, needed: ByteCount, free: ByteCount)
    /// As the user asked; the same command resumes.
    case interrupted(run: String)
}

/// A training that does not fit into memory.
public struct TrainingShortage: Equatable, Sendable {
    /// What a training step needs; nil on a device for which that is not predicted.
    public var predicted: ByteCount?
    /// What tensors may take; nil where not known.
    public var available: ByteCount?
    /// Options with which it would fit, or what else helps.
    public var suggestion: String
    /// What the system refused though it seemed to be available; nil where the limit is known to be the matter.
    public var refused: Refusal?

    /// Memory that was asked for, where that is known, and what the process may map at most, where that is limited.
    public struct Refusal: Equatable, Sendable {
        public var requested: ByteCount?
        public var addressSpace: ByteCount?
    }

    public init(
        predicted: ByteCount?, available: ByteCount?, suggestion: String, refused: Refusal? = nil
    ) {
        self.predicted = predicted
        self.available = available
        self.suggestion = suggestion
        self.refused = refused
    }
}

extension TrainingError: CustomStringConvertible {
    /// What is wrong and what to do about it.
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
        case .interrupted(let run): "\(run) is interrupted: run the same command to resume"
        }
    }

    private func lines(_ title: String, _ sentences: [String]) -> String {
        ([title] + sentences.map { "  " + $0 }).joined(separator: "\n")
    }
}

extension TrainingShortage.Refusal: CustomStringConvertible {
    public var description: String {
        let amount = requested.map { "\($0) more" } ?? "more"
        return addressSpace.map {
            "the system refused \(amount), as this process may have \($0) of addresses with all its libraries and threads "
                + "(ulimit -v): raise that limit"
        } ?? "the system refused \(amount), so other programs have the rest"
    }
}

extension TrainingShortage: CustomStringConvertible {
    public var description: String {
        let need = predicted.map { "a training step needs about \($0) of memory" }
        if let refused {
            return
                "out of memory: \([refused.description, need].compactMap(\.self).joined(separator: "; ")). \(suggestion)"
        }
        let addresses = ProcessLimits.addressSpace.map {
            " of the \($0) of addresses that ulimit -v allows"
        }
        let limit = available.map { "\($0) are available" + (addresses ?? "") }
        let facts = [need, limit].compactMap(\.self).joined(separator: ", and ")
        return "out of memory" + (facts.isEmpty ? "" : ": " + facts) + ". " + suggestion
    }
}
