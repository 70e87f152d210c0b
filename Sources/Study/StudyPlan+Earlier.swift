public import SegNASSearch

extension StudyPlan {
    /// Has a model learn from earlier studies; none leaves it as it is.
    public mutating func learn(from studies: [EarlierStudy]) {
        guard !studies.isEmpty else { return }
        sampler.earlier = studies
        schema = Self.newestSchema
    }
}

extension StudySnapshot {
    /// Its trainings for a search that learns from it: of each network that was trained, all values from the shortest
    /// training on.
    public var trainings: [EarlierTraining] {
        guard let rungs = plan.rungs else {
            return trials.compactMap { record in
                guard record.trial.state == .completed, let value = record.trial.value else {
                    return nil
                }
                return EarlierTraining(record.trial, value: value, rungsBelow: 0)
            }
        }
        return stages.compactMap { stage in
            guard let report = stage.report, report.isTrained,
                let rung = rungs.firstIndex(of: stage.epochs)
            else { return nil }
            return EarlierTraining(
                trials[stage.trial].trial, value: report.value, rungsBelow: rungs.count - 1 - rung)
        }
    }
}

extension EarlierTraining {
    fileprivate init(_ trial: Trial, value: Double, rungsBelow: Int) {
        self.init(
            number: trial.number, network: trial.architecture,
            hyperparameters: trial.hyperparameters, value: value, rungsBelow: rungsBelow)
    }
}
