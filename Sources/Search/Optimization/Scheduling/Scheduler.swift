internal import SegNASHost

/// Decides what is trained next, and for how long: new networks, or those that have shown something.
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
public protocol Scheduler: Codable, Sendable {
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
    /// The trial to deliver, as far as is known; nil before any was trained.
    var result: Int? { get }

    /// The next order; nil if trainings in flight must be reported first, or the limit is reached.
    mutating func next() -> Order?

    /// Takes the result of an order, once for each, in any order of theirs.
    mutating func report(_ report: Report)

    /// Takes the next order of a record as made; one that this scheduler cannot have made is refused.
    mutating func absorb(_ order: Order) throws(ReplayMismatch)

    /// The epochs to which a trial is being trained; nil if it is not, or to the end, as all are.
    func epochsInFlight(of number: Int) -> Int?
}

/// What is to be trained.
public enum Order: Hashable, Sendable {
    /// A new trial, to so many epochs; nil for all.
    case begin(Proposal, epochs: Int?)
    /// A trial that was trained before, to so many epochs together.
    case resume(number: Int, epochs: Int)

    /// The number of the trial.
    public var number: Int {
        switch self {
        case .begin(let proposal, _): proposal.number
        case .resume(let number, _): number
        }
    }

    public var epochs: Int? {
        switch self {
        case .begin(_, let epochs): epochs
        case .resume(_, let epochs): epochs
        }
    }
}

/// The result of an order.
public struct Report: Hashable, Sendable {
    /// The number of the trial.
    public var number: Int
    /// The value, smaller being better; ``worstValue`` for what cannot be trained.
    public var value: Double
    /// False if nothing was trained: the value is that of an equal network, or the trial's network cannot be trained.
    public var isTrained: Bool

    public init(number: Int, value: Double, isTrained: Bool = true) {
        self.number = number
        self.value = value
        self.isTrained = isTrained
    }
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
        func made(_ source: some Sampler) -> any Scheduler {
            guard let rungs else { return PlainScheduler(source, limit: limit) }
            return LadderScheduler(rungs: rungs, source, limit: limit)
        }
        return made(try sampler(in: space, rungs: rungs?.count ?? 1))
    }
}
