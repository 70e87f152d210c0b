internal import SegNASRandomness

/// The networks of a table of real curves as a landscape.
///
/// A point stands for the network of the table that is nearest to the one that it decodes to. Landscapes differ in the
/// training that counts for networks with several.
package struct CurveLandscape: Landscape {
    package typealias Network = MeasuredNetwork

    private let table: CurveTable
    private let seed: UInt64
    private let edges: [Edge]
    package let best: Double

    package init(_ table: CurveTable, seed: UInt64) {
        self.table = table
        self.seed = seed
        edges = table.space.edges
        best = table.networks.map(\.quality).max() ?? 0
    }

    package var space: SearchSpace { table.space }
    /// A table does not say: operations computed for these are right but for a factor, the same for all networks.
    package var task: ImageTask { ImageTask(size: 64, classes: 2) }
    package var epochs: Int { table.epochs }
    package var choices: [[Double]]? { table.points }

    package func network(at point: [Double]) -> MeasuredNetwork? {
        let network = space.decode(point).network
        guard network.block.isLegal else { return nil }
        let canonical = network.block.canonical
        return table.networks.min {
            distance(network, canonical, $0.network) < distance(network, canonical, $1.network)
        }
    }

    /// How much two networks differ: 1 for the whole range of n or of p, for sup, for res, and for all edges.
    private func distance(_ a: SegNAS, _ block: BlockGraph, _ b: SegNAS) -> Double {
        let n = Double(a.n - b.n) / length(.n)
        let p = Double(a.p - b.p) / length(.p)
        let differing = edges.count { block.operation($0) != b.block.operation($0) }
        return n * n + p * p + (a.sup == b.sup ? 0 : 1) + (a.res == b.res ? 0 : 1)
            + Double(differing) / Double(edges.count)
    }

    private func length(_ name: Dimension.Name) -> Double {
        guard case .integers(let range)? = space[name] else { return 1 }
        return Double(max(1, range.count - 1))
    }

    package func curve(of network: MeasuredNetwork) -> [Double] {
        var generator = SeededGenerator(seed: seed, path: network.key)
        return network.trainings[generator.index(below: network.trainings.count)].dice
    }

    package func quality(of network: MeasuredNetwork) -> Double { network.quality }
}

extension BlockGraph {
    /// The operation of an edge; nil where the block has too few nodes for it.
    fileprivate func operation(_ edge: Edge) -> UInt8? {
        edge.isUsed(nodes: nodes) ? entry(edge) : nil
    }
}

extension SearchSpace {
    /// The smallest space that holds networks, with every operation on each edge.
    init(holding networks: [SegNAS]) {
        func range(_ value: (SegNAS) -> Int) -> Dimension.Values {
            let values = networks.map(value)
            return .integers((values.min() ?? 0)..<(values.max() ?? 0) + 1)
        }
        self.init(
            SpaceSettings(
                values: [
                    .n: range(\.n), .p: range(\.p), .sup: range { $0.sup ? 1 : 0 },
                    .res: range { $0.res ? 1 : 0 }, .nodes: range(\.block.nodes),
                ],
                operations: .every(.integers(0..<Operation.allCases.count))))
    }
}
