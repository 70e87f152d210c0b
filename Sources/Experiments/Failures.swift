internal import SegNASDatasets
internal import SegNASImaging
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// Faults of options, a sentence each with its remedy; sentences name properties in back quotes.
public struct OptionFaults: Error, Equatable, CustomStringConvertible {
    public var sentences: [String]

    public init(_ sentences: [String]) {
        self.sentences = sentences
    }

    init(_ sentence: String) {
        sentences = [sentence]
    }

    /// Throws if there are any faults.
    static func refuse(_ sentences: [String]) throws(OptionFaults) {
        guard sentences.isEmpty else { throw OptionFaults(sentences) }
    }

    public var description: String { sentences.joined(separator: "\n") }
}

/// A sentence for each count that is given and below 1.
func faultsOfCounts(_ counts: [(name: String, count: Int?)]) -> [String] {
    counts.compactMap { name, count in
        count.flatMap { $0 < 1 ? "`\(name)` must be at least 1, and \($0) is given" : nil }
    }
}

/// The kind of failure behind an error of the library, for programs that act on it.
public enum FailureKind: Sendable {
    /// Options that are wrong, or differ from those of the work that is resumed.
    case options
    /// The dataset is at fault.
    case dataset
    case outOfMemory
    /// Ended on request; it can be resumed.
    case interrupted

    /// Nil for all other errors.
    public init?(_ error: any Error) {
        switch error {
        case TorchError.outOfMemory, TrainingError.outOfMemory, PlanError.tooLittleMemory:
            self = .outOfMemory
        case let error as ImageError where error.fault.isOutOfMemory: self = .outOfMemory
        case let error as ModelError where error.fault.isOutOfMemory: self = .outOfMemory
        case let errors as PreparationErrors where errors.errors.contains(where: \.isOutOfMemory):
            self = .outOfMemory
        case let errors as PreparationErrors where errors.concernsDataset: self = .dataset
        case let error as DatasetError where error.isOutOfMemory: self = .outOfMemory
        case let error as CrossValidationFailure where error.isOutOfMemory: self = .outOfMemory
        case is DatasetError, TrainingError.otherDataset, SplitError.unknownCases,
            CoordinatorError.badData:
            self = .dataset
        case TrainingError.options, TrainingError.otherOptions, TrainingError.moreEpochs,
            TrainingError.tooLittleTime,
            StudyError.planChanged, StudyError.space, StudyError.sampler,
            ComparisonError.planChanged, ComparisonError.noComparison, is OptionFaults,
            SplitError.noFoldsIn, SplitError.foldCount, SplitError.fewForFolds, is CascadeIsUseless,
            ExportError.cascade, ExportError.severalModels, ExportError.scoresOfSeveral,
            ExportError.preparations, SlurmError.refused:
            self = .options
        case TrainingError.interrupted, is SearchInterruption, is PlanningInterrupted:
            self = .interrupted
        default: return nil
        }
    }
}

extension ImageFault {
    fileprivate var isOutOfMemory: Bool {
        if case .outOfMemory = self { true } else { false }
    }
}

extension ModelFault {
    fileprivate var isOutOfMemory: Bool {
        if case .tensors(.outOfMemory) = self { true } else { false }
    }
}

extension DatasetError {
    /// True if memory ran out while an image was read.
    fileprivate var isOutOfMemory: Bool {
        faults.contains {
            if case .content(.unreadable(let fault)) = $0.problem {
                fault.isOutOfMemory
            } else {
                false
            }
        }
    }
}

extension PreparationError {
    var isOutOfMemory: Bool {
        if case .image(let error) = fault { error.fault.isOutOfMemory } else { false }
    }
}

extension TrainingError {
    /// True if the loss or the weights became NaN or infinite.
    var isDivergence: Bool {
        if case .notFinite = self { true } else { false }
    }

    /// True if the network is the cause, so that the same command would end in the same way.
    var isOfNetwork: Bool {
        if case .outOfMemory = self { true } else { isDivergence }
    }
}
