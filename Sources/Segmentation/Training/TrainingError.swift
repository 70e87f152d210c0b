public import Host

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

    public init(predicted: ByteCount?, available: ByteCount?, suggestion: String) {
        self.predicted = predicted
        self.available = available
        self.suggestion = suggestion
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
                + "\nGive the same ones to resume, or another --output"
        case .moreEpochs(let run, let reason): "\(run): \(reason)"
        case .otherDataset(let run, let changes):
            lines("\(run) was begun on a dataset that has changed since:", changes)
                + "\nTrain the changed dataset with another --output"
        case .outOfMemory(let shortage): shortage.description
        case .notFinite(let what, let epoch, let cases, let run, let checkpoint):
            "\(what) is not a finite number in epoch \(epoch), on \(cases.joined(separator: ", ")): "
                + "look at these images, or try a lower --learning-rate, --clip 1 or "
                + "--precision float32 with another --output. "
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

extension TrainingShortage: CustomStringConvertible {
    public var description: String {
        let need = predicted.map { "a training step needs about \($0) of memory" }
        let limit = available.map { "\($0) are available" }
        let facts = [need, limit].compactMap(\.self).joined(separator: ", and ")
        return "out of memory" + (facts.isEmpty ? "" : ": " + facts) + ". " + suggestion
    }
}
