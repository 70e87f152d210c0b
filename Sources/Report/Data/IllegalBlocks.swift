internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// Drawings that show why blocks are illegal, one for each pattern of edges, whatever their operations.
struct IllegalBlocks {
    /// The figures by the keys of their patterns.
    let figures: [String: BlockFigure]
    /// The patterns of the study's illegal trials, the most frequent first, and their numbers.
    let counts: [(key: String, count: Int)]

    /// A study of five nodes could have hundreds.
    private static let mostPatterns = 120

    init(_ record: StudySnapshot) {
        var figures: [String: BlockFigure] = [:]
        var counts: [String: Int] = [:]
        for trial in record.trials where trial.trial.state == .illegal {
            guard let figure = BlockFigure(illegal: trial.trial) else { continue }
            counts[figure.pattern, default: 0] += 1
            figures[figure.pattern] = figure
        }
        self.counts = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .prefix(Self.mostPatterns).map { ($0.key, $0.value) }
        self.figures = figures
    }

    /// The drawings as SVG by the keys of their patterns, in the page's own style.
    var drawings: [String: String] {
        Dictionary(
            uniqueKeysWithValues: counts.compactMap { key, _ in
                figures[key].map { (key, $0.thumbnail(isStyled: false)) }
            })
    }

    /// The most frequent patterns as HTML; nil if there are none.
    var html: String? {
        guard !counts.isEmpty else { return nil }
        let shown = counts.prefix(6).compactMap { key, count in
            figures[key].map { figure in
                let words = "\(count) \(count == 1 ? "trial" : "trials"): \(figure.faultWords)"
                return Section.figure(
                    figure.thumbnail(), escaped(words), name: "illegal block \(key)")
            }
        }
        let others = counts.count > shown.count ? " The \(shown.count) most frequent ones:" : ""
        return """
            <p>In a legal block features flow from the input through every node to the output. Nodes that no arrow \
            reaches, or that none leaves, have dashed frames.\(others)</p>
            <div class="thumbnails">\(shown.joined(separator: "\n"))</div>
            """
    }
}

extension BlockFigure {
    /// The edges of an illegal trial's block, without their operations; nil if it is illegal for another reason.
    init?(illegal trial: Trial) {
        guard case .segnas(let network) = trial.architecture, !network.block.isLegal else {
            return nil
        }
        let block = network.block
        self.init(
            nodes: block.nodes,
            edges: SegNASSearch.Edge.all(nodes: block.nodes).filter {
                block[$0.from, $0.to] != .none
            }.map { Edge(from: $0.from, to: $0.to, .any, label: "") },
            title: "Illegal block")
    }

    /// The pattern of its edges: the number of nodes, then a digit for each pair of them.
    var pattern: String {
        let places = Set(edges.map { [$0.from, $0.to] })
        let digits = SegNASSearch.Edge.all(nodes: nodes).map {
            places.contains([$0.from, $0.to]) ? "1" : "0"
        }
        return "\(nodes)-\(digits.joined())"
    }

    /// `node 2 has no input and node 3 has no output`.
    var faultWords: String {
        listed(faultyNodes.map { "node \($0.node) \($0.fault.words)" })
    }
}
