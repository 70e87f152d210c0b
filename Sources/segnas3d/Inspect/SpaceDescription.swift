import FoundationEssentials
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch

/// The output of `inspect` for a search space.
struct SpaceDescription: Encodable {
    struct Row: Encodable {
        var name: String
        var values: String
        var isSearched: Bool
        /// What must hold for it to have a value; nil if it always has one.
        var condition: String?
    }

    struct Blocks: Encodable {
        var nodes: Int
        var all: Int
        var legal: Int
    }

    let schema = 1
    var name: String
    var dimensions: [Row]
    var searched: Int
    /// Decimal digits, as the number may exceed what JSON readers can hold.
    var integerPoints: String
    var isInfinite: Bool
    var blocks: [Blocks]
    var legalFraction: Double

    init(_ space: SearchSpace, name: String) {
        self.name = name
        dimensions = space.dimensions.map { dimension in
            Row(
                name: "\(dimension.name)", values: "\(dimension.values)",
                isSearched: space.searched.contains(dimension),
                condition: dimension.conditions.isEmpty ? nil : dimension.conditions.words)
        }
        searched = space.searched.count
        integerPoints = "\(space.integerPoints)"
        isInfinite = space.isInfinite
        blocks = space.blockCounts.map { Blocks(nodes: $0.nodes, all: $0.all, legal: $0.legal) }
        legalFraction = space.legalFraction
    }

    func json() throws -> String {
        try JSONDocument.text(of: self, .indented)
    }

    func text() -> String {
        var lines = ["\(name): \(searched) searched dimensions", ""]
        lines +=
            TextTable(
                columns: [.left("dimension"), .left("values")],
                rows: dimensions.map { [$0.name, $0.words] }
            ).lines
        lines += [
            "",
            "\(grouped(integerPoints)) points" + (isInfinite ? ", times the real dimensions" : ""),
        ]
        lines += blocks.map {
            "blocks of \($0.nodes) nodes: \(grouped($0.legal)) of \(grouped($0.all)) legal"
        }
        lines.append("\((legalFraction * 10_000).rounded() / 100) % of the space is legal")
        return lines.joined(separator: "\n")
    }
}

extension SpaceDescription.Row {
    /// The values, `[0.8, 0.99) linear  when optimizer is sgd`.
    fileprivate var words: String {
        [values, isSearched ? nil : "fixed", condition].compactMap(\.self).joined(separator: "  ")
    }
}
