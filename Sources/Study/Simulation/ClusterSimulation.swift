internal import FoundationEssentials
internal import Glibc
package import SegNASHost
package import SegNASSearch

/// A search on a simulated cluster, by the coordinator and the launcher of real ones: what they take of a core, and
/// whether the cluster has enough to do.
package struct ClusterSimulation {
    /// Jobs at a time.
    package var slots: Int
    /// Trainings after which the search ends.
    package var trials: Int
    /// The share of jobs that are lost.
    package var lostShare = 0.05
    /// Seconds between two steps of the coordinator without events, as in a search.
    package var pause = 0.2
    package var sampler = SamplerPlan(method: .random, seed: 1)

    package init(slots: Int, trials: Int) {
        (self.slots, self.trials) = (slots, trials)
    }

    /// The figures of a search.
    package struct Outcome {
        package var tally: SimulatedSlurm.Tally
        /// Trials that are recorded as trained, and those of them with exactly one result.
        package var trained = 0
        package var recordedOnce = 0
        /// Seconds from begin to end on the virtual clock, and of the coordinator on a core of this machine.
        package var seconds = 0.0
        package var coreSeconds = 0.0
        /// The share of slots in which a job was at work as long as there were trials to begin: at the end of a search,
        /// when the budget is spent, slots are free because nothing is left for them.
        package var utilization = 0.0
        /// The same to the end.
        package var wholeUtilization = 0.0

        /// The share of a core that the coordinator took.
        package var coreShare: Double { coreSeconds / seconds }
    }

    /// Searches in a new folder.
    package func run(in path: String) throws -> Outcome {
        let plan = StudyPlan(
            version: "simulation", space: "segnas11", sampler: sampler,
            budget: .effectiveIterations(trials))
        let ledger = try StudyLedger(creating: plan, in: path)
        let slurm = SimulatedSlurm(
            of: ledger.folder, slots: slots, lostShare: lostShare, seed: sampler.seed)
        var simulated = 0.0
        let launcher = SlurmLauncher(
            study: ledger.folder, options: SlurmOptions(jobs: slots), maxMemory: nil,
            arguments: { _ in [] }, now: { slurm.now },
            run: { command, limit throws(Command.Failure) in
                let begin = Self.coreSeconds
                defer { simulated += Self.coreSeconds - begin }
                return try slurm.run(command, limit)
            })
        var options = CoordinatorOptions()
        options.slots = (0..<slots).map { "slurm/\($0)" }
        options.suitCluster()
        let coordinator = try Coordinator(
            ledger, launcher: launcher, options: options, check: { _ in .train(nil) },
            now: slurm.now)
        var outcome = Outcome(tally: slurm.tally)
        while true {
            let begin = Self.coreSeconds
            simulated = 0
            let events = try coordinator.step(now: slurm.now)
            let spent = Self.coreSeconds - begin - simulated
            outcome.coreSeconds += spent
            guard let events else { break }
            // As a search does, which takes the time of its own work too.
            slurm.wait(spent + (events.isEmpty ? pause : 0))
            if outcome.utilization == 0, ledger.isBudgetSpent {
                outcome.utilization = utilization(slurm)
            }
        }
        outcome.tally = slurm.tally
        outcome.seconds = slurm.now
        outcome.wholeUtilization = utilization(slurm)
        try count(ledger, in: &outcome)
        return outcome
    }

    /// The share of slots at work until now.
    private func utilization(_ slurm: SimulatedSlurm) -> Double {
        slurm.tally.atWork / (slurm.now * Double(slots))
    }

    private func count(_ ledger: StudyLedger, in outcome: inout Outcome) throws {
        for number in 0..<ledger.sampler.askCount
        where try ledger.trial(number).state == .completed {
            outcome.trained += 1
            let results = try ledger.attempts(of: number).count { attempt in
                if case .ended(let end) = attempt.state { end.reason == .result } else { false }
            }
            outcome.recordedOnce += results == 1 ? 1 : 0
        }
    }

    /// Seconds that this process has taken of all cores.
    private static var coreSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
