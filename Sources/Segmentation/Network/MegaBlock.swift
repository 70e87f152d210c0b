internal import Search
internal import Torch

/// A block graph, spatial dropout, and the optional residual connection around both.
struct MegaBlock: Layer {
    private let plan: MegaBlockPlan
    /// The layers of the graph's edges that have one.
    private let edges: [Edge: PlannedLayer]
    private let projection: PlannedLayer?

    init(
        _ plan: MegaBlockPlan, device: Device, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        self.plan = plan
        var edges: [Edge: PlannedLayer] = [:]
        for case (let edge, .layer(let layer)) in plan.steps {
            edges[edge] = try PlannedLayer(layer, device: device, using: &generator)
        }
        self.edges = edges
        if let projection = plan.projection {
            self.projection = try PlannedLayer(projection, device: device, using: &generator)
        } else {
            projection = nil
        }
    }

    /// Turns `[N, inputs, D, H, W]` into `[N, outputs, D, H, W]`.
    func callAsFunction(_ x: BlockInput, training: Bool) throws(TorchError) -> Tensor {
        let last = plan.graph.nodes
        var features: [Int: BlockInput] = [1: x]
        for node in 2..<last {
            features[node] = .features(try sum(inputs(of: node, features), training: training))
        }
        var summands = try inputs(of: last, features)
        features = [:]
        let keep = try training ? dropoutFactors(of: summands[0].x) : nil
        for index in summands.indices { summands[index].isDropped = keep != nil }
        if plan.isResidual { summands.append(try summand(x, through: projection)) }
        return try sum(summands, keep: keep, training: training)
    }

    /// What comes in on the edges of a node.
    private func inputs(
        of node: Int, _ features: [Int: BlockInput]
    ) throws(TorchError) -> [Summand] {
        var summands: [Summand] = []
        for edge in plan.steps.map(\.edge) where edge.to == node {
            guard let source = features[edge.from] else { continue }
            summands.append(try summand(source, through: edges[edge]))
        }
        return summands
    }

    private func summand(
        _ x: BlockInput, through layer: PlannedLayer?
    ) throws(TorchError) -> Summand {
        guard let layer else { return Summand(try x.tensor()) }
        return try layer.summand(x)
    }

    private func sum(
        _ summands: [Summand], keep: Tensor? = nil, training: Bool
    ) throws(TorchError) -> Tensor {
        if summands.count == 1, summands[0].norm == nil, keep == nil { return summands[0].x }
        return try .sum(summands, keep: keep, training: training)
    }

    private func dropoutFactors(of x: Tensor) throws(TorchError) -> Tensor? {
        guard plan.dropout > 0 else { return nil }
        return try .dropoutFactors(
            images: x.shape[0], channels: x.shape[1], probability: plan.dropout, device: x.device)
    }

    var weights: Weights {
        var weights = Weights()
        for case (let edge, .layer) in plan.steps {
            if let layer = edges[edge] { weights.add(layer.weights, under: "edge\(edge)") }
        }
        if let projection { weights.add(projection.weights, under: "residual") }
        return weights
    }
}
