internal import SegNASHost

/// A network to train; input channels and classes come from the data.
public enum Architecture: Hashable, Sendable {
    case segnas(SegNAS)
    /// 3D U-Net, Çiçek et al. 2016, arXiv:1606.06650.
    case unet3d
    /// V-Net, Milletari et al. 2016, arXiv:1606.04797.
    case vnet
    case nnunet(NNUNet)
}

/// A network of the searched family, with the paper's names (Wong & Moradi, MICCAI 2019, sections 2.1 and 2.2).
public struct SegNAS: Hashable, Sendable {
    /// Channels of the first block.
    public let n: Int
    /// Number of max poolings.
    public let p: Int
    /// Deep supervision.
    public let sup: Bool
    /// Residual connections around blocks.
    public let res: Bool
    public let block: BlockGraph
    /// Rate of the spatial dropout after each block.
    public let dropout: Double

    /// What a file that gives none means: the paper's.
    public static let defaultDropout = 0.2
    /// What measurement recommends (`Documentation/measurements/recipe`): that of the planned network, at which a
    /// search of the dropout begins.
    public static let recommendedDropout = 0.0

    /// Makes a network; values outside their limits trap, as input is checked where it is read.
    public init(
        n: Int, p: Int, sup: Bool, res: Bool, block: BlockGraph, dropout: Double = defaultDropout
    ) {
        precondition(Limits.n.contains(Double(n)), "n is \(n), not \(Limits.n)")
        precondition(Limits.p.contains(Double(p)), "p is \(p), not \(Limits.p)")
        precondition(
            Limits.dropout.contains(dropout), "dropout is \(dropout), not \(Limits.dropout)")
        self.n = n
        self.p = p
        self.sup = sup
        self.res = res
        self.block = block
        self.dropout = dropout
    }
}

extension Architecture {
    /// The same network with its block in canonical form.
    public var canonical: Architecture {
        guard case .segnas(let network) = self else { return self }
        return .segnas(
            SegNAS(
                n: network.n, p: network.p, sup: network.sup, res: network.res,
                block: network.block.canonical, dropout: network.dropout))
    }

    /// True if its batch normalization takes statistics of several images; instance normalization takes those of one.
    public var hasBatchNorm: Bool {
        switch self {
        case .segnas, .unet3d, .vnet: true
        case .nnunet: false
        }
    }
}

// MARK: - Short form

extension Architecture: CustomStringConvertible {
    /// The short form for tables: `n 21 p 3 sup 1 res 0 {2,0,2}`, or the baseline's name with what is not default.
    public var description: String {
        switch self {
        case .segnas(let network): network.description
        case .unet3d, .vnet: family.rawValue
        case .nnunet(let network): network.description
        }
    }
}

extension SegNAS: CustomStringConvertible {
    /// `n 21 p 3 sup 1 res 0 {2,0,2}`, followed by the dropout, to four digits, where it is not the default.
    public var description: String { text(dropout: significant(dropout)) }

    /// The same with the very dropout, for keys.
    fileprivate var exactText: String { text(dropout: number(dropout)) }

    private func text(dropout words: String) -> String {
        let text = "n \(n) p \(p) sup \(sup ? 1 : 0) res \(res ? 1 : 0) \(block)"
        return dropout == Self.defaultDropout ? text : text + " dropout \(words)"
    }
}

/// The key under which a result is cached: trials with equal keys would train the same network in the same way.
///
/// The canonical architecture and every other hyperparameter of the search space, as text. The shortest decimal that
/// reads back as the same value stands for it, so two learning rates share a key only if they are equal to the bit.
/// Studies on disk hold these texts: they must not change.
public struct ResultKey: Hashable, Sendable {
    /// For example `n 21 p 3 sup 1 res 0 {2,0,2} batch 3 learning_rate 0.001`.
    public let text: String

    public init(
        _ architecture: Architecture, hyperparameters: [Hyperparameter: HyperparameterValue] = [:]
    ) {
        let others = hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }
        let network =
            if case .segnas(let network) = architecture.canonical { network.exactText } else {
                "\(architecture)"
            }
        text = others.reduce(network) { text, other in
            text + " \(other.key.rawValue) \(other.value)"
        }
    }
}

extension ResultKey: Codable, CustomStringConvertible {
    public init(from decoder: any Decoder) throws {
        text = try String(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try text.encode(to: encoder)
    }

    public var description: String { text }
}

/// The values that are allowed for a field of an architecture or a dimension of a search space.
enum Limits {
    case whole(ClosedRange<Int>)
    case real(Range<Double>)
    case closed(ClosedRange<Double>)
    /// Names.
    case choice([String])
    /// Names of the sizes of ``GridChoice``, and of its spacings.
    case sizes, spacings

    static let n = Limits.whole(1...1024)
    static let p = Limits.whole(1...10)
    static let flag = Limits.whole(0...1)
    static let nodes = Limits.whole(BlockGraph.nodeCounts)
    static let operation = Limits.whole(Operation.numbers)
    static let stages = Limits.whole(2...11)
    static let features = Limits.whole(1...1024)
    static let dropout = Limits.real(0..<1)
    static let learningRate = Limits.real(1e-9..<10)
    static let batch = Limits.whole(1...1024)

    func contains(_ value: Double) -> Bool {
        switch self {
        case .whole(let limits):
            Int(exactly: value).map(limits.contains) ?? false
        case .real(let limits): limits.contains(value)
        case .closed(let limits): limits.contains(value)
        case .choice, .sizes, .spacings: false
        }
    }
}

extension Limits: CustomStringConvertible {
    var description: String {
        switch self {
        case .whole(let limits) where limits.count == 2:
            "\(limits.lowerBound) or \(limits.upperBound)"
        case .whole(let limits):
            "a whole number from \(limits.lowerBound) to \(limits.upperBound)"
        case .real(let limits):
            "a number of at least \(number(limits.lowerBound)) and below \(number(limits.upperBound))"
        case .closed(let limits):
            "a number from \(number(limits.lowerBound)) to \(number(limits.upperBound))"
        case .choice(let names): "one of \(listed(names))"
        case .sizes: "voxels such as 64 or 96x96x32, at most 1024 along an axis"
        case .spacings: "planned, or mm such as 1.5 or 0.6x0.6x3.6, from 0.01 to 100"
        }
    }
}
