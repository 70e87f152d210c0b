public import SegNASDatasets

/// A named set of training options.
///
/// ```swift
/// var options = TrainingOptions()
/// Recipe.nnunet.apply(to: &options, fit: .patch)
/// print(options.optimizer, options.epochs)  // sgd 1000
/// ```
public enum Recipe: String, CaseIterable, Codable, Sendable {
    /// Wong & Moradi, MICCAI 2019, section 2.4.
    case paper
    /// nnU-Net 2's: Isensee et al. 2021, doi:10.1038/s41592-020-01008-z.
    case nnunet
    /// For short trainings on one workstation: `Documentation/recipes.md`.
    case standard = "default"

    /// The recipe of trainings for which none is asked: the paper's for whole images, which its networks see.
    public static func standing(for fit: PreparationOptions.Fit) -> Recipe {
        fit == .patch ? .standard : .paper
    }

    /// Images of a batch; nil leaves them to the plan of the dataset.
    public var batchSize: Int? { self == .paper ? TrainingOptions().batchSize : nil }

    /// Sets all options but the seed, the precision, the grid of validation and a batch that is left to a plan.
    public func apply(to options: inout TrainingOptions, fit: PreparationOptions.Fit) {
        var recipe = self.options
        recipe.batchSize = batchSize ?? options.batchSize
        recipe.seed = options.seed
        recipe.precision = options.precision
        recipe.validationGrid = options.validationGrid
        if fit != .patch {
            // An epoch of whole images shows each of them, where it lies.
            recipe.stepsPerEpoch = nil
            recipe.augmentation?.placement = nil
        }
        options = recipe
    }

    /// Its options, a batch that is left to the plan apart.
    public var options: TrainingOptions {
        switch self {
        case .paper: TrainingOptions()
        case .nnunet: Self.ofNNUNet
        case .standard: Self.forShortTrainings
        }
    }

    private static var ofNNUNet: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = 1000
        options.stepsPerEpoch = 250
        options.loss = .diceCrossEntropy
        options.optimizer = .sgd
        options.momentum = 0.99
        options.learningRate = 0.01
        options.weightDecay = 3e-5
        options.gradientClipping = 12
        options.schedule = .polynomial
        options.augmentation = ofNNUNetsImages
        return options
    }

    /// Its augmentation in three dimensions.
    private static var ofNNUNetsImages: Augmentation {
        var augmentation = Augmentation()
        augmentation.movement = nil
        augmentation.rotation = .init()
        augmentation.scaling = .init()
        augmentation.mirroring = .init()
        augmentation.noise = .init()
        augmentation.blur = .init()
        augmentation.brightness = .init()
        augmentation.contrast = .init()
        augmentation.lowResolution = .init()
        augmentation.invertedGamma = .init(probability: 0.1)
        augmentation.gamma = .init()
        return augmentation
    }

    private static var forShortTrainings: TrainingOptions {
        var options = TrainingOptions()
        options.loss = .diceCrossEntropy
        options.optimizer = .adamw
        options.learningRate = 4e-3
        options.weightDecay = 0.01
        options.gradientClipping = 12
        // The average of the weights does what a falling rate would do, and needs no end to fall to.
        options.schedule = .constant
        options.weightAveraging = 0.999
        var augmentation = ofNNUNetsImages
        augmentation.placement = .init()
        // Left and right stay what they are.
        augmentation.mirroring = nil
        options.augmentation = augmentation
        return options
    }
}

extension Recipe: CustomStringConvertible {
    public var description: String { rawValue }
}
