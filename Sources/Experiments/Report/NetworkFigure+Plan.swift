public import Report
internal import Search
public import Segmentation
public import Torch

// The report's figure of a network from what its plan says.

extension NetworkFigure {
    /// The figure of a network for images of a size.
    public init(_ plan: NetworkPlan, size: Extent) {
        let levels = (0...plan.poolings).map { level in
            let stages = plan.stages.filter { $0.level == level }
            return Level(
                size: plan.size(atLevel: level, of: size).xyz,
                encoder: Stage(stages[0], plan),
                decoder: stages.dropFirst().first.map { Stage($0, plan) })
        }
        self.init(title: "\(plan.architecture)", levels: levels, classes: plan.classes)
        switch plan.architecture {
        case .segnas(let network):
            isSupervised = network.sup
            isResidual = network.res
            dropout = network.dropout > 0 ? network.dropout : nil
            block = BlockFigure(network.block)
        case .unet3d:
            ascent = .transposedConvolution(kernel: 2)
        case .vnet:
            isResidual = true
            descent = .convolution(kernel: 2)
            ascent = .transposedConvolution(kernel: 2)
        }
    }
}

extension NetworkFigure.Stage {
    init(_ stage: StagePlan, _ plan: NetworkPlan) {
        let isBottom = stage.level == plan.poolings
        let path = stage.path == .encoder ? "Encoder" : "Decoder"
        self.init(
            isBottom ? "Bottom" : "\(path) \(stage.level + 1)", input: stage.inputs,
            output: stage.outputs, detail: Self.detail(of: stage, plan.architecture))
    }

    /// What the block's graph tells in the paper's family: `2 × Conv(3) BN ReLU`.
    private static func detail(of stage: StagePlan, _ architecture: Architecture) -> String? {
        let activation: String
        switch architecture {
        case .segnas: return nil
        case .unet3d: activation = "ReLU"
        case .vnet: activation = "PReLU"
        }
        return "\(stage.layers.count) × Conv(\(stage.layers[0].kernel)) BN \(activation)"
    }
}
