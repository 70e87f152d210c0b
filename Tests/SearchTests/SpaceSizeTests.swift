import SegNASRandomness
import Testing

@testable import SegNASSearch

struct SpaceSizeTests {
    @Test func integerPoints() throws {
        #expect(SearchSpace.segnas11.integerPoints == 141_178_800)
        #expect(SearchSpace.segnas4.integerPoints == 25 * 4 * 2 * 2)
        #expect(SearchSpace.segnas7.integerPoints == 3 * 117_649)
        #expect(!SearchSpace.segnas11.isInfinite)
        let large = try SearchSpace(
            yaml: "{base: segnas11, nodes: [2, 8], dropout: {from: 0.1, to: 0.5}}")
        // 25·4·2·2·6·7²¹, more than 64 bits hold.
        #expect(large.integerPoints == 1_340_510_073_799_881_616_800)
        #expect(large.isInfinite)
    }

    /// Counted one by one, and by the formula.
    @Test func legalMatrices() {
        let exhaustive = (2...4).map { BlockGraph.all(nodes: $0).count(where: \.isLegal) }
        #expect(exhaustive == [6, 252, 83_160])
        let counts = SearchSpace.segnas11.blockCounts
        #expect(counts.map(\.nodes) == [2, 3, 4])
        #expect(counts.map(\.all) == [7, 343, 117_649])
        #expect(counts.map(\.legal) == exhaustive)
        #expect(SearchSpace.segnas7.blockCounts == counts)
        #expect(SearchSpace.segnas4.blockCounts == [.init(nodes: 3, all: 1, legal: 1)])
        let fraction = (6.0 / 7 + 252.0 / 343 + 83_160.0 / 117_649) / 3
        #expect(abs(SearchSpace.segnas11.legalFraction - fraction) < 1e-12)
    }

    /// By 2^edges patterns in Python:
    /// `sum(6**x.bit_count() for x in range(2**m) if all(x & q for q in rows + columns))`.
    @Test func legalMatricesOfMoreNodes() throws {
        let space = try SearchSpace(yaml: "{base: segnas7, nodes: [5, 8]}")
        #expect(
            space.blockCounts.map(\.legal) == [
                198_141_552, 3_325_391_477_856, 391_129_148_721_673_152,
            ])
    }

    /// Few free edges, so that five to seven nodes too can be counted one by one.
    @Test(arguments: [5, 6, 7])
    func legalMatricesOfRestrictedSpaces(nodes: Int) {
        var generator = SeededGenerator(seed: UInt64(nodes))
        var legal = 0
        for _ in 0..<20 {
            var sets = Edge.all(nodes: nodes).map { _ in
                [UInt8.random(in: 0...1, using: &generator)]
            }
            for _ in 0..<7 {
                let index = Int.random(in: sets.indices, using: &generator)
                sets[index] = [[0, 2], [1, 6], [0, 2, 6]].randomElement(using: &generator) ?? []
            }
            let choices = sets.map { EdgeChoices(none: $0.contains(0) ? 1 : 0, all: $0.count) }
            let count = blocks(sets, nodes: nodes).count(where: \.isLegal)
            #expect(legalBlocks(nodes: nodes, choices: choices) == count)
            legal += count
        }
        #expect(legal > 0)
    }

    /// Every graph whose entries come from the sets.
    private func blocks(_ sets: [[UInt8]], nodes: Int) -> [BlockGraph] {
        let lists = sets.reduce([[]]) { lists, set in
            lists.flatMap { list in set.map { list + [$0] } }
        }
        return lists.map { BlockGraph(nodes: nodes, entries: $0) }
    }

    @Test func legalFractionAgreesWithSamples() throws {
        var generator = SeededGenerator(seed: 3)
        for text in [
            "base: segnas11", "{base: segnas11, nodes: [2, 8], op12: [0, 3], op67: 2, ops: [0, 4]}",
        ] {
            let space = try SearchSpace(yaml: text)
            let bounds = space.bounds
            let count = 4000
            let legal = (0..<count).count { _ in
                space.decode(bounds.map { Double.random(in: $0, using: &generator) })
                    .network.block.isLegal
            }
            let sampled = Double(legal) / Double(count)
            // Four standard deviations.
            #expect(abs(sampled - space.legalFraction) < 4 * 0.5 / Double(count).squareRoot())
        }
    }
}
