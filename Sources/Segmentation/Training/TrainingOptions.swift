public import SegNASTorch

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// How a network is trained: by default as the paper does.
///
/// Wong & Moradi, MICCAI 2019, section 2.4: Nadam at 10⁻³, batches of 3, 100 epochs, exponential logarithmic loss.
public struct TrainingOptions: Hashable, Codable, Sendable {
    public var epochs = 100
    /// Images of one step of the optimizer.
    public var batchSize = 3
    /// How many parts a batch is computed in, one after the other, to need less memory.
    ///
    /// Gradients are those of the whole batch but for three things: batch normalization takes its statistics from each
    /// part alone, and moves its running statistics once a part; voxels to ignore make the means over voxels those of
    /// each part; and the Dice of the Dice and cross-entropy loss, which is that of a batch, becomes that of each part.
    public var accumulation = 1
    public var learningRate = 1e-3
    public var schedule = LearningRateSchedule.constant
    /// Epochs in which the learning rate rises to its value, step by step.
    public var warmUpEpochs = 0
    public var optimizer = OptimizerChoice.nadam
    /// Of adam, adamw and sgd.
    public var weightDecay = 0.0
    /// The norm of all gradients together is limited to this; nil leaves them as they are.
    public var gradientClipping: Double?
    /// Training ends when so many epochs have not bettered the validation Dice; nil trains to the end.
    ///
    /// The best of all epochs is kept then, else the best of the last half.
    public var patience: Int?
    /// Validation and the model take a moving average of the weights that keeps this share each step; nil for none.
    public var weightAveraging: Double?
    public var loss = LossFunction.exponentialLogarithmic
    /// How training images are varied at random; nil for not at all.
    public var augmentation: Augmentation? = Augmentation()
    /// Of activations; parameters, their gradients and the loss are float32.
    public var precision = Precision.auto
    public var validationGrid = ValidationGrid.prepared
    /// Of all random numbers.
    public var seed: UInt64 = 0

    public init() {}

    /// Images of one forward and backward pass.
    public var partSize: Int { batchSize / accumulation }

    /// With the precision that the device chooses, where it is left to it.
    public func resolved(on device: Device) -> TrainingOptions {
        guard precision == .auto else { return self }
        var options = self
        options.precision = precision.dtype(on: device) == .bfloat16 ? .bfloat16 : .float32
        return options
    }
}

/// Where validation compares labels.
public enum ValidationGrid: String, CaseIterable, Codable, Sendable {
    /// On the grid that the network sees.
    case prepared
    /// On the grid of the case's own files.
    case original
}

/// The optimizers by their names.
public enum OptimizerChoice: String, CaseIterable, Codable, Sendable {
    case nadam, adam, adamw, sgd

    /// The method; weight decay is not Nadam's.
    func method(weightDecay: Double) -> OptimizationMethod {
        switch self {
        case .nadam: .nadam()
        case .adam: .adam(Adam(weightDecay: weightDecay))
        case .adamw: .adam(Adam(weightDecay: weightDecay, decoupled: true))
        case .sgd: .sgd(SGD(weightDecay: weightDecay))
        }
    }
}

/// How the learning rate changes from step to step.
public enum LearningRateSchedule: String, CaseIterable, Codable, Sendable {
    case constant
    /// (1 − t)^0.9 over the share t of training, as nnU-Net does.
    case polynomial
    /// ½ (1 + cos πt): Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts.
    case cosine

    /// The factor of the learning rate when a share of training is done, 0 to 1.
    func factor(at share: Double) -> Double {
        switch self {
        case .constant: 1
        case .polynomial: pow(1 - share, 0.9)
        case .cosine: 0.5 * (1 + cos(.pi * share))
        }
    }
}

extension TrainingOptions {
    /// The learning rate of a step, counted from 0, where an epoch has so many.
    ///
    /// Linear up to the end of warm-up, where it is the full rate; then the schedule, over the steps that are left.
    func learningRate(step: Int, stepsPerEpoch: Int) -> Double {
        let warmUp = warmUpEpochs * stepsPerEpoch
        guard step >= warmUp else { return learningRate * Double(step + 1) / Double(warmUp) }
        let rest = epochs * stepsPerEpoch - warmUp
        return learningRate * schedule.factor(at: Double(step - warmUp) / Double(rest))
    }
}
