/// A setting of the training that a search space can vary besides the architecture.
///
/// The order is that of a point's coordinates, which studies on disk hold: new ones come last.
public enum Hyperparameter: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable {
    case batch
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    /// Of sgd.
    case momentum
    /// The maximal norm of all gradients together.
    case clip
    /// The decay of the moving average of weights.
    case average
    /// Epochs in which the learning rate rises to its value.
    case warmUp = "warm_up"
    /// The share of a batch of patches that is centred on labelled voxels.
    case foregroundShare = "foreground_share"
    /// The strength of the augmentation: a factor on the probabilities of the training's kinds.
    case augmentation
    case loss
    case optimizer
    case schedule
    /// The set of training options that the others are applied to.
    case recipe
    /// The voxels of patches, such as `96x96x32`.
    case patch
    /// The size to which all images are brought, where networks see whole ones.
    case size
    /// The voxels' length in mm, where networks see patches.
    case spacing

    /// The names among which a category chooses, those of training's options; nil for numbers, and for sizes and
    /// spacings, whose names are any.
    public var choices: [String]? {
        switch self {
        case .loss: ["exponential-logarithmic", "dice-cross-entropy"]
        case .optimizer: ["nadam", "adam", "adamw", "sgd"]
        case .schedule: ["constant", "polynomial", "cosine"]
        case .recipe: ["paper", "nnunet", "default"]
        default: nil
        }
    }

    /// True if it chooses among names.
    var isCategory: Bool {
        switch limits {
        case .choice, .sizes, .spacings: true
        case .whole, .real, .closed: false
        }
    }

    /// The names of the hyperparameters that are categories.
    static var categories: [String] { allCases.filter(\.isCategory).map(\.rawValue) }

    var limits: Limits {
        if let choices { return .choice(choices) }
        return switch self {
        case .learningRate: .learningRate
        case .batch: .batch
        case .momentum: .real(0..<1)
        case .average: .real(1e-6..<1)
        case .weightDecay, .foregroundShare: .closed(0...1)
        case .clip: .closed(1e-6...1e6)
        case .warmUp: .whole(0...10_000)
        case .patch, .size: .sizes
        case .spacing: .spacings
        // Beyond 2 probabilities of a half are 1, and more of the same changes nothing.
        default: .closed(0...2)
        }
    }
}

/// The value of a hyperparameter: a number, or one of a category's names.
///
/// In JSON it is that number or that name.
public enum HyperparameterValue: Hashable, Sendable {
    case number(Double)
    case choice(String)

    /// Nil for a name.
    public var number: Double? { if case .number(let number) = self { number } else { nil } }

    /// Nil for a number.
    public var choice: String? { if case .choice(let name) = self { name } else { nil } }
}

extension HyperparameterValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral
{
    public init(floatLiteral value: Double) { self = .number(value) }

    public init(integerLiteral value: Int) { self = .number(Double(value)) }

    public init(stringLiteral value: String) { self = .choice(value) }
}

extension HyperparameterValue: CustomStringConvertible {
    /// The name, or the shortest decimal that reads back as the same number.
    public var description: String {
        switch self {
        case .number(let value): SegNASSearch.number(value)
        case .choice(let name): name
        }
    }
}

extension HyperparameterValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .choice(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .choice(let name): try container.encode(name)
        }
    }
}
