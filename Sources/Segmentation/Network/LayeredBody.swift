internal import Torch

/// A plan that knows how its layers, once built, are run.
protocol LayeredPlan {
    var layers: [LayerPlan] { get }

    /// Turns `[N, I, D, H, W]` into `[N, classes, D, H, W]`.
    func run(_ x: Tensor, through layers: LayerList, training: Bool) throws(TorchError) -> Tensor
}

/// A network that is its plan and a list of layers.
struct LayeredBody: NetworkBody {
    private let plan: any LayeredPlan
    private let layers: LayerList

    init(
        _ plan: some LayeredPlan, device: Device,
        using generator: inout some RandomNumberGenerator
    ) throws(TorchError) {
        self.plan = plan
        layers = try LayerList(plan.layers, device: device, using: &generator)
    }

    func callAsFunction(_ x: Tensor, training: Bool) throws(TorchError) -> Tensor {
        try plan.run(x, through: layers, training: training)
    }

    var weights: Weights { layers.weights }
}
