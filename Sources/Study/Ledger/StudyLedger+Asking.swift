internal import GRDB
public import SegNASSearch

/// What is known of a network before it is trained.
public enum Verdict: Hashable, Sendable {
    /// It is worth a training; its cost where that is known.
    case train(TrialCost?)
    /// Why it cannot be built.
    case illegal(reason: String)
    /// It does not fit by so much that training is not tried.
    case tooLarge(MemoryShortage, TrialCost)
}

extension StudyLedger {
    /// Asks the sampler for a trial and records it, with its end where nothing is to be trained.
    ///
    /// A trial whose key has a result already takes it; one whose key is being trained waits for it.
    ///
    /// - Parameter judge: Looks at a candidate whose block is legal and whose key is new.
    /// - Returns: Nil where the budget is spent, or where trials must end first.
    /// - Throws: ``StudyError``; then nothing was asked.
    public func ask(_ judge: (Candidate) -> Verdict) throws(StudyError) -> Trial? {
        guard !isBudgetSpent else { return nil }
        var asked = sampler
        guard let proposal = asked.ask() else { return nil }
        let candidate = space.decode(proposal.point)
        let trials = try commit(asked) { db in
            let (status, cost) = try Self.status(of: candidate, in: db, judge)
            let trial = Trial(
                proposal: proposal, architecture: candidate.architecture,
                hyperparameters: candidate.hyperparameters, key: candidate.key, cost: cost,
                status: status, tellSerial: nil)
            return [Step(trial: trial, isTold: trial.state.isEnd)]
        }
        return trials.first
    }

    private static func status(
        of candidate: Candidate, in db: Database, _ judge: (Candidate) -> Verdict
    ) throws -> (Trial.Status, TrialCost?) {
        let illegalities = candidate.network.block.illegalities
        guard illegalities.isEmpty else {
            let reason = illegalities.map { "\($0)" }.joined(separator: "; ")
            return (.ended(.illegal(reason: reason)), nil)
        }
        let twins = try Trial.all(
            "key = ? AND state IN ('completed', 'outOfMemory', 'queued', 'running') AND waitsFor IS NULL",
            [candidate.key.text], in: db)
        if let known = twins.first(where: { $0.state.isEnd }) {
            return (.ended(.cached(from: known.number, dice: known.end?.dice)), known.cost)
        }
        if let leader = twins.first { return (.queued(waitingFor: leader.number), leader.cost) }
        switch judge(candidate) {
        case .train(let cost): return (.queued(waitingFor: nil), cost)
        case .illegal(let reason): return (.ended(.illegal(reason: reason)), nil)
        case .tooLarge(let shortage, let cost): return (.ended(.outOfMemory(shortage)), cost)
        }
    }

    /// Lets the search go on for longer.
    public func raiseBudget(to budget: StudyPlan.Budget) throws(StudyError) {
        let differences = plan.budget.differences(to: budget)
        guard differences.isEmpty else { throw .planChanged(differences) }
        try revise { $0.budget = budget }
    }

    /// Takes down other conditions: the files may have moved, and the machine may be another one.
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
