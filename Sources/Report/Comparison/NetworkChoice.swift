internal import SegNASHost
internal import SegNASSearch

/// The network of a result that has a block, as tables show it.
struct NetworkChoice {
    let network: SegNAS
    /// Of all edges of its space, row by row; those that its block does not have are of no account.
    let operations: [(operation: Operation, edge: Edge)]
    /// The values of what was searched besides the network.
    let hyperparameters: [Hyperparameter: Double]

    /// Nil for a network of another family.
    init?(_ result: Comparison.Result) {
        guard case .segnas(let network) = result.optimum?.architecture ?? result.architecture else {
            return nil
        }
        let operations = result.optimum?.operations ?? network.block.operations
        let nodes = BlockGraph.nodeCounts.first { Edge.all(nodes: $0).count == operations.count }
        self.network = network
        self.operations = zip(operations, Edge.all(nodes: nodes ?? 0)).map { ($0, $1) }
        hyperparameters = result.optimum?.hyperparameters ?? [:]
    }

    var nodes: Int { network.block.nodes }

    /// The paper's numbers of the operations on edges that the block has, or on those that it has not.
    func numbers(used: Bool) -> [Int] {
        operations.filter { $0.edge.isUsed(nodes: nodes) == used }.map(\.operation.number)
    }

    /// The numbers row by row, those of edges that the block does not have struck through.
    var numbers: RichText {
        operations.map { operation, edge in
            RichText("\(operation.number)", edge.isUsed(nodes: nodes) ? nil : .struck)
        }.joined(separator: ", ")
    }

    /// What else was searched; the dropout where it is not the default.
    var others: [(name: String, value: String)] {
        let dropout =
            network.dropout == SegNAS.defaultDropout
            ? [] : [(Dimension.Name.dropout.title, significant(network.dropout))]
        return dropout
            + hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }.map { name, value in
                (Dimension.Name.hyperparameter(name).title, significant(value))
            }
    }

    /// All that the network is made of, in a line.
    var words: String {
        hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }.reduce("\(network)") {
            "\($0) \(Dimension.Name.hyperparameter($1.key).title) \(significant($1.value))"
        }
    }
}
