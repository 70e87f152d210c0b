public import Datasets

extension Trainer {
    /// Checks the dataset and its split, tells what is odd and refuses what `check` refuses.
    ///
    /// - Throws: ``TrainingError/interrupted(run:)``, `SplitError`, `DatasetError`, `CacheError`.
    public func checkData(for aim: TrainingCheck.Aim) throws {
        let cache = try PreparedCache(folder: machine.cache)
        guard let check = try check(task.dividedCases(), for: aim, cache) else { return }
        tell(check)
    }

    /// Nil for data that a search has checked before its trainings.
    func check(
        _ split: Split, for aim: TrainingCheck.Aim, _ cache: PreparedCache,
        _ begun: TrainingPlan? = nil
    ) throws -> TrainingCheck? {
        guard task.knownData == nil else { return nil }
        let check = try TrainingCheck(
            task.dataset, split, for: aim, allowing: allowances(begun), cache: cache,
            threads: machine.threads
        ) { completed, total in
            try checkEnd()
            report(.checking(completed: completed, total: total))
        }
        try check.refuse()
        return check
    }

    /// Adds what prepared cases show, tells what is odd and refuses what must not be trained on.
    func complete(_ check: TrainingCheck?, _ cases: TrainingCases) throws {
        guard var check else { return }
        check.add(
            prepared: cases.training.map(\.prepared),
            validation: task.options.validationGrid == .prepared
                ? cases.validation.map(\.prepared) : nil)
        try check.refuse()
        tell(check)
    }

    private func tell(_ check: TrainingCheck) {
        for note in check.notes { report(.warning(note)) }
    }

    /// What was allowed when a run was begun stays so.
    func allowances(_ begun: TrainingPlan?) -> Set<AllowableFault> {
        task.allowed.union(begun?.allowed ?? [])
    }

    /// The result of a body where a run has not begun.
    ///
    /// What is refused then leaves no plan, so that a dataset that was mended is not another one.
    func ifNew<Result>(_ folder: RunFolder, _ body: () throws -> Result?) throws -> Result? {
        try folder.readPlan() == nil ? body() : nil
    }

    /// Writes the plan where it is new, or has more epochs.
    func write(_ start: inout Start, _ folder: RunFolder) throws {
        guard start.isPlanChanged else { return }
        try folder.writePlan(start.plan)
        start.isPlanChanged = false
    }
}

extension Set<AllowableFault> {
    /// In one order; nil where it is empty.
    var inOrder: [AllowableFault]? {
        isEmpty ? nil : AllowableFault.allCases.filter(contains)
    }
}
