internal import SegNASHost

/// The strategy of a study, which can be recorded and replayed.
///
/// ```swift
/// var scheduler = try SamplerPlan(seed: 1).scheduler(in: space, rungs: [10, 30], limit: limit)
/// while let order = scheduler.next() {
///     scheduler.report(train(order))
/// }
/// ```
///
/// Orders depend on the plan and on the order of orders and reports alone, never on time, as the proposals of a
/// ``Sampler`` do.
public protocol Scheduler: SearchStrategy, Codable {
    associatedtype Source: Sampler

    /// What proposes networks.
    var source: Source { get }
    /// How much may be trained.
    var limit: SearchLimit { get set }
    /// The orders that were made so far, and the reports, each of which answers one.
    var orderCount: Int { get }
    var reportCount: Int { get }
    /// The epochs of all trainings that were reported, where trials may stop at rungs.
    var epochsSpent: Int { get }

    /// Takes the next order of a record as made; one that this scheduler cannot have made is refused.
    mutating func absorb(_ order: Order) throws(ReplayMismatch)

    /// The epochs to which a trial is being trained; nil if it is not, or to the end, as all are.
    func epochsInFlight(of number: Int) -> Int?
}

/// How much a scheduler may order.
public struct SearchLimit: Hashable, Codable, Sendable {
    /// Trials to begin; nil for any number.
    public var trials: Int?
    /// Epochs to train, all trials together; nil for any number.
    public var epochs: Int?

    public init(trials: Int? = nil, epochs: Int? = nil) {
        self.trials = trials
        self.epochs = epochs
    }
}

extension SamplerPlan {
    /// A fresh scheduler for the points of a space.
    ///
    /// - Parameters:
    ///   - space: The space.
    ///   - rungs: The epochs after which a trial may stop, growing, and at last those of a whole training; nil to train
    ///     all to the end.
    ///   - limit: How much may be trained.
    /// - Returns: A ``PlainScheduler``, or with rungs a ``LadderScheduler``.
    /// - Throws: ``SamplerError``.
    public func scheduler(
        in space: SearchSpace, rungs: [Int]?, limit: SearchLimit
    ) throws(SamplerError) -> any Scheduler {
        try sampler(in: space, rungs: rungs?.count ?? 1).scheduler(rungs: rungs, limit: limit)
    }
}

extension Sampler {
    /// A scheduler for what this fresh sampler proposes: with rungs a ``LadderScheduler``.
    func scheduler(rungs: [Int]?, limit: SearchLimit) -> any Scheduler {
        guard let rungs else { return PlainScheduler(self, limit: limit) }
        return LadderScheduler(rungs: rungs, self, limit: limit)
    }
}
