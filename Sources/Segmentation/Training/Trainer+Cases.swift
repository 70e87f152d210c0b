internal import Datasets

/// The prepared cases of a run.
struct TrainingCases {
    var training: [CasePreparation]
    var validation: [CasePreparation]
    var test: [CasePreparation]
}

extension Trainer {
    /// Prepares the cases of all parts, or finds them prepared.
    ///
    /// Those of the test too: what is wrong with them is better known now than when training is done.
    func prepare(
        _ split: Split, by preparation: Preparation, _ cache: PreparedCache
    ) throws -> TrainingCases {
        let names = split.training + split.validation + split.test
        var rest = try prepare(task.dataset.cases(names), by: preparation, cache)[...]
        func take(_ count: Int) -> [CasePreparation] {
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        return TrainingCases(
            training: take(split.training.count), validation: take(split.validation.count),
            test: take(split.test.count))
    }

    /// A few at a time, so that an end that is asked for need not wait for all; faults of all are thrown together.
    private func prepare(
        _ cases: [Dataset.Case], by preparation: Preparation, _ cache: PreparedCache
    ) throws -> [CasePreparation] {
        var prepared: [CasePreparation] = []
        var errors: [PreparationError] = []
        let step = max(1, machine.threads) * 4
        for start in stride(from: 0, to: cases.count, by: step) {
            try checkEnd()
            let chunk = Array(cases[start..<min(start + step, cases.count)])
            do {
                prepared += try cache.prepare(chunk, by: preparation, threads: machine.threads)
            } catch {
                guard error.concernsDataset else { throw error }
                errors += error.errors
            }
            report(.preparing(completed: start + chunk.count, total: cases.count))
        }
        guard errors.isEmpty else { throw PreparationErrors(errors: errors) }
        return prepared
    }
}
