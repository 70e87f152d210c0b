/// Trains networks for a few epochs at first, and one of three to the next rung of a ladder, at last to the end.
///
/// Asynchronous successive halving (Li et al. 2020, "A system for massively parallel hyperparameter tuning",
/// arXiv:1810.05934) with a third that goes on, but for two things: with a model, the waiting trial of which it expects
/// most at the top goes on; and nothing is discarded, so that one may go on later that the model comes to believe in.
///
/// Of the trials with a value at a rung, ⌊n/3⌋ may have gone on from it. Trials in training for their first value are
/// not among the n; one that has gone on counts as such from then on. What goes on does so before anything new begins.
///
/// The network that the search was given to begin with goes on first, whatever its value, and beside those ⌊n/3⌋:
/// others are compared with it.
public struct LadderScheduler<Source: Sampler>: Scheduler {
    public private(set) var source: Source
    public var limit: SearchLimit
    /// The epochs of each rung, growing; the last is a whole training.
    public let rungs: [Int]
    public private(set) var orderCount = 0
    public private(set) var reportCount = 0
    /// The epochs of all trainings that were reported.
    public private(set) var epochsSpent = 0
    /// The values of each trained trial, from the lowest rung on.
    private var values: [Int: [Double]] = [:]
    /// The rung to which each trial in flight is trained.
    private var climbing: [Int: Int] = [:]
    /// The trials that went on from each rung, or tried to, in the order of the orders.
    private var raised: [[Int]]
    /// The given network that was trained; nil if there is none (yet).
    private var baseline: Int?

    /// - Parameters:
    ///   - rungs: At least one.
    ///   - source: A fresh sampler, which is told the first value of each trial; a model is told all.
    ///   - limit: Trials to begin, or epochs to train.
    public init(rungs: [Int], _ source: Source, limit: SearchLimit = SearchLimit()) {
        precondition(
            rungs.first ?? 0 >= 1 && zip(rungs, rungs.dropFirst()).allSatisfy(<),
            "rungs grow, and the first has an epoch")
        self.rungs = rungs
        self.source = source
        self.limit = limit
        raised = Array(repeating: [], count: rungs.count)
    }

    // MARK: - Orders

    public mutating func next() -> Order? {
        if let rung = dueRung {
            guard fits(rung), let number = chosen(from: rung - 1) else { return nil }
            raise(number, to: rung)
            return .resume(number: number, epochs: rungs[rung])
        }
        guard fits(0), source.askCount < limit.trials ?? .max, let proposal = source.ask() else {
            return nil
        }
        begin(proposal)
        return .begin(proposal, epochs: rungs[0])
    }

    public mutating func absorb(_ order: Order) throws(ReplayMismatch) {
        switch order {
        case .begin(let proposal, let epochs):
            guard epochs == rungs[0] else { throw ReplayMismatch(number: order.number) }
            try source.absorb(proposal)
            begin(proposal)
        case .resume(let number, let epochs):
            // The choice of a model is taken as made: its last bits differ between systems.
            // Earlier versions had the baseline wait like all others.
            guard let rung = rungs.dropFirst().firstIndex(of: epochs),
                waiting(at: rung - 1).contains(number), number == baseline || hasPlace(at: rung)
            else { throw ReplayMismatch(number: number) }
            raise(number, to: rung)
        }
        #if DEBUG
            checkInvariants()
        #endif
    }

    private mutating func begin(_ proposal: Proposal) {
        climbing[proposal.number] = 0
        orderCount += 1
    }

    private mutating func raise(_ number: Int, to rung: Int) {
        climbing[number] = rung
        raised[rung - 1].append(number)
        source.raise(number, to: rung)
        orderCount += 1
    }

    /// The rung to which a trial is to go on now, the highest first; nil if there is none.
    private var dueRung: Int? {
        (1..<rungs.count).last { rung in
            let waiting = waiting(at: rung - 1)
            return baseline.map(waiting.contains) == true || hasPlace(at: rung) && !waiting.isEmpty
        }
    }

    /// True if more trials may go on to a rung than have, the baseline left out.
    private func hasPlace(at rung: Int) -> Bool {
        values.values.count { $0.count >= rung } / Ladder.share
            > raised[rung - 1].count { $0 != baseline }
    }

    /// Trials with a value at a rung that have not gone on, in their order.
    private func waiting(at rung: Int) -> [Int] {
        values.filter { $0.value.count == rung + 1 && !raised[rung].contains($0.key) }
            .keys.sorted()
    }

    /// The waiting trial that goes on: the baseline, the most promising to a model, or the one of the best value.
    private func chosen(from rung: Int) -> Int? {
        let waiting = waiting(at: rung)
        return waiting.first { $0 == baseline } ?? best(of: waiting)
    }

    private func best(of numbers: [Int]) -> Int? {
        let trained = numbers.compactMap { number in
            values[number].map { values in
                TrainedNetwork(
                    number: number, rung: values.count - 1, value: values[values.count - 1])
            }
        }
        return trained.ranked(by: source.expectations(of: numbers)).first?.number
    }

    /// True if the epochs of one more training to a rung are left.
    private func fits(_ rung: Int) -> Bool {
        guard let most = limit.epochs else { return true }
        let inFlight = climbing.values.reduce(0) { $0 + cost(of: $1) }
        return epochsSpent + inFlight + cost(of: rung) <= most
    }

    /// Epochs from the rung below.
    private func cost(of rung: Int) -> Int { rungs[rung] - (rung > 0 ? rungs[rung - 1] : 0) }

    // MARK: - Reports

    public mutating func report(_ report: Report) {
        guard let rung = climbing.removeValue(forKey: report.number) else {
            preconditionFailure("\(report.number) is not in flight")
        }
        reportCount += 1
        let isGiven = source.inFlight[report.number]?.origin == .given
        if rung == 0 {
            source.tell(report.value, of: report.number)
        } else {
            // What an equal network brought is not the value of a longer training.
            source.tell(
                report.isTrained ? report.value : worstValue, of: report.number, atRung: rung)
        }
        if report.isTrained, report.value.isFinite, report.value < worstValue {
            epochsSpent += cost(of: rung)
            values[report.number, default: []].append(report.value)
            if isGiven, baseline == nil { baseline = report.number }
        }
        #if DEBUG
            checkInvariants()
        #endif
    }

    public func epochsInFlight(of number: Int) -> Int? { climbing[number].map { rungs[$0] } }

    public var result: Int? { best(of: values.keys.sorted()) }

    // MARK: - Invariants

    /// Checks all that must hold between any two calls.
    func checkInvariants() {
        precondition(orderCount == reportCount + climbing.count, "orders are lost")
        precondition(
            climbing.allSatisfy { number, rung in (values[number]?.count ?? 0) == rung },
            "a trial left out a rung")
        for (rung, numbers) in raised.enumerated() {
            let reached = values.values.count { $0.count > rung }
            precondition(Set(numbers).count == numbers.count, "a trial went on twice")
            precondition(
                numbers.count { $0 != baseline } <= reached / Ladder.share, "too many went on")
            precondition(
                numbers.allSatisfy { (values[$0]?.count ?? 0) > rung },
                "a trial without a value went on")
        }
        precondition(
            values.allSatisfy { number, values in
                values.count == 1 || raised[values.count - 2].contains(number)
            }, "a trial went on without an order")
        let spent = values.values.reduce(0) { $0 + rungs[$1.count - 1] }
        precondition(spent == epochsSpent, "epochs are counted wrongly")
    }
}
