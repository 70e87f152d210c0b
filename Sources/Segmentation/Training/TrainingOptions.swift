import Glibc
internal import SegNASDatasets
internal import SegNASHost
public import SegNASTorch

/// Options of a training, with the paper's as defaults.
///
/// Wong & Moradi, MICCAI 2019, section 2.4: Nadam at 10⁻³, batches of 3, 100 epochs, exponential logarithmic loss.
public struct TrainingOptions: Hashable, Codable, Sendable {
    public var epochs = 100
    /// The epochs of the whole training, by which the schedule goes, where this one stops before; nil for ``epochs``.
    ///
    /// A training that stops before is the beginning of the whole one, bit for bit, and can be trained on to it.
    public var horizon: Int?
    /// The batch size: images for one step of the optimizer.
    public var batchSize = 3
    /// The number of parts in which a batch is computed, one after the other, to save memory.
    ///
    /// Gradients are those of the whole batch with three exceptions: batch normalization takes its statistics from each
    /// part alone, and updates its running statistics for each part; with voxels to ignore, means over voxels are those
    /// of each part; and the batch Dice of the Dice and cross-entropy loss becomes that of each part.
    public var accumulation = 1
    /// True if batch normalization on several devices takes the statistics of all of them together; nil for each device
    /// those of its part, as the paper's.
    public var syncNorm: Bool?
    public var learningRate = 1e-3
    public var schedule = LearningRateSchedule.constant
    /// The number of epochs in which the learning rate rises to its value, step by step.
    public var warmUpEpochs = 0
    public var optimizer = OptimizerChoice.nadam
    /// The weight decay of adam, adamw and sgd.
    public var weightDecay = 0.0
    /// The momentum of sgd; nil for 0.9.
    public var momentum: Double?
    /// The maximal norm of all gradients together; nil for no limit.
    public var gradientClipping: Double?
    /// The number of epochs without a better validation Dice after which training ends; nil trains to the end.
    ///
    /// With patience the best of all epochs is kept, else the best of the last half.
    public var patience: Int?
    /// The decay of the moving average of weights that validation and the model use; nil for no averaging.
    public var weightAveraging: Double?
    public var loss = LossFunction.exponentialLogarithmic
    /// The random augmentation of training images; nil for none.
    public var augmentation: Augmentation? = Augmentation()
    /// The batches of an epoch of patches; nil for as many as show each case's voxels about once.
    public var stepsPerEpoch: Int?
    /// The share of a batch of patches that is centred on labelled voxels; nil for
    /// ``PatchOptions/standardForegroundShare``.
    public var foregroundShare: Double?
    /// The precision of activations; parameters, their gradients and the loss are float32.
    public var precision = Precision.auto
    public var validationGrid = ValidationGrid.prepared
    /// The seed of all random numbers.
    public var seed: UInt64 = 0

    public init() {}

    /// The number of images in one forward and backward pass.
    public var partSize: Int { batchSize / accumulation }

    /// The least number of images of which batch normalization takes the statistics, on so many devices.
    public func normalizedImages(devices: Int) -> Int {
        syncNorm == true ? partSize : partSize / max(devices, 1)
    }

    /// The fault of a batch that cannot be divided among so many devices, with its remedy; nil if there is none.
    ///
    /// Parts may differ by an image: the loss is that of the whole batch.
    public func fault(devices: Int) -> String? {
        guard partSize < devices else { return nil }
        let part = accumulation == 1 ? "a batch" : "a part of a batch"
        return
            "\(part) of \(counted(partSize, "image")) cannot be divided among \(devices) devices: "
            + "give fewer devices, or a `batchSize` of at least \(devices * accumulation)"
    }

    /// Takes another optimizer, without what it has not: a momentum, or a weight decay.
    public mutating func choose(_ optimizer: OptimizerChoice) {
        self.optimizer = optimizer
        if optimizer != .sgd { momentum = nil }
        if optimizer == .nadam { weightDecay = 0 }
    }

    /// The options with `auto` replaced by the precision that suits the device.
    public func resolved(on device: Device) -> TrainingOptions {
        guard precision == .auto else { return self }
        var options = self
        options.precision = precision.dtype(on: device) == .bfloat16 ? .bfloat16 : .float32
        return options
    }
}

/// The grid on which validation compares labels.
public enum ValidationGrid: String, CaseIterable, Codable, Sendable {
    /// The grid that the network sees.
    case prepared
    /// The grid of the case's files.
    case original
}

/// The name of an optimizer.
public enum OptimizerChoice: String, CaseIterable, Codable, Sendable {
    case nadam, adam, adamw, sgd

}

extension TrainingOptions {
    /// The momentum of sgd where none is given.
    package static let standardMomentum = 0.9

    /// The optimizer's method; Nadam has no weight decay.
    var method: OptimizationMethod {
        switch optimizer {
        case .nadam: .nadam()
        case .adam: .adam(Adam(weightDecay: weightDecay))
        case .adamw: .adam(Adam(weightDecay: weightDecay, decoupled: true))
        case .sgd:
            .sgd(SGD(momentum: momentum ?? Self.standardMomentum, weightDecay: weightDecay))
        }
    }
}

