internal import SegNASDatasets

extension TrainingOptions {
    /// All that is wrong with the options, a sentence each with its remedy; empty where nothing is.
    public var faults: [String] {
        var faults = Faults()
        faults.require(epochs >= 1, "`epochs` must be at least 1, and \(epochs) is given")
        faults.require(batchSize >= 1, "`batchSize` must be at least 1, and \(batchSize) is given")
        faults.require(
            accumulation >= 1 && (batchSize < 1 || batchSize % accumulation == 0),
            "`accumulation` \(accumulation) must divide the batch of \(batchSize) into equal parts")
        faults.addRate(self)
        faults.require(
            gradientClipping.map { $0 > 0 && $0.isFinite } ?? true,
            "`gradientClipping` must be positive, and \(gradientClipping ?? 0) is given")
        faults.require(
            patience.map { $0 >= 1 } ?? true,
            "`patience` must be at least 1, and \(patience ?? 0) is given")
        faults.require(
            weightAveraging.map { $0 > 0 && $0 < 1 } ?? true,
            "`weightAveraging` must be between 0 and 1, such as 0.999, and \(weightAveraging ?? 0) is given"
        )
        return faults.sentences + (augmentation?.faults.map { "augmentation: \($0)" } ?? [])
    }

    /// What is wrong with the options for a split of the cases.
    func faults(for split: Split) -> [String] {
        guard split.validation.isEmpty else { return [] }
        var faults = Faults()
        faults.require(
            patience == nil,
            "`patience` needs validation cases, and the split has none: leave it out, or give 50/20/30"
        )
        return faults.sentences
    }
}

extension Faults {
    fileprivate mutating func addRate(_ options: TrainingOptions) {
        require(
            options.learningRate > 0 && options.learningRate.isFinite,
            "`learningRate` must be positive, and \(options.learningRate) is given")
        require(
            options.warmUpEpochs >= 0 && options.warmUpEpochs < max(options.epochs, 1),
            "`warmUpEpochs` \(options.warmUpEpochs) must leave some of the \(options.epochs) epochs"
        )
        require(
            options.weightDecay >= 0 && options.weightDecay.isFinite,
            "`weightDecay` must not be negative, and \(options.weightDecay) is given")
        require(
            options.weightDecay == 0 || options.optimizer != .nadam,
            "`weightDecay` does not go with nadam: choose `optimizer` adamw, adam or sgd")
    }
}
