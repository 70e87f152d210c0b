import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

// What the studies and runs of a comparison have come to, from their files.

extension Comparison.Outcome {
    /// That of a method on a split; nil where it is not known yet.
    init?(
        of method: ComparedMethod, split: Int, in folder: ComparisonFolder,
        budget: StudyPlan.Budget
    ) throws {
        switch method.kind {
        case .search:
            try self.init(
                of: folder.study(method, split: split), budget: budget,
                report: folder.report(method, split: split))
        case .training(let network):
            let failure = try BaselineFailure(
                of: network, in: folder.failure(method, split: split))
            if let failure {
                self = failure.outcome
            } else if let result = try TrainingResult(of: folder.run(method, split: split)) {
                self = .evaluated(
                    Comparison.Result(
                        network, parameters: result.parameters, seconds: result.seconds,
                        validationDice: result.validation?.mean, test: result.test))
            } else {
                return nil
            }
        }
    }

    /// That of a study whose search is over, after so many proposals, and whose best model is judged.
    private init?(of folder: StudyFolder, budget: StudyPlan.Budget, report: String) throws {
        guard FileManager.default.fileExists(atPath: folder.database) else { return nil }
        let record = try StudySnapshot(of: folder.path)
        guard record.isComplete, record.plan.budget == budget else { return nil }
        guard let best = record.best else {
            self = .failed("none of \(record.trials.count) trials was completed")
            return
        }
        guard let test = try folder.evaluation() else { return nil }
        let trials = record.trials.flatMap(\.epochs).reduce(0) { $0 + $1.seconds }
        let final = folder.finalTraining?.epochs ?? []
        self = .evaluated(
            Comparison.Result(
                best.trial.architecture, optimum: record.space.decode(best.trial.proposal.point),
                parameters: best.trial.cost?.parameters ?? 0,
                seconds: trials + final.reduce(0) { $0 + $1.seconds + $1.validationSeconds },
                validationDice: best.trial.end?.dice, test: test,
                trials: Comparison.TrialCounts(record),
                report: FileManager.default.fileExists(atPath: "\(folder.path)/report.html")
                    ? report : nil))
    }
}

extension Comparison.TrialCounts {
    fileprivate init(_ record: StudySnapshot) {
        func count(_ state: TrialState) -> Int {
            record.trials.count { $0.trial.state == state }
        }
        self.init(
            completed: count(.completed), cached: count(.cached), illegal: count(.illegal),
            outOfMemory: count(.outOfMemory), failed: count(.failed))
    }
}
