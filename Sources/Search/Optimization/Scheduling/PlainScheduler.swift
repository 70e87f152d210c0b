/// Trains every proposal of a sampler to the end: the search of the paper.
public struct PlainScheduler<Source: Sampler>: Scheduler {
    public private(set) var source: Source
    public var limit: SearchLimit
    private var trained: [TrainedNetwork] = []

    /// - Parameters:
    ///   - source: A fresh sampler.
    ///   - limit: Its epochs are not used: the caller knows how long trainings are.
    public init(_ source: Source, limit: SearchLimit = SearchLimit()) {
        self.source = source
        self.limit = limit
    }

    public var orderCount: Int { source.askCount }
    public var reportCount: Int { source.tellCount }
    public var epochsSpent: Int { 0 }
    public var result: Int? {
        trained.ranked(by: source.expectations(of: trained.map(\.number))).first?.number
    }

    public mutating func next() -> Order? {
        guard source.askCount < limit.trials ?? .max else { return nil }
        return source.ask().map { .begin($0, epochs: nil) }
    }

    public mutating func report(_ report: Report) {
        source.tell(report.value, of: report.number)
        // What was taken from an equal network counts as its own: records do not tell them apart.
        if report.value < worstValue {
            trained.append(TrainedNetwork(number: report.number, value: report.value))
        }
    }

    public mutating func absorb(_ order: Order) throws(ReplayMismatch) {
        guard case .begin(let proposal, nil) = order else {
            throw ReplayMismatch(number: order.number)
        }
        try source.absorb(proposal)
    }

    public func epochsInFlight(of number: Int) -> Int? { nil }
}
