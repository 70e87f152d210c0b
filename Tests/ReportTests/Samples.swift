import SegNASReport
import SegNASSearch
import Testing

/// An argument that a test's output calls by its name.
struct Named<Value: Sendable>: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let value: Value

    init(_ name: String, _ value: Value) {
        testDescription = name
        self.value = value
    }
}

/// A block from the paper's operation numbers, row by row; skips that leave the first node are projections.
func block(nodes: Int, _ numbers: [Int], title: String = "Block") -> BlockFigure {
    let operations: [BlockFigure.Operation?] = [
        nil, .convolution(kernel: 1, dilation: 1), .convolution(kernel: 3, dilation: 1),
        .convolution(kernel: 5, dilation: 1), .convolution(kernel: 3, dilation: 2),
        .convolution(kernel: 5, dilation: 2), .skip,
    ]
    let edges = zip(places(nodes: nodes), numbers).compactMap { place, number in
        operations[number].map { operation in
            let projects = operation == .skip && place.from == 1
            return BlockFigure.Edge(
                from: place.from, to: place.to, projects ? .projection : operation)
        }
    }
    return BlockFigure(nodes: nodes, edges: edges, title: title)
}

/// All places of edges, row by row.
func places(nodes: Int) -> [(from: Int, to: Int)] {
    (1..<nodes).flatMap { from in (from + 1...nodes).map { (from, $0) } }
}

/// Every edge there is, with all operations in turn.
func fullBlock(nodes: Int) -> BlockFigure {
    block(nodes: nodes, places(nodes: nodes).indices.map { $0 % 6 + 1 })
}

/// A network of the searched family: n channels at first, p poolings, and the operation numbers of its block.
func segnas(
    n: Int, p: Int, sup: Bool = false, res: Bool = false, _ numbers: [Int] = [2]
) throws -> NetworkFigure {
    let network = SegNAS(n: n, p: p, sup: sup, res: res, block: try BlockGraph(numbers))
    return NetworkFigure(
        try NetworkPlan(.segnas(network), channels: 1, classes: 20), size: [128, 128, 128])
}

/// Another family: no graph but words, strided convolutions, sizes that are no cubes.
func vnet() throws -> NetworkFigure {
    NetworkFigure(try NetworkPlan(.vnet, channels: 1, classes: 2), size: [128, 128, 64])
}
