public import SegNASHost
public import SegNASSearch
public import SegNASTorch

/// An error in reading or writing a model's folder or file.
public struct ModelError: Error, Equatable, Sendable {
    public var file: String
    public var fault: ModelFault

    public init(file: String, fault: ModelFault) {
        self.file = file
        self.fault = fault
    }
}

/// A fault of a model.
public enum ModelFault: Error, Equatable, Sendable {
    case missing
    /// Neither a model, nor a run, nor a study.
    case notAModel
    /// A run or a study that has no model yet.
    case noModelYet
    case comparison
    /// A cross-validation some of whose folds were trained again after their predictions were evaluated.
    case foldsChanged
    /// An ensemble some of whose models are others than it was made of.
    case otherMembers
    /// A cross-validation whose record of clean-up cannot be read.
    case cleanUp(JSONFault)
    /// A cascade, or its second stage, where a network that sees images alone is needed.
    case cascade
    /// The second stage of a cascade without the first.
    case firstStageMissing
    /// A cascade's folder in which the first stage is no more.
    case firstStageLost
    /// The first stage of a cascade was trained again after the second.
    case firstStageChanged
    /// Several models in one folder, where one is needed.
    case severalModels(first: String)
    /// The weights are others than those that a run began with.
    case otherWeights
    /// A fault of `model.json`, or of the plan with the split of the cases.
    case document(JSONFault)
    case architecture(ArchitectureError)
    case network(NetworkError)
    case weightsMissing
    case unreadable(SystemFailure)
    /// The weights are not those that `model.json` describes.
    case weightsDiffer
    case weights(SafetensorsError)
    /// Tensors of another network, by their names.
    case weightsUnfit(String)
    case tensors(TorchError)
    case exists
    case unwritable(String)
    /// A zip archive that holds no whole model, with the reason.
    case archive(String)
}

extension ModelError: CustomStringConvertible {
    public var description: String {
        if case .weights(let error) = fault { return "\(error)" }
        return "\(file): \(fault)"
    }
}

extension ModelFault: CustomStringConvertible {
    /// The fault and its remedy.
    public var description: String {
        switch self {
        case .missing: "does not exist"
        case .notAModel:
            "is no model: name a folder with a model.json, or the folder of a run or study of segnas3d"
        case .comparison:
            "is a comparison, which has a model for each method: name one of these, such as split-0/METHOD in it"
        case .noModelYet:
            "holds no model yet: let the training finish, or resume it with the same command"
        case .foldsChanged:
            "was evaluated with other models than its runs have now: resume it with segnas3d train, "
                + "which predicts and evaluates again"
        case .otherMembers:
            "holds other models than it was made of: copy the whole folder of the ensemble again"
        case .cleanUp(let fault):
            "\(fault): resume it with segnas3d train, which writes it again"
        case .cascade:
            "is a cascade, whose second stage sees more than images: give another model"
        case .firstStageLost: "is missing: copy the whole folder of the cascade again"
        case .firstStageMissing:
            "is the second stage of a cascade, and the first is not beside it: name the cascade's folder, with both"
        case .firstStageChanged:
            "has other models than the second stage of the cascade was trained with: train the cascade again"
        case .severalModels(let first):
            "holds several models, and weights are taken from one: name it, such as \(first)"
        case .otherWeights: "has other weights than before"
        case .document(.syntax): "is not a description of a model: copy the model's folder again"
        case .document(.field(let fault)): "\(fault): copy the model's folder again"
        case .document(let fault): "\(fault)"
        case .architecture(let error):
            "its architecture cannot be read: "
                + error.faults.map(\.description).joined(separator: "; ")
        case .network(let error): "\(error)"
        case .unreadable(let failure): "\(TextFileFault.system(failure))"
        case .weightsMissing: "is missing: copy the whole folder of the model again"
        case .weightsDiffer:
            "is damaged, or belongs to another model, by the checksum in model.json: "
                + "copy the whole folder of the model again"
        case .weights(let error): "\(error)"
        case .weightsUnfit(let words): "does not fit the architecture in model.json: \(words)"
        case .tensors(let error): "\(error)"
        case .exists: "exists: remove it, or name another folder"
        case .unwritable(let reason): "cannot be written: \(reason)"
        case .archive(let words): words
        }
    }
}
