// Inner nodes have no identity: renaming them changes neither what a block computes nor what it can learn. A
// renaming keeps the matrix upper triangular exactly when it follows a topological order of the graph, the first
// node staying first and the last node last. The graphs that such renamings reach from one another form a class,
// and every member sees the whole class, so its lexicographically smallest operation list is the same for all.
//
// At most 5! = 120 orders for seven nodes: all are tried. For four nodes there is a choice only where no edge
// joins the two inner ones.

extension BlockGraph {
    /// The graph with the smallest operation list among those that differ only in the names of inner nodes.
    public var canonical: BlockGraph {
        var smallest = self
        for order in topologicalOrders {
            let other = reordered(order)
            if other.entries.lexicographicallyPrecedes(smallest.entries) { smallest = other }
        }
        return smallest
    }

    /// The orders of all nodes, from the first to the last, in which no edge leads backwards.
    private var topologicalOrders: [[Int]] {
        var orders = [[1]]
        for _ in 2..<nodes {
            orders = orders.flatMap { order in nextNodes(after: order).map { order + [$0] } }
        }
        return orders.map { $0 + [nodes] }
    }

    /// The inner nodes outside `order` whose inputs from other inner nodes all lie in it.
    private func nextNodes(after order: [Int]) -> [Int] {
        (2..<nodes).filter { node in
            !order.contains(node)
                && (2..<node).allSatisfy {
                    order.contains($0) || entry(Edge(from: $0, to: node)) == 0
                }
        }
    }

    /// The graph in which the nodes stand in another order; edges that this turns round are empty.
    private func reordered(_ order: [Int]) -> BlockGraph {
        let moved = Edge.all(nodes: nodes).map { edge in
            let (from, to) = (order[edge.from - 1], order[edge.to - 1])
            return from < to ? entry(Edge(from: from, to: to)) : 0
        }
        return BlockGraph(nodes: nodes, entries: moved)
    }
}
