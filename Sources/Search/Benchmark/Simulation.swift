internal import Glibc

/// A search on a landscape: every training takes an instant, and is paid for in epochs and operations.
///
/// What cannot be trained, and what has been trained before, costs nothing, as in a study. With several workers all
/// networks take the same time for an epoch, and orders are made with what has been reported by then.
struct Simulation<Searched: Landscape> {
    /// More proposals end a search: one that has found all networks that it will ever find.
    static var mostProposals: Int { 3000 }

    private let landscape: Searched
    private let score: Score
    private let workers: Int
    private let proposals: Int
    private var strategy: any SearchStrategy
    /// An order that has been made, and not yet been carried out.
    private var pending: Order?
    private var proposed = 0
    /// The networks of proposals that can be trained, by the number of the proposal.
    private var networks: [Int: Searched.Network] = [:]
    private var trainings: [UInt64: Training] = [:]
    private var running: [Run] = []
    /// The time in epochs at which the latest report came.
    private var now = 0
    private(set) var spent = Spending()

    /// The training of a network so far.
    private struct Training {
        var curve: [Double]
        /// Epochs that were paid for.
        var epochs = 0
    }

    /// Epochs of a training in flight, and the proposals that wait for it, first the one that is trained.
    private struct Run {
        var end: Int
        var key: UInt64
        var epochs: Int
        var numbers: [Int]
    }

    /// - Parameters:
    ///   - landscape: What is searched.
    ///   - strategy: The search, before its first order.
    ///   - score: What it is told of a training.
    ///   - workers: Trainings in flight at a time.
    ///   - proposals: The proposals after which it ends by itself.
    init(
        _ landscape: Searched, _ strategy: any SearchStrategy, score: Score, workers: Int,
        proposals: Int = Self.mostProposals
    ) {
        self.landscape = landscape
        self.strategy = strategy
        self.score = score
        self.workers = workers
        self.proposals = proposals
    }

    /// - Throws: ``SamplerError``
    init(
        _ landscape: Searched, _ contender: Contender, seed: UInt64, workers: Int
    ) throws {
        self.init(
            landscape, try contender.strategy(landscape.problem, seed: seed),
            score: contender.score, workers: workers,
            proposals: contender.proposals ?? Self.mostProposals)
    }

    /// Searches until the next order would exceed a budget.
    ///
    /// - Returns: What it would have spent after that order; nil if it has ended by itself.
    @discardableResult
    mutating func run(within budget: Spending) -> Spending? {
        while true {
            guard let order = pending ?? nextOrder() else {
                guard !running.isEmpty else { return nil }
                reportEarliest()
                continue
            }
            pending = order
            let price = price(of: order)
            guard (spent + price).isWithin(budget) else { return spent + price }
            pending = nil
            carryOut(order, price)
        }
    }

    /// What the search would deliver if it made no more orders: reports of trainings in flight are waited for.
    func delivered() -> Searched.Network? {
        var ended = self
        while !ended.running.isEmpty { ended.reportEarliest() }
        return ended.strategy.result.flatMap { networks[$0] }
    }

    private mutating func nextOrder() -> Order? {
        if running.count >= workers { reportEarliest() }
        guard proposed < proposals, !isExhausted else { return nil }
        return strategy.next()
    }

    /// True if all networks of the landscape have been trained to the end.
    private var isExhausted: Bool {
        guard let count = landscape.choices?.count, trainings.count >= count else { return false }
        return trainings.values.allSatisfy { $0.epochs >= landscape.epochs }
    }
}

/// What a search has cost.
struct Spending: Hashable, Sendable {
    var epochs = 0
    /// Multiply-adds of one image's forward pass, times epochs.
    var operations = 0.0
    /// Networks that were begun.
    var networks = 0

    static func + (a: Spending, b: Spending) -> Spending {
        Spending(
            epochs: a.epochs + b.epochs, operations: a.operations + b.operations,
            networks: a.networks + b.networks)
    }

    func isWithin(_ budget: Spending) -> Bool {
        epochs <= budget.epochs && operations <= budget.operations
    }

    /// The budget that allows what both allow.
    func limited(by other: Spending) -> Spending {
        Spending(
            epochs: min(epochs, other.epochs), operations: min(operations, other.operations))
    }

    static let unlimited = Spending(epochs: .max, operations: .infinity)
}

// MARK: - Orders

extension Simulation {
    /// The number, the network and the epochs of an order; nil if the network cannot be trained.
    private func target(of order: Order) -> (network: Searched.Network, epochs: Int)? {
        switch order {
        case .begin(let proposal, let epochs):
            landscape.network(at: proposal.point).map { ($0, epochs ?? landscape.epochs) }
        case .resume(let number, let epochs): networks[number].map { ($0, epochs) }
        }
    }

    /// Nothing for what is not trained.
    private func price(of order: Order) -> Spending {
        guard let (network, epochs) = target(of: order) else { return Spending() }
        let done = trainings[network.key]?.epochs ?? 0
        let more = max(0, epochs - done)
        return Spending(
            epochs: more, operations: Double(more) * network.multiplyAdds,
            networks: done == 0 ? 1 : 0)
    }

    private mutating func carryOut(_ order: Order, _ price: Spending) {
        if case .begin = order { proposed += 1 }
        let number = order.number
        guard let (network, epochs) = target(of: order) else {
            return strategy.report(Report(number: number, value: worstValue, isTrained: false))
        }
        let key = network.key
        networks[number] = network
        spent = spent + price
        if price.epochs > 0 {
            var training = trainings[key] ?? Training(curve: landscape.curve(of: network))
            training.epochs = epochs
            trainings[key] = training
            running.append(
                Run(end: now + price.epochs, key: key, epochs: epochs, numbers: [number]))
        } else if let index = running.firstIndex(where: { $0.key == key }) {
            running[index].numbers.append(number)
        } else {
            strategy.report(report(number, key, epochs, isTrained: false))
        }
    }

    /// Reports the training that ends first, and what waits for it.
    private mutating func reportEarliest() {
        guard let index = running.indices.min(by: { running[$0].end < running[$1].end }) else {
            preconditionFailure("nothing is in flight")
        }
        let run = running.remove(at: index)
        now = run.end
        for (place, number) in run.numbers.enumerated() {
            strategy.report(report(number, run.key, run.epochs, isTrained: place == 0))
        }
    }

    private func report(
        _ number: Int, _ key: UInt64, _ epochs: Int, isTrained: Bool
    ) -> Report {
        guard let training = trainings[key] else {
            preconditionFailure("the report of a training that never began")
        }
        return Report(
            number: number, value: score.value(training.curve, epochs), isTrained: isTrained)
    }
}
