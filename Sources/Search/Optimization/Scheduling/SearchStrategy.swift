/// Decides what is trained next, and for how long: new networks, or those that have shown something.
public protocol SearchStrategy: Sendable {
    /// The next order; nil if trainings in flight must be reported first, or nothing is left to do.
    mutating func next() -> Order?

    /// Takes the result of an order, once for each, in any order of theirs.
    mutating func report(_ report: Report)

    /// The trial to deliver, as far as is known, by `TrainedNetwork`; nil before any was trained.
    var result: Int? { get }
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
