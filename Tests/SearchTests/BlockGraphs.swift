import SegNASRandomness

@testable import SegNASSearch

extension BlockGraph {
    /// Half of the operations are none, so that legal and illegal graphs and many orders occur.
    static func random(nodes: Int, using generator: inout SeededGenerator) -> BlockGraph {
        let entries = (0..<entryCount(nodes: nodes)).map { _ in
            Bool.random(using: &generator) ? 0 : UInt8.random(in: 0...6, using: &generator)
        }
        return BlockGraph(nodes: nodes, entries: entries)
    }

    /// Every graph of so many nodes.
    static func all(nodes: Int) -> some Sequence<BlockGraph> {
        let count = entryCount(nodes: nodes)
        let total = (0..<count).reduce(1) { product, _ in product * 7 }
        return (0..<total).lazy.map { number in
            var rest = number
            var entries = [UInt8](repeating: 0, count: count)
            for index in entries.indices {
                entries[index] = UInt8(truncatingIfNeeded: rest % 7)
                rest /= 7
            }
            return BlockGraph(nodes: nodes, entries: entries)
        }
    }
}
