public import Datasets

extension Trainer {
    /// Prepares the cases of all parts, so that trainings on them find them prepared.
    ///
    /// - Throws: ``TrainingError/interrupted(run:)``, or what keeps the dataset from being divided, prepared or kept:
    ///   `SplitError`, `PreparationErrors`, `CacheError`.
    public func prepareData() throws -> TrainingData {
        let split = try task.dataset.split(task.split)
        let cache = try PreparedCache(folder: machine.cache)
        let data = TrainingData(
            dataset: try DatasetRecord(task.dataset, cache, threads: machine.threads), split: split,
            preparation: try preparation(split))
        _ = try prepare(split, by: data.preparation, cache)
        return data
    }
}
