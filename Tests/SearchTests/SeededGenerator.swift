@testable import Search

/// SplitMix64, doi:10.1145/2660193.2660195.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

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
