internal import SegNASSearch
internal import SegNASTorch

/// The built layers of a plan, found by their plan.
struct LayerList: Layer {
    private var layers: [String: PlannedLayer] = [:]
    private let order: [LayerPlan]

    init(
        _ plans: [LayerPlan], device: Device, using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        order = plans
        for plan in plans {
            layers[plan.name] = try PlannedLayer(plan, device: device, using: &generator)
        }
    }

    subscript(plan: LayerPlan) -> PlannedLayer {
        guard let layer = layers[plan.name] else {
            preconditionFailure("no layer \(plan.name) was built")
        }
        return layer
    }

    /// Runs layers one after the other.
    func run(
        _ plans: some Sequence<LayerPlan>, _ x: Tensor, training: Bool
    ) throws(TorchError) -> Tensor {
        var y = x
        for plan in plans { y = try self[plan](y, training: training) }
        return y
    }

    var weights: Weights {
        var weights = Weights()
        for plan in order { weights.add(self[plan].weights, under: plan.name) }
        return weights
    }
}
