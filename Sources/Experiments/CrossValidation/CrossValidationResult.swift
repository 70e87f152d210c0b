public import SegNASDatasets
public import SegNASSegmentation

/// The result of a complete cross-validation.
public struct CrossValidationResult {
    /// The folder, which is the model: the mean of all runs' models.
    public var path: String
    /// What was trained.
    public var trainings: FoldTrainings
    /// The results of their runs, in order.
    public var runs: [TrainingResult]
    /// Each validation case by the mean of the networks that have not seen it, on the grid of its files, without
    /// clean-up.
    public var evaluation: Evaluation
    /// The clean-up that these predictions have chosen.
    public var postProcessing: PostProcessingRecord
    /// The test cases that a single division of the cases has, by the mean of all networks, cleaned up.
    public var test: Evaluation?

    /// The time of training and validation over all runs.
    public var seconds: Double { runs.reduce(0) { $0 + $1.seconds } }
}

extension RunOptions {
    /// The trainings of the cross-validation in a folder; nil if there is none.
    public static func trainings(in path: String) -> FoldTrainings? {
        CrossValidationFolder(path).trainings
    }
}
