internal import SegNASSearch
internal import SegNASTorch

/// A block graph, spatial dropout, and the optional residual connection around both.
extension MegaBlockPlan {
    /// Turns `[N, inputs, D, H, W]` into `[N, outputs, D, H, W]`.
    func run(
        _ x: BlockInput, through layers: LayerList, training: Bool
    ) throws(TorchError) -> Tensor {
        let last = graph.nodes
        var features: [Int: BlockInput] = [1: x]
        for node in 2..<last {
            let summands = try summands(of: node, features, layers)
            features[node] = .features(try sum(summands, training: training))
        }
        var summands = try summands(of: last, features, layers)
        features = [:]
        let keep = try training ? dropoutFactors(of: summands[0].x) : nil
        for index in summands.indices { summands[index].isDropped = keep != nil }
        if isResidual { summands.append(try summand(x, through: projection, of: layers)) }
        return try sum(summands, keep: keep, training: training)
    }

    /// What comes in on the edges of a node.
    private func summands(
        of node: Int, _ features: [Int: BlockInput], _ layers: LayerList
    ) throws(TorchError) -> [Summand] {
        var summands: [Summand] = []
        for step in steps where step.edge.to == node {
            guard let source = features[step.edge.from] else { continue }
            summands.append(try summand(source, through: step.layer, of: layers))
        }
        return summands
    }

    private func summand(
        _ x: BlockInput, through layer: LayerPlan?, of layers: LayerList
    ) throws(TorchError) -> Summand {
        guard let layer else { return Summand(try x.tensor()) }
        return try layers[layer].summand(x)
    }

    private func sum(
        _ summands: [Summand], keep: Tensor? = nil, training: Bool
    ) throws(TorchError) -> Tensor {
        if summands.count == 1, summands[0].norm == nil, keep == nil { return summands[0].x }
        return try .sum(summands, keep: keep, training: training)
    }

    private func dropoutFactors(of x: Tensor) throws(TorchError) -> Tensor? {
        guard dropout > 0 else { return nil }
        return try .dropoutFactors(
            images: x.shape[0], channels: x.shape[1], probability: dropout, device: x.device)
    }
}

/// What a block takes in: the features of one level, or in the decoder those of two.
enum BlockInput {
    case features(Tensor)
    case joined(JoinedFeatures)

    /// `[N, C, D, H, W]`, made where two levels are joined.
    func tensor() throws(TorchError) -> Tensor {
        switch self {
        case .features(let x): x
        case .joined(let joined): try joined.tensor()
        }
    }
}
