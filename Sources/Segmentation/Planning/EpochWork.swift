public import SegNASDatasets

/// What an epoch computes: training steps, and passes of the network over validation cases.
public struct EpochWork: Hashable, Sendable {
    public var steps: Int
    /// Images or tiles that validation predicts.
    public var validationPasses: Int

    /// - Parameters:
    ///   - split: The cases of each part.
    ///   - grids: The grids of cases by their identifiers; for whole images they are not needed.
    ///   - preparation: How images are prepared.
    ///   - options: How they are trained on.
    public init(
        _ split: Split, grids: [String: Fingerprint.Grid], preparation: PreparationOptions,
        options: TrainingOptions
    ) {
        guard preparation.fit == .patch else {
            steps = (split.training.count + options.batchSize - 1) / options.batchSize
            validationPasses = split.validation.count
            return
        }
        func sizes(_ cases: [String]) -> [SIMD3<Int>] {
            cases.compactMap { grids[$0] }.map { $0.size(at: preparation.spacing(of: $0)) }
        }
        steps =
            options.stepsPerEpoch
            ?? PatchOptions.stepsPerEpoch(
                sizes(split.training), size: preparation.size, batchSize: options.batchSize)
        validationPasses = sizes(split.validation).reduce(0) { sum, size in
            let tiles = (size &+ preparation.size &- 1) / preparation.size
            return sum + tiles.x * tiles.y * tiles.z
        }
    }
}

extension PreparationOptions {
    /// Mm of a case's prepared voxels, where its grid keeps its proportions.
    fileprivate func spacing(of grid: Fingerprint.Grid) -> SIMD3<Double> {
        switch spacing {
        case .stored: grid.spacing
        case .isotropic: SIMD3(repeating: grid.spacing.min())
        case .fixed(let mm): mm
        }
    }
}
