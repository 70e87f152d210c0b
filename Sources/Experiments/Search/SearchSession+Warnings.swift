internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

extension SearchSession {
    /// Reports what may make the search slow, wrong or useless, before it begins.
    func warn() {
        monitor.report(.working(in: folder.path))
        if let recovery = ledger.recovery { monitor.warn(recovery.words(folder)) }
        if let former = ledger.formerOwner, former.isThere || !former.isOfThisHost {
            monitor.warn(
                """
                \(former), which worked on \(folder.path) last, did not release it, and may still be running: if this \
                is a copy of its study, both go on apart; otherwise stop it
                """)
        }
        if let earlier = ledger.plan.sampler.earlier { monitor.report(.learning(from: earlier)) }
        warnOfStart()
        warnOfLimits()
        if conditions.workers.slurm == nil { warnOfMachine() }
    }

    /// Reports workers that are too many for this machine.
    private func warnOfMachine() {
        let (workers, cores) = (pool.slots.count, conditions.machine.threadCount)
        if workers > cores {
            monitor.warn("\(workers) workers share \(cores) threads: fewer `workers` are faster")
        }
        let available = HostResources.current().available
        if pool.devices[0] == .cpu, memoryLimit.bytes > available.bytes / UInt64(workers) {
            monitor.warn(
                """
                \(workers) workers of \(memoryLimit) each may need more than the \(available) that are available: \
                networks that fit may then count as out of memory. Give fewer `workers`, or free memory
                """)
        }
    }

    /// Reports a budget that is spent on the random start.
    private func warnOfStart() {
        let budget: (count: Int, name: String)
        switch ledger.plan.budget {
        case .iterations(let count): budget = (count, "iterations")
        case .effectiveIterations(let count): budget = (count, "effectiveIterations")
        case .effectiveEpochs(let count): budget = (count, "effectiveEpochs")
        }
        if let sampler = ledger.sampler as? ControlledRandomSearch, budget.name == "iterations",
            budget.count <= sampler.populationSize
        {
            monitor.warn(
                """
                the \(budget.count) iterations do not exceed the population of \(sampler.populationSize) points, which \
                is drawn at random: there will be no search. Give more `iterations` or a smaller `population`
                """)
        }
        let rungs = ledger.plan.rungs ?? []
        if ledger.sampler.askCount == 0, rungs.count == 1 {
            monitor.warn(
                """
                all networks are trained to the end: a third of the \(rungs[0]) epochs is too short to tell them \
                apart, as 200 steps of the optimizer are needed, and these are more than half. Give more `epochs`, or \
                `firstRung`
                """)
        }
        let begun =
            ledger.epochs.map { $0.all / (rungs.first ?? 1) } ?? budget.count
        if let start = (ledger.sampler as? ModelSampler)?.startCount, begun <= start {
            monitor.warn(
                """
                a model needs \(start) networks to start with, most of them drawn at random: there \
                will be no search. Give more `\(budget.name)`
                """)
        }
    }

    /// Reports that a model of several networks may be beyond limits that each of them keeps.
    private func warnOfLimits() {
        let networks = max(conditions.finalSet?.all.count ?? 1, conditions.ensemble ?? 1)
        // A limit of operations may be one that was chosen for the time of trainings.
        var limits = ledger.plan.sampler.limits ?? NetworkLimits()
        limits.operations = nil
        guard networks > 1, !limits.words.isEmpty else { return }
        monitor.warn(
            """
            \(limits.words.joined(separator: " and ")): that is the limit of each network, and the model may be the \
            mean of \(networks)
            """)
    }

    /// Reports that a search has ended before its budget was spent.
    func warnOfExhaustion() throws {
        guard try ledger.recordExhaustion() else { return }
        let trials = counted(ledger.sampler.askCount, "trial")
        monitor.warn(
            ledger.sampler is ModelSampler
                ? """
                no other network of the space can be trained at `size` within the limits, as far as is found: the \
                search ends after \(trials)
                """
                : """
                the last \(StudyLedger.mostIdleProposals) networks that were proposed are known already, or cannot be \
                trained: the search ends after \(trials). A search by a model proposes new networks alone
                """)
    }
}

extension StudyRecovery {
    /// A description for a reader.
    func words(_ folder: StudyFolder) -> String {
        let cause = "as when a study is copied without study.sqlite-wal"
        return switch self {
        case .backup(let before?):
            "\(folder.database) was older than its backup, \(cause): the backup has replaced it, and it is kept as "
                + before
        case .backup(nil):
            "\(folder.database) was empty, \(cause): the backup has replaced it"
        case .results:
            "\(folder.database) was empty, \(cause): trials are proposed again, and results taken from their "
                + "files"
        }
    }
}
