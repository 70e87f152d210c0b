public import SegNASDatasets
public import SegNASSegmentation

/// The result of a complete cross-validation.
public struct CrossValidationResult {
    /// The folder, which is the model: the mean of the folds' models.
    public var path: String
    /// The results of the folds' runs.
    public var runs: [TrainingResult]
    /// Each case by the fold that has not seen it, on the grid of its files, without clean-up.
    public var evaluation: Evaluation
    /// The clean-up that these predictions have chosen.
    public var postProcessing: PostProcessingRecord

    /// The time of training and validation over all folds.
    public var seconds: Double { runs.reduce(0) { $0 + $1.seconds } }
}

extension RunOptions {
    /// The number of folds of the cross-validation in a folder; nil if there is none.
    public static func foldCount(in path: String) -> Int? {
        CrossValidationFolder(path).foldCount
    }
}
