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
    func callAsFunction(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        var y = try graph(x, training: training)
        if training, plan.dropout > 0 { y = try y.channelDropout(plan.dropout) }
        guard plan.isResidual else { return y }
        return try y + (projection?(x, training: training) ?? x)
    }

    /// Runs the nodes in order; the inputs of a node are summed.
    private func graph(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        var features: [Int: Tensor] = [1: x]
        for node in 2...plan.graph.nodes {
            for edge in plan.steps.map(\.edge) where edge.to == node {
                guard let source = features[edge.from] else { continue }
                let term = try edges[edge]?(source, training: training) ?? source
                features[node] =
                    try features[node].map { sum throws(TorchError) in
                        try sum + term
                    } ?? term
            }
        }
        guard let last = features[plan.graph.nodes] else {
            preconditionFailure("the last node of a legal graph has an input")
        }
        return last
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
