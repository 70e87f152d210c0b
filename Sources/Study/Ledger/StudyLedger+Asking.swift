internal import GRDB
public import SegNASSearch

/// The outcome of the check of a network before it is trained.
public enum Feasibility: Hashable, Sendable {
    /// It can be trained; its cost if that is known.
    case train(TrialCost?)
    /// It cannot be built.
    case illegal(reason: String)
    /// It clearly does not fit, so that training is not tried.
    case tooLarge(MemoryShortage, TrialCost)
}

extension StudyLedger {
    /// Asks the sampler for a trial and records it, with its end if nothing is to be trained.
    ///
    /// A trial whose key has a result already takes it; one whose key is being trained waits for it.
    ///
    /// - Parameter check: Checks a candidate whose block is legal and whose key is new.
    /// - Returns: The trial; nil if the budget is spent, or trials must end first.
    /// - Throws: ``StudyError``; then nothing was asked.
    public func ask(_ check: (Candidate) -> Feasibility) throws(StudyError) -> Trial? {
        guard !isBudgetSpent else { return nil }
        var asked = sampler
        guard let proposal = asked.ask() else { return nil }
        let candidate = space.decode(proposal.point)
        let trials = try commit(asked) { db in
            let (status, cost) = try Self.status(of: candidate, in: db, check)
            let trial = Trial(
                proposal: proposal, architecture: candidate.architecture,
                hyperparameters: candidate.hyperparameters, key: candidate.key, cost: cost,
                status: status, tellSerial: nil)
            return [Step(trial: trial, isReported: trial.state.isEnd)]
        }
        return trials.first
    }

    private static func status(
        of candidate: Candidate, in db: Database, _ check: (Candidate) -> Feasibility
    ) throws -> (Trial.Status, TrialCost?) {
        let illegalities = candidate.network.block.illegalities
        guard illegalities.isEmpty else {
            let reason = illegalities.map { "\($0)" }.joined(separator: "; ")
            return (.ended(.illegal(reason: reason)), nil)
        }
        let twins = try Trial.all(
            "key = ? AND state IN ('completed', 'outOfMemory', 'queued', 'running') AND waitsFor IS NULL",
            [candidate.key.text], in: db)
        if let ended = twins.first(where: { $0.state.isEnd }) {
            return (.ended(.cached(from: ended.number, dice: ended.end?.dice)), ended.cost)
        }
        if let leader = twins.first { return (.queued(waitingFor: leader.number), leader.cost) }
        switch check(candidate) {
        case .train(let cost): return (.queued(waitingFor: nil), cost)
        case .illegal(let reason): return (.ended(.illegal(reason: reason)), nil)
        case .tooLarge(let shortage, let cost): return (.ended(.outOfMemory(shortage)), cost)
        }
    }

    /// Raises the budget, so that the search can go on.
    public func raiseBudget(to budget: StudyPlan.Budget) throws(StudyError) {
        let differences = plan.budget.differences(to: budget)
        guard differences.isEmpty else { throw .planChanged(differences) }
        try revise { $0.budget = budget }
    }

    /// Records other conditions: the files may have moved, and the machine may be another one.
    public func record(_ conditions: StudyConditions) throws(StudyError) {
        guard conditions != plan.conditions else { return }
        try revise { plan in
            plan.conditions = conditions
            plan.schema = StudyPlan.newestSchema
        }
    }

    private func revise(_ change: (inout StudyPlan) -> Void) throws(StudyError) {
        var revised = plan
        change(&revised)
        try revised.write(to: folder)
        plan = revised
    }
}
