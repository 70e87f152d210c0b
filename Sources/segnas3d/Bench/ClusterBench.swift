internal import SegNASExperiments
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// What the coordinator of a search takes on a simulated cluster, and how busy it keeps that.
struct ClusterBench {
    let json: Bool
    let slots: Int
    let trials: Int

    struct Row: Encodable {
        let schema = 1
        let workload = "cluster"
        var slots: Int
        var trials: Int
        var jobs: Int
        var lostJobs: Int
        var lateResults: Int
        var recordedOnce: Int
        /// On the virtual clock.
        var seconds: Double
        var coreShare: Double
        var utilization: Double
        var wholeUtilization: Double
        var submissions: Int
        var questions: Int
    }

    func run() throws {
        try Bench.withTemporaryPath { path in
            let outcome = try ClusterSimulation(slots: slots, trials: trials).run(in: path)
            let tally = outcome.tally
            let row = Row(
                slots: slots, trials: outcome.trained, jobs: tally.jobs, lostJobs: tally.lost,
                lateResults: tally.late, recordedOnce: outcome.recordedOnce,
                seconds: outcome.seconds, coreShare: outcome.coreShare,
                utilization: outcome.utilization, wholeUtilization: outcome.wholeUtilization,
                submissions: tally.submissions, questions: tally.questions)
            try Bench.show(row, json: json, text: text(row))
        }
    }

    private func text(_ row: Row) -> String {
        """
        cluster of \(grouped(slots)) slots: \(grouped(row.trials)) trials, \(grouped(row.recordedOnce)) of them \
        recorded once, in \(grouped(row.jobs)) jobs, of which \(grouped(row.lostJobs)) were lost; \
        \(grouped(row.lateResults)) late results
          \(decimal(row.seconds / 3600, 1)) hours on the virtual clock, in which the coordinator took \
        \(decimal(100 * row.coreShare, 2)) % of a core
          \(decimal(100 * row.utilization, 1)) % of the slots at work as long as there were trials to begin, \
        \(decimal(100 * row.wholeUtilization, 1)) % to the end
          \(grouped(row.submissions)) calls of sbatch, \(grouped(row.questions)) of squeue
        """
    }
}
