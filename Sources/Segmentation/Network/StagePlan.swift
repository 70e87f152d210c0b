/// The layers of a network that see one size, on the way down or up.
package struct StagePlan: Hashable, Sendable {
    package enum Path: Sendable {
        case encoder, decoder
    }

    package var path: Path
    package var level: Int
    package var inputs: Int
    package var outputs: Int
    package var layers: [LayerPlan]
}

extension StagePlan {
    /// Layers that run one after the other.
    init(_ path: Path, _ layers: [LayerPlan]) {
        guard let first = layers.first, let last = layers.last else {
            preconditionFailure("a stage without layers")
        }
        self.init(
            path: path, level: first.level, inputs: first.inputs, outputs: last.outputs,
            layers: layers)
    }
}
