public import Search

/// A network before it is built: its layers in the order in which they run, for given input channels and classes.
public struct NetworkPlan: Hashable, Sendable {
    public var architecture: Architecture
    /// Channels of the images.
    public var channels: Int
    /// Labels, background included.
    public var classes: Int
    /// Times that the volume is halved; sizes are padded to a multiple of 2 to this power.
    public var poolings: Int
    public var layers: [LayerPlan]
    /// What stands between two changes of size: encoder from the top down, then decoder from below.
    package var stages: [StagePlan]

    /// - Throws: ``NetworkError/illegal(_:)`` for a block graph that cannot be built.
    public init(
        _ architecture: Architecture, channels: Int, classes: Int
    ) throws(NetworkError) {
        self.architecture = architecture
        self.channels = channels
        self.classes = classes
        switch architecture {
        case .segnas(let network):
            guard network.block.isLegal else { throw .illegal(network.block.illegalities) }
            poolings = network.p
            let plan = SegNASPlan(network, channels: channels, classes: classes)
            (layers, stages) = (plan.layers, plan.stages)
        case .unet3d:
            poolings = UNet3DPlan.poolings
            let plan = UNet3DPlan(channels: channels, classes: classes)
            (layers, stages) = (plan.layers, plan.stages)
        case .vnet:
            poolings = VNetPlan.poolings
            let plan = VNetPlan(channels: channels, classes: classes)
            (layers, stages) = (plan.layers, plan.stages)
        }
    }

    /// Learned numbers of the network.
    public var parameters: Int {
        layers.reduce(0) { $0 + $1.parameters }
    }
}