/// The learning-rate schedule: the change of the learning rate from step to step.
public enum LearningRateSchedule: String, CaseIterable, Codable, Sendable {
    case constant
    /// (1 − t)^0.9 over the share t of training, as in nnU-Net.
    case polynomial
    /// ½ (1 + cos πt): Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts.
    case cosine

    /// The factor of the learning rate after a share of training, 0 to 1.
    func factor(at share: Double) -> Double {
        switch self {
        case .constant: 1
        case .polynomial: pow(1 - share, 0.9)
        case .cosine: 0.5 * (1 + cos(.pi * share))
        }
    }
}

extension TrainingOptions {
    /// The learning rate of a step, counted from 0.
    ///
    /// It rises linearly to the full rate at the end of warm-up, then follows the schedule over the remaining steps.
    func learningRate(step: Int, stepsPerEpoch: Int) -> Double {
        let warmUp = warmUpEpochs * stepsPerEpoch
        guard step >= warmUp else { return learningRate * Double(step + 1) / Double(warmUp) }
        let rest = (horizon ?? epochs) * stepsPerEpoch - warmUp
        return learningRate * schedule.factor(at: Double(step - warmUp) / Double(rest))
    }
}

extension TrainingOptions {
    /// All faults of the options, a sentence each with its remedy.
    public var faults: [String] {
        var faults = Faults()
        faults.require(epochs >= 1, "`epochs` must be at least 1, and \(epochs) is given")
        faults.require(
            horizon.map { $0 >= epochs } ?? true,
            "`horizon` must be at least the \(epochs) epochs, and \(horizon ?? 0) is given")
        faults.require(batchSize >= 1, "`batchSize` must be at least 1, and \(batchSize) is given")
        faults.require(
            accumulation >= 1 && (batchSize < 1 || batchSize % accumulation == 0),
            "`accumulation` \(accumulation) must divide the batch of \(batchSize) into equal parts")
        faults.addRate(self)
        faults.require(
            stepsPerEpoch.map { $0 >= 1 } ?? true,
            "`stepsPerEpoch` must be at least 1, and \(stepsPerEpoch ?? 0) is given")
        faults.require(
            foregroundShare.map { $0 >= 0 && $0 <= 1 } ?? true,
            "`foregroundShare` must be between 0 and 1, and \(foregroundShare ?? 0) is given")
        faults.require(
            gradientClipping.map { $0 > 0 && $0.isFinite } ?? true,
            "`gradientClipping` must be positive, and \(gradientClipping ?? 0) is given")
        faults.require(
            patience.map { $0 >= 1 } ?? true,
            "`patience` must be at least 1, and \(patience ?? 0) is given")
        faults.require(
            weightAveraging.map { $0 > 0 && $0 < 1 } ?? true,
            "`weightAveraging` must be between 0 and 1, such as 0.999, "
                + "and \(weightAveraging ?? 0) is given"
        )
        return faults.sentences + (augmentation?.faults.map { "augmentation: \($0)" } ?? [])
    }

    /// Faults of the options for a preparation and a split of the cases.
    func faults(for preparation: PreparationOptions, _ split: Split) -> [String] {
        var faults = Faults()
        faults.require(
            preparation.fit == .patch || (stepsPerEpoch == nil && foregroundShare == nil),
            "`stepsPerEpoch` and `foregroundShare` are for patches, and whole images are trained on: "
                + "leave them out, or give a `patch`")
        faults.require(
            preparation.fit == .patch || augmentation?.placement == nil,
            "augmentation by placement is for patches, and whole images are trained on: "
                + "leave it out, or give a `patch`")
        faults.require(
            patience == nil || !split.validation.isEmpty,
            "`patience` needs validation cases, and the split has none: leave it out, or give 50/20/30"
        )
        return faults.sentences
    }
}

extension Faults {
    fileprivate mutating func addRate(_ options: TrainingOptions) {
        require(
            options.learningRate > 0 && options.learningRate.isFinite,
            "`learningRate` must be positive, and \(options.learningRate) is given")
        let whole = options.horizon ?? options.epochs
        require(
            options.warmUpEpochs >= 0 && options.warmUpEpochs < max(whole, 1),
            "`warmUpEpochs` \(options.warmUpEpochs) must leave some of the \(whole) epochs")
        require(
            options.weightDecay >= 0 && options.weightDecay.isFinite,
            "`weightDecay` must not be negative, and \(options.weightDecay) is given")
        require(
            options.weightDecay == 0 || options.optimizer != .nadam,
            "`weightDecay` does not go with nadam: choose `optimizer` adamw, adam or sgd")
        require(
            options.momentum.map { $0 >= 0 && $0 < 1 } ?? true,
            "`momentum` must be between 0 and 1, such as 0.99, and \(options.momentum ?? 0) is given"
        )
        require(
            options.momentum == nil || options.optimizer == .sgd,
            "`momentum` goes with `optimizer` sgd alone")
    }
}
