extension SearchSpace {
    /// The paper's search spaces (Wong & Moradi, MICCAI 2019, Table 2).
    public enum Preset: String, CaseIterable, Sendable {
        case segnas11
        case segnas4
        case segnas7
    }

    public init(_ preset: Preset) {
        self.init(preset.settings)
    }

    /// Everything is searched.
    public static let segnas11 = SearchSpace(.segnas11)
    /// The block is {2,0,2}; what surrounds it is searched.
    public static let segnas4 = SearchSpace(.segnas4)
    /// The block is searched; what surrounds it is fixed.
    public static let segnas7 = SearchSpace(.segnas7)
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
        }
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
