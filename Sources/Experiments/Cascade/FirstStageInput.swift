internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation

/// What the second stage of a cascade is given: the first stage, and what it predicts of each case.
struct FirstStageInput {
    var stage: FirstStage
    /// The path of the label map of each case, by its identifier.
    var maps: [String: String] = [:]

    /// The dataset, its cases with these label maps.
    func attached(to dataset: Dataset) -> Dataset {
        var dataset = dataset
        for index in dataset.training.indices {
            dataset.training[index].firstStage = maps[dataset.training[index].identifier]
        }
        return dataset
    }
}
