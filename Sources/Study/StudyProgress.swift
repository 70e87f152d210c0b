internal import GRDB
internal import SegNASSearch

/// How far a study is, and how long the rest of it may take.
package struct StudyProgress: Hashable, Sendable {
    package let counts: [TrialState: Int]
    /// The number of trials that have ended.
    package let iterations: Int
    /// The epochs of all trials' trainings, where there are rungs; else 0.
    let spent: Int
    /// What the budget counts, trials, completed ones or epochs: so far, and to reach, which is not less where a
    /// smaller budget has ended a search.
    package let done: Int
    package let all: Int
    /// The remaining seconds at the mean pace so far, 0 for a study that is over; nil before any trial has ended.
    package let secondsLeft: Double?
    /// Where the remaining seconds likely are, as trials differ.
    package let likelySecondsLeft: ClosedRange<Double>?

    init(in db: Database, plan: StudyPlan, isRunning: Bool) throws {
        counts = try Trial.counts(in: db)
        spent = plan.rungs == nil ? 0 : try Stage.epochsTrained(in: db)
        iterations =
            try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM trial WHERE tellSerial IS NOT NULL OR state = 'stopped'
                    """) ?? 0
        let budget: Int
        switch plan.budget {
        case .iterations(let count): (done, budget) = (iterations, count)
        case .effectiveIterations, .effectiveEpochs:
            (done, budget) =
                plan.limit.epochs.map { [spent] in (spent, $0) }
                ?? (counts[.completed, default: 0], plan.budget.count)
        }
        all = max(done, budget)
        let trials = counts.values.reduce(0, +)
        let open = [TrialState.queued, .running, .paused].reduce(0) { [counts] in
            $0 + counts[$1, default: 0]
        }
        let isOver =
            plan.rungs != nil && open == 0 && plan.isSpent(epochs: spent, trials: trials)
        if done >= all || plan.exhaustedAt == trials || isOver {
            (secondsLeft, likelySecondsLeft) = (0, 0...0)
        } else if done == 0 {
            (secondsLeft, likelySecondsLeft) = (nil, nil)
        } else {
            let pace = try Pace(db, isRunning: isRunning)
            let left = pace.secondsLeft(done: done, all: all)
            secondsLeft = left
            likelySecondsLeft = pace.range(around: left, ofAll: Double(done) / Double(all))
        }
    }
}

/// The pace of a study.
private struct Pace {
    /// The duration of all attempts together that have ended, and of those that have not.
    private let seconds: Double
    private let openSeconds: Double
    /// The number of workers now, at least one.
    private let workers: Double
    /// The number of trials that took time, and the variation of these times: standard deviation by mean.
    private let trials: Double
    private let variation: Double

    /// Reads the pace; attempts without a running coordinator take no time.
    init(_ db: Database, isRunning: Bool) throws {
        let end = isRunning ? "coalesce(endedAt, \(StudySchema.now))" : "endedAt"
        let row = try Row.fetchOne(
            db,
            sql: """
                SELECT total(seconds) - total(open) AS seconds, total(open) AS open,
                    total(CASE WHEN hasEnded THEN seconds END) AS ended,
                    total(CASE WHEN hasEnded THEN seconds * seconds END) AS squares,
                    count(CASE WHEN hasEnded THEN 1 END) AS trials
                FROM (SELECT total(max(0, \(end) - submittedAt)) AS seconds,
                        total(CASE WHEN endedAt IS NULL THEN max(0, \(end) - submittedAt) END) AS open,
                        count(*) = count(endedAt) AS hasEnded
                    FROM attempt GROUP BY trial)
                """)
        seconds = row?["seconds"] ?? 0
        openSeconds = row?["open"] ?? 0
        trials = row?["trials"] ?? 0
        let (sum, squares): (Double, Double) = (row?["ended"] ?? 0, row?["squares"] ?? 0)
        let variance = trials > 1 ? squares / trials - (sum / trials) * (sum / trials) : 0
        variation = sum > 0 ? max(0, variance).squareRoot() / (sum / trials) : 0
        let open = try Int.fetchOne(
            db, sql: "SELECT count(DISTINCT slot) FROM attempt WHERE reason IS NULL")
        workers = Double(max(1, open ?? 1))
    }

    /// The seconds that the rest takes at the mean pace of what is done, less those that trainings at work have had.
    func secondsLeft(done: Int, all: Int) -> Double {
        let isPaceKnown = seconds > 0
        let rest = (isPaceKnown ? seconds : openSeconds) / Double(done) * Double(all - done)
        // A training may be longer than the mean of those before it.
        return max(rest / 10, rest - (isPaceKnown ? openSeconds : 0)) / workers
    }

    /// The range of remaining times that four of five studies would keep, were their trials independent.
    ///
    /// The mean of the trials so far is uncertain, and so is that of those to come. Never closer than a tenth; of fewer
    /// than three trials, half to twice.
    func range(around left: Double, ofAll share: Double) -> ClosedRange<Double> {
        guard trials >= 3 else { return left / 2...left * 2 }
        let coming = max(1, trials * (1 - share) / share)
        let spread = max(0.1, 1.28 * variation * (1 / trials + 1 / coming).squareRoot())
        return left * max(0.2, 1 - spread)...left * (1 + spread)
    }
}
