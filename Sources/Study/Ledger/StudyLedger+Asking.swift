internal import GRDB
public import SegNASSearch

/// The outcome of the check of a network before it is trained.
public enum Feasibility: Hashable, Sendable {
    /// It can be trained; its cost if that is known.
    case train(TrialCost?)
    /// It cannot be built.
    case illegal(reason: String)
    /// It is over the limits of the search, so that training is not tried.
    case overLimit(reason: String, TrialCost)
    /// It clearly does not fit, so that training is not tried.
    case tooLarge(MemoryShortage, TrialCost)
}

extension StudyLedger {
    /// Asks the scheduler for a trial and records it, with its end if nothing is to be trained.
    ///
    /// A trial whose key has a result already takes it; one whose key is being trained waits for it.
    ///
    /// - Parameter check: Checks a candidate whose block is legal and whose key is new.
    /// - Returns: The trial, new or to be trained on; nil if the budget is spent, or trials must end first.
    /// - Throws: ``StudyError``; then nothing was asked.
    public func ask(_ check: (Candidate) -> Feasibility) throws(StudyError) -> Trial? {
        guard !isBudgetSpent else { return nil }
        var asked = scheduler
        guard let order = asked.next() else {
            // It may have found out that there is nothing more to propose.
            scheduler = asked
            return nil
        }
        if case .begin = order, try isBarren { return nil }
        let stage = order.epochs.map {
            Stage(
                trial: order.number, epochs: $0, orderSerial: scheduler.orderCount,
                reportsSeen: scheduler.reportCount)
        }
        let trials = try commit(asked) { db in
            guard case .begin(let proposal, _) = order else {
                return [try self.resumption(of: order.number, stage, in: db)]
            }
            let candidate = space.decode(proposal.point)
            let begun = try Self.begin(candidate, in: db, check)
            let trial = Trial(
                proposal: proposal, architecture: candidate.architecture,
                hyperparameters: candidate.hyperparameters, key: candidate.key, cost: begun.cost,
                status: begun.status)
            return [Step(trial: trial, value: begun.value ?? trial.end?.value, stage: stage)]
        }
        return trials.first
    }

    /// A trial that waits for a slot again, to be trained on.
    private func resumption(of number: Int, _ stage: Stage?, in db: Database) throws -> Step {
        var step = try self.step(number, to: .queued(waitingFor: nil), in: db)
        step.stage = stage
        return step
    }

    /// A new trial's status and cost, and the value of the trial whose result it takes.
    private typealias Begun = (status: Trial.Status, cost: TrialCost?, value: Double?)

    private static func begin(
        _ candidate: Candidate, in db: Database, _ check: (Candidate) -> Feasibility
    ) throws -> Begun {
        let illegalities = candidate.network.block.illegalities
        guard illegalities.isEmpty else {
            let reason = illegalities.map { "\($0)" }.joined(separator: "; ")
            return (.ended(.illegal(reason: reason)), nil, nil)
        }
        let twins = try Trial.all(
            """
            key = ? AND state IN ('completed', 'outOfMemory', 'queued', 'running', 'paused', 'stopped')
                AND waitsFor IS NULL
            """, [candidate.key.text], in: db)
        // What it brought at the first rung, also if it is trained on.
        for twin in twins {
            guard let first = try Stage.first(of: twin.number, in: db)?.report else { continue }
            let end = TrialEnd.cached(from: twin.number, dice: first.dice)
            return (.ended(end), twin.cost, first.value)
        }
        if let ended = twins.first(where: { $0.state.isEnd }) {
            let end = TrialEnd.cached(from: ended.number, dice: ended.end?.dice)
            return (.ended(end), ended.cost, ended.value)
        }
        if let leader = twins.first {
            return (.queued(waitingFor: leader.number), leader.cost, nil)
        }
        switch check(candidate) {
        case .train(let cost): return (.queued(waitingFor: nil), cost, nil)
        case .illegal(let reason): return (.ended(.illegal(reason: reason)), nil, nil)
        case .overLimit(let reason, let cost):
            return (.ended(.illegal(reason: reason)), cost, nil)
        case .tooLarge(let shortage, let cost): return (.ended(.outOfMemory(shortage)), cost, nil)
        }
    }

    /// Changes the budget: with a larger one the search goes on, with a smaller one it ends sooner.
    ///
    /// What is being trained is trained to the end of its stage even if that is beyond a smaller one.
    public func changeBudget(to budget: StudyPlan.Budget) throws(StudyError) {
        let differences = plan.budget.differences(to: budget)
        guard differences.isEmpty else { throw .planChanged(differences) }
        try revise { plan in
            plan.budget = budget
            plan.chosen = nil
        }
        knownRanking = nil
        scheduler.limit = plan.limit
    }

    /// Records other conditions: the files may have moved, and the machine may be another one.
    public func record(_ conditions: StudyConditions) throws(StudyError) {
        guard conditions != plan.conditions else { return }
        try revise { plan in
            plan.conditions = conditions
            plan.schema = max(plan.schema, StudyPlan.usualSchema)
        }
    }

    /// Records which network the study delivers, and what is known of its images, which that takes.
    public func prefer(
        _ preference: StudyPlan.Preference, images: SearchedImages?
    ) throws(StudyError) {
        guard preference != plan.preference ?? .best else { return }
        try revise { plan in
            plan.preference = preference
            plan.chosen = nil
            if plan.sampler.images == nil { plan.sampler.images = images }
        }
        knownRanking = nil
    }

    /// Records which of several networks that were trained again is delivered; nil for the best of the search.
    public func choose(_ trial: Int?) throws(StudyError) {
        guard trial != plan.chosen else { return }
        try revise { $0.chosen = trial }
        knownRanking = nil
    }

    /// Proposals in a row without a new network to train after which a search of trainings or epochs ends.
    package static let mostIdleProposals = 1000

    /// True if so many proposals in a row were known networks, or such as cannot be trained.
    ///
    /// There may be no other then. A budget of proposals is spent by these too.
    private var isBarren: Bool {
        get throws(StudyError) {
            if case .iterations = plan.budget { return false }
            let asked = sampler.askCount
            guard asked >= Self.mostIdleProposals else { return false }
            let last = try database.read { db in
                try Int.fetchOne(
                    db,
                    sql: """
                        SELECT number FROM trial
                        WHERE waitsFor IS NULL AND (state NOT IN ('illegal', 'outOfMemory', 'cached')
                            OR number IN (SELECT trial FROM attempt))
                        ORDER BY number DESC LIMIT 1
                        """) ?? -1
            }
            return asked - 1 - last >= Self.mostIdleProposals
        }
    }

    /// Records that the search is over before its budget is spent, as its sampler finds no other network.
    ///
    /// - Returns: True if it is.
    public func recordExhaustion() throws(StudyError) -> Bool {
        guard !isBudgetSpent, scheduler.orderCount == scheduler.reportCount else { return false }
        let isModelDone = (sampler as? ModelSampler)?.isExhausted == true
        guard try isModelDone ? true : isBarren else { return false }
        let count = sampler.askCount
        if plan.exhaustedAt != count { try revise { $0.exhaustedAt = count } }
        return true
    }

    private func revise(_ change: (inout StudyPlan) -> Void) throws(StudyError) {
        var revised = plan
        change(&revised)
        try revised.write(to: folder)
        plan = revised
    }
}
