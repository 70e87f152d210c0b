public import SegNASSearch

extension BlockFigure {
    /// The graph of a block inside a network, where skips from the first node change the number of channels.
    public init(_ graph: BlockGraph) {
        let edges = SegNASSearch.Edge.all(nodes: graph.nodes).compactMap {
            edge -> BlockFigure.Edge? in
            let operation: Operation
            switch graph[edge.from, edge.to] {
            case .none: return nil
            case .conv(let kernel, let dilation):
                operation = .convolution(kernel: kernel, dilation: dilation)
            case .skip: operation = edge.from == 1 ? .projection : .skip
            }
            return BlockFigure.Edge(from: edge.from, to: edge.to, operation)
        }
        self.init(nodes: graph.nodes, edges: edges, title: "Block \(graph)")
    }
}
