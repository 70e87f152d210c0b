public import Datasets

extension Trainer {
    /// Checks and prepares the cases of all parts, so that trainings on them, of which the best is sought, find them
    /// prepared.
    ///
    /// - Throws: ``TrainingError/interrupted(run:)``, or what keeps the dataset from being divided, prepared or kept:
    ///   `SplitError`, `DatasetError`, `PreparationErrors`, `CacheError`.
    public func prepareData() throws -> TrainingData {
        let split = try task.dividedCases()
        let cache = try PreparedCache(folder: machine.cache)
        let check = try check(split, for: .search, cache)
        let data = TrainingData(
            dataset: try DatasetRecord(task.dataset, cache, threads: machine.threads), split: split,
            preparation: try preparation(split, check))
        try complete(check, try prepare(split, by: data.preparation, cache))
        return data
    }
}
