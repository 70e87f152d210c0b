internal import SegNASHost

/// The networks and hyperparameters among which a search chooses: named dimensions, searched or fixed.
///
/// An optimizer sees only the searched ones: it proposes a point inside ``bounds``, a coordinate for each of
/// ``searched``, and ``decode(_:)`` says what to train. Points with an illegal block belong to the space (Wong &
/// Moradi, MICCAI 2019, section 2.3): ask `candidate.network.block.illegalities` before training.
public struct SearchSpace: Hashable, Codable, Sendable {
    /// In the paper's order: n, p, sup, res, nodes, operations row by row for the most nodes, then dropout and those
    /// hyperparameters of training that the space mentions.
    public let dimensions: [Dimension]

    /// The dimensions that an optimizer varies, in the order of a point's coordinates.
    public var searched: [Dimension] {
        dimensions.filter { $0.values.interval != nil }
    }

    /// The closed box of points; a dimension with logarithmic scale is searched by its natural logarithm.
    public var bounds: [ClosedRange<Double>] {
        dimensions.compactMap(\.values.interval)
    }

    public subscript(name: Dimension.Name) -> Dimension.Values? {
        dimensions.first { $0.name == name }?.values
    }

    /// The numbers of nodes that blocks can have.
    public var nodeCounts: Range<Int> {
        switch self[.nodes] {
        case .integers(let range): range
        case .fixed(let nodes): Int(nodes)..<Int(nodes) + 1
        case .reals, .categories, .ranges, nil:
            preconditionFailure("nodes are whole numbers in every space")
        }
    }

    /// The edges that have an operation in the space: those between the most nodes.
    public var edges: [Edge] {
        Edge.all(nodes: nodeCounts.upperBound - 1)
    }
}

extension SearchSpace {
    /// The paper's search spaces (Wong & Moradi, MICCAI 2019, Table 2), and one that searches the training too.
    public enum Preset: String, CaseIterable, Sendable {
        case segnas11
        case segnas4
        case segnas7
        /// segnas11 with the dropout, the learning rate and the strength of the augmentation.
        case segnasPlus = "segnas+"

        /// The names, for texts: `segnas11, segnas4, segnas7 or segnas+`.
        public static var names: String {
            allCases.dropLast().map(\.rawValue).joined(separator: ", ") + " or "
                + allCases[allCases.count - 1].rawValue
        }
    }

    public init(_ preset: Preset) {
        self.init(preset.settings)
    }

    /// The space in which everything is searched.
    public static let segnas11 = SearchSpace(.segnas11)
    /// The space in which the block is {2,0,2} and all else is searched.
    public static let segnas4 = SearchSpace(.segnas4)
    /// The space in which the block is searched and all else is fixed.
    public static let segnas7 = SearchSpace(.segnas7)
    /// The space in which everything, the dropout, the learning rate and the augmentation are searched.
    public static let segnasPlus = SearchSpace(.segnasPlus)

    /// The learning rate in the middle of ``segnasPlus``.
    ///
    /// Studies keep the space's name, so it stays what it was; a search by that name alone moves the range to the
    /// learning rate of its training.
    public static let usualLearningRate = 2e-3

    /// The YAML of ``segnasPlus`` around a learning rate: a factor of 5 either way.
    public static func segnasPlus(around learningRate: Double) -> String {
        let range = learningRates(around: learningRate)
        let ends = "from: \(range.lowerBound), to: \(range.upperBound)"
        return "{base: segnas+, learning_rate: {\(ends), scale: log}}"
    }

    /// A factor of 5 either way, within what a space may have.
    fileprivate static func learningRates(around rate: Double) -> Range<Double> {
        let (least, most) = (1e-9, 10.0)
        let from = min(max(rate / 5, least), most / 25)
        return from..<min(max(5 * rate, 25 * least), most)
    }
}

extension SearchSpace.Preset {
    var settings: SpaceSettings {
        switch self {
        case .segnas11:
            SpaceSettings(
                values: Self.searchedSurroundings.merging(Self.searchedNodes) { $1 },
                operations: Self.everyOperation)
        case .segnas4:
            SpaceSettings(
                values: Self.searchedSurroundings.merging([.nodes: .fixed(3)]) { $1 },
                operations: .block(BlockGraph(nodes: 3, entries: [2, 0, 2])))
        case .segnas7:
            SpaceSettings(
                values: Self.fixedSurroundings.merging(Self.searchedNodes) { $1 },
                operations: Self.everyOperation)
        case .segnasPlus: Self.withTraining
        }
    }

    /// The paper's eleven, and how networks are trained.
    private static var withTraining: SpaceSettings {
        var settings = Self.segnas11.settings
        settings.values[.dropout] = .reals(0..<0.5, .linear)
        settings.values[.hyperparameter(.learningRate)] = .reals(
            SearchSpace.learningRates(around: SearchSpace.usualLearningRate), .log)
        settings.values[.hyperparameter(.augmentation)] = .reals(0..<2, .linear)
        return settings
    }

    private typealias Values = [Dimension.Name: Dimension.Values]

    private static let searchedSurroundings: Values = [
        .n: .integers(8..<33), .p: .integers(2..<6), .sup: .integers(0..<2),
        .res: .integers(0..<2),
    ]
    private static let fixedSurroundings: Values = [
        .n: .fixed(16), .p: .fixed(4), .sup: .fixed(0), .res: .fixed(1),
    ]
    private static let searchedNodes: Values = [.nodes: .integers(2..<5)]
    private static let everyOperation = SpaceSettings.Operations.every(.integers(0..<7))
}

extension SearchSpace {
    /// Reads a description in YAML, and reports every fault with its line.
    public init(yaml text: String) throws(SearchSpaceError) {
        let entries: [YAMLEntry]
        do { entries = try yamlEntries(text) } catch { throw SearchSpaceError([error]) }
        self = try SearchSpaceReader(entries).space()
    }

    /// Reads a file of YAML; the error names it.
    public init(contentsOf path: String) throws(SearchSpaceError) {
        let text: String
        do {
            text = try readText(at: path)
        } catch {
            throw SearchSpaceError([.init(line: nil, fault: .file(error))], file: path)
        }
        do { try self.init(yaml: text) } catch { throw SearchSpaceError(error.faults, file: path) }
    }
}
