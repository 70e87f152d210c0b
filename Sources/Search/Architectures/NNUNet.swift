/// A network as nnU-Net plans it.
///
/// Isensee et al. 2021, doi:10.1038/s41592-020-01008-z.
public struct NNUNet: Hashable, Sendable {
    /// How a stage of the encoder is built.
    public enum Encoder: Sendable, CaseIterable {
        /// Two convolutions a stage (`PlainConvUNet`).
        case plain
        /// Residual blocks (`ResidualEncoderUNet`): Isensee et al. 2024, arXiv:2404.09556.
        case residual
    }

    public let encoder: Encoder
    /// Sizes that the network sees: poolings and one.
    public let stages: Int
    /// Channels of the first stage; each stage has twice as many, up to 320.
    public let features: Int

    /// Those for patches of 128³ voxels.
    public static let defaultStages = 6
    public static let defaultFeatures = 32
    static let mostFeatures = 320

    /// Values outside their limits trap: what people write is checked where it is read.
    public init(
        _ encoder: Encoder = .plain, stages: Int = defaultStages, features: Int = defaultFeatures
    ) {
        precondition(
            Limits.stages.contains(Double(stages)), "stages is \(stages), not \(Limits.stages)")
        precondition(
            Limits.features.contains(Double(features)),
            "features is \(features), not \(Limits.features)")
        self.encoder = encoder
        self.stages = stages
        self.features = features
    }

    /// Channels of the features of a level.
    func width(_ level: Int) -> Int { min(features << level, max(features, Self.mostFeatures)) }

    /// Residual blocks of a level's stage in the encoder, and convolutions of one in the decoder.
    var blocks: [Int] { [1, 3, 4, 6, 6, 6, 6, 6, 6, 6, 6] }
}

extension NNUNet: CustomStringConvertible {
    /// `nnunet`, followed by stages and features where they are not the default.
    public var description: String {
        var text = Architecture.nnunet(self).family.rawValue
        if stages != Self.defaultStages { text += " stages \(stages)" }
        if features != Self.defaultFeatures { text += " features \(features)" }
        return text
    }
}
