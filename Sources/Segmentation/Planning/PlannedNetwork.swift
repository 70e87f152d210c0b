public import SegNASSearch

/// The network that a plan is made for: its depth may follow from the patch.
public enum PlannedNetwork: Hashable, Sendable {
    /// What is trained where no network is asked for: a small one of the searched family.
    case standard
    /// nnU-Net's, with a stage for each level of the patch.
    case nnunet(NNUNet.Encoder)
    case given(Architecture)

    /// The network for a patch.
    public func architecture(for patch: PlannedPatch) -> Architecture {
        switch self {
        case .standard: .segnas(Self.standard(for: patch.levels, of: patch.size))
        case .nnunet(let encoder):
            .nnunet(
                NNUNet(encoder, stages: min(max(2, patch.levels.poolings + 1), Self.mostStages)))
        case .given(let architecture): architecture
        }
    }

    private static let mostStages = 11

    /// How the standard network's depth follows, in words.
    static let depthRule =
        "at most \(mostPoolings) poolings, which leave \(fewestVoxels) voxels along the axes that they halve"

    // MARK: - The standard network

    /// Channels of its first block, and its block: two Conv(3,1) one after the other.
    private static let channels = 8
    private static let block = [2, 0, 2]
    /// A pooling leaves so many voxels along the axes that it halves, and there are no more of them.
    private static let fewestVoxels = 4
    private static let mostPoolings = 3

    /// With 3 poolings it has 0.37 million parameters, with 2 a quarter of them.
    ///
    /// In the same time it learns as much as one of twice the channels (`Documentation/measurements/recipe`).
    private static func standard(for levels: Pyramid, of size: SIMD3<Int>) -> SegNAS {
        let useful = (1...mostPoolings).last { count in
            guard levels.poolings >= count else { return false }
            let stride = levels.strides[count - 1]
            let left = levels.size(atLevel: count, of: size)
            return (0..<3).allSatisfy { stride[$0] == 1 || left[$0] >= fewestVoxels }
        }
        guard let block = try? BlockGraph(block) else {
            preconditionFailure("a block of three operations")
        }
        return SegNAS(
            n: channels, p: useful ?? 1, sup: true, res: true, block: block,
            dropout: SegNAS.recommendedDropout)
    }
}
