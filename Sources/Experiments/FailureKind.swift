internal import SegNASDatasets
internal import SegNASImaging
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// What kind of failure an error of the library is, for programs that act on it.
public enum FailureKind: Sendable {
    /// Options that are wrong, or not those of the work that is carried on.
    case options
    /// The dataset is at fault.
    case dataset
    case outOfMemory
    /// Ended as asked for; it can be carried on.
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
        case is DatasetError, TrainingError.otherDataset, SplitError.unknownCases,
            CoordinatorError.badData:
            self = .dataset
        case TrainingError.options, TrainingError.otherOptions, TrainingError.moreEpochs,
            StudyError.planChanged, StudyError.space, StudyError.sampler,
            ComparisonError.planChanged, ComparisonError.noComparison, is OptionFaults:
            self = .options
        case TrainingError.interrupted, is SearchEnd: self = .interrupted
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
    /// Whether memory lacked while an image was read.
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
    /// Whether the loss or the weights became NaN or infinite.
    var isDivergence: Bool {
        if case .notFinite = self { true } else { false }
    }

    /// Whether it says something about the network, and the same command would end in the same way.
    var isOfNetwork: Bool {
        if case .outOfMemory = self { true } else { isDivergence }
    }
}
