/// What a search has trained next.
package enum Order: Sendable {
    /// A network that has not been proposed before, for the first epochs of its training.
    case begin(Proposal, epochs: Int)
    /// A training that was reported goes on until it has had so many epochs.
    case resume(number: Int, epochs: Int)
}

/// What has come of an order.
package struct Report: Sendable {
    /// The number of the proposal.
    package let number: Int
    /// Epochs of the training so far; 0 for what cannot be trained.
    package let epochs: Int
    /// Smaller is better; ``worstValue`` for what cannot be trained.
    package let value: Double
}

/// Decides what is trained, and for how long.
protocol Scheduler: Sendable {
    /// The next order; nil if reports of earlier ones must come first, or nothing is left to do.
    mutating func next() -> Order?

    /// Takes the report of an order, one for each, in any order.
    mutating func report(_ report: Report)

    /// The number of the proposal that would be delivered now; nil before the first that was trained.
    var result: Int? { get }
}

/// Trains every proposal of a sampler to the end, and delivers the one with the best value.
struct PlainScheduler: Scheduler {
    private var sampler: any Sampler
    private let epochs: Int
    private var lowest = LowestReport()

    init(_ sampler: any Sampler, epochs: Int) {
        self.sampler = sampler
        self.epochs = epochs
    }

    mutating func next() -> Order? {
        sampler.ask().map { .begin($0, epochs: epochs) }
    }

    mutating func report(_ report: Report) {
        sampler.tell(report.value, of: report.number)
        lowest.add(report)
    }

    var result: Int? { lowest.number }
}

/// The report with the lowest value so far, of networks that could be trained.
struct LowestReport: Sendable {
    private(set) var number: Int?
    private var value = Double.infinity

    mutating func add(_ report: Report) {
        guard report.epochs > 0, report.value < value else { return }
        (number, value) = (report.number, report.value)
    }
}
