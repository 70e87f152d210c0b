import Report
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

/// A network as the search makes them: n channels at first, p poolings.
func segnas(
    n: Int, p: Int, sup: Bool = false, res: Bool = false, block: BlockFigure? = nil
) -> NetworkFigure {
    let levels = (0...p).map { level in
        let channels = n << level
        let size = 128 >> level
        return NetworkFigure.Level(
            size: [size, size, size],
            encoder: .init(
                level == p ? "Bottom" : "Encoder \(level + 1)",
                input: level == 0 ? 1 : channels / 2, output: channels),
            decoder: level == p
                ? nil : .init("Decoder \(level + 1)", input: 3 * channels, output: channels))
    }
    return NetworkFigure(
        title: "SegNAS, n \(n), p \(p)", levels: levels, classes: 20, isSupervised: sup,
        isResidual: res, dropout: 0.2, block: block)
}

/// Another family: no graph but words, strided convolutions, sizes that are no cubes.
let vnet: NetworkFigure = {
    let levels = (0...4).map { level in
        let channels = 16 << level
        let detail = "\(min(level + 1, 3)) × Conv(5) BN PReLU"
        return NetworkFigure.Level(
            size: [128 >> level, 128 >> level, 64 >> level],
            encoder: .init(
                level == 4 ? "Bottom" : "Left \(level + 1)", input: level == 0 ? 1 : channels,
                output: channels, detail: detail),
            decoder: level == 4
                ? nil
                : .init(
                    "Right \(level + 1)", input: 2 * channels, output: 2 * channels,
                    detail: detail))
    }
    return NetworkFigure(
        title: "V-Net", levels: levels, descent: .convolution(kernel: 2),
        ascent: .transposedConvolution(kernel: 2), classes: 2, isResidual: true)
}()
