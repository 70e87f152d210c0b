extension BlockFigure.Operation {
    /// The paper's name, the label of an edge.
    var name: String {
        switch self {
        case .convolution(let kernel, let dilation): "Conv(\(kernel),\(dilation))"
        case .skip: "skip"
        case .projection: "projection"
        }
    }

    /// The words of the legend.
    var meaning: String {
        switch self {
        case .convolution(let kernel, let dilation):
            "\(kernel)×\(kernel)×\(kernel) convolution"
                + (dilation == 1 ? "" : ", dilation \(dilation)")
        case .skip: "skip: unchanged"
        case .projection: "1×1×1 projection"
        }
    }
}

extension BlockFigure.Fault {
    var words: String {
        switch self {
        case .noInput: "has no input"
        case .noOutput: "has no output"
        case .unconnected: "is not connected"
        }
    }
}

extension BlockFigure {
    /// The graph for those who cannot see it.
    var description: String {
        let ends = "A block of \(nodes) nodes from input 1 to output \(nodes). "
        let lines = edges.map { "\($0.from) to \($0.to): \($0.label)." }
        let faults = faultyNodes.map { "Node \($0.node) \($0.fault.words)." }
        return ends + (lines + faults).joined(separator: " ")
    }

    var faultyNodes: [(node: Int, fault: Fault)] {
        (1...nodes).compactMap { node in fault(of: node).map { (node, $0) } }
    }

    /// What is true of all edges and nodes, as far as it occurs.
    var notes: [String] {
        let convolves = edges.contains { edge in
            if case .convolution = edge.operation { true } else { false }
        }
        let sums = (1...nodes).contains { node in edges.count { $0.to == node } > 1 }
        return [
            convolves ? "Batch normalization and ReLU follow each convolution." : nil,
            sums ? "Where arrows meet, features are summed." : nil,
        ].compactMap(\.self)
    }
}
