internal import Datasets

/// The prepared cases of a run.
struct TrainingCases {
    var training: [PreparedCase]
    var validation: [PreparedCase]
}

extension Trainer {
    /// Prepares the cases that train and validate, or finds them prepared.
    func prepare(_ plan: TrainingPlan, _ cache: PreparedCache) throws -> TrainingCases {
        let names = plan.split.training + plan.split.validation
        let prepared = try prepare(task.dataset.cases(names), by: plan.preparation, cache)
        let count = plan.split.training.count
        return TrainingCases(
            training: Array(prepared.prefix(count)), validation: Array(prepared.dropFirst(count)))
    }

    /// A few at a time, so that an end that is asked for need not wait for all; faults of all are thrown together.
    private func prepare(
        _ cases: [Dataset.Case], by preparation: Preparation, _ cache: PreparedCache
    ) throws -> [PreparedCase] {
        var prepared: [PreparedCase] = []
        var errors: [PreparationError] = []
        let step = max(1, machine.threads) * 4
        for start in stride(from: 0, to: cases.count, by: step) {
            try checkEnd()
            let chunk = Array(cases[start..<min(start + step, cases.count)])
            do {
                prepared += try cache.prepare(chunk, by: preparation, threads: machine.threads)
                    .map(\.prepared)
            } catch {
                guard error.concernsDataset else { throw error }
                errors += error.errors
            }
            report(.preparing(completed: start + chunk.count, total: cases.count))
        }
        guard errors.isEmpty else { throw PreparationErrors(errors: errors) }
        return prepared
    }

    /// Of the training cases, which no label should be missing from.
    func frequencies(_ cases: [PreparedCase], _ labels: LabelTable) -> [Double] {
        let frequencies = labelFrequencies(cases, classes: labels.classCount)
        let missing = zip(labels.foreground, frequencies.dropFirst()).filter { $0.1 == 0 }
        if !missing.isEmpty {
            let names = missing.map(\.0.name).joined(separator: ", ")
            report(.remark("no training case has \(names) at this size: it will not be learned"))
        }
        return frequencies
    }
}
