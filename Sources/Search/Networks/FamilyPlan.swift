/// The plan of a network of any family; `Segmentation` adds how the layers, once built, are run.
package protocol FamilyPlan: Hashable, Sendable {
    /// The layers in the order in which they are built.
    var layers: [LayerPlan] { get }
    /// The layers between two changes of size: encoder from the top down, then decoder from the bottom up.
    var stages: [StagePlan] { get }
    /// The number of times that the volume is halved.
    var poolings: Int { get }
    var descent: Descent { get }
    var ascent: Ascent { get }
    /// True if all decoder levels and the bottom lead to the scores.
    var isSupervised: Bool { get }
    /// True if each stage adds its input to its output.
    var isResidual: Bool { get }
    /// Rate of the spatial dropout at the end of each stage.
    var dropout: Double { get }
}

/// The downsampling of features to the next level below.
package enum Descent: Hashable, Sendable {
    case maxPooling
    /// With stride 2.
    case convolution(kernel: Int)
}

/// The upsampling of features to the next level above.
package enum Ascent: Hashable, Sendable {
    case nearest
    /// With stride 2.
    case transposedConvolution(kernel: Int)
}

/// The layers of a network that work at one size, in the encoder or the decoder.
package struct StagePlan: Hashable, Sendable {
    package enum Path: Sendable {
        case encoder, decoder
    }

    package let path: Path
    package let level: Int
    /// Channels that enter: in a decoder those from below and those copied from the encoder.
    package let inputs: Int
    package let outputs: Int
    package let layers: [LayerPlan]
}

extension StagePlan {
    /// Makes a stage of layers that run one after the other.
    init(_ path: Path, _ layers: [LayerPlan]) {
        guard let first = layers.first, let last = layers.last else {
            preconditionFailure("a stage without layers")
        }
        self.init(
            path: path, level: first.level, inputs: first.inputs, outputs: last.outputs,
            layers: layers)
    }
}
