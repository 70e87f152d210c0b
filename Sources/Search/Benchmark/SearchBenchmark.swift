internal import SegNASHost
internal import SegNASRandomness

/// Compares samplers on many landscapes: the regret of what each delivers, at the same budgets as the paper's search.
///
/// Regret is the quality of a landscape's best network less that of the delivered one. All searches of a landscape are
/// compared with the reference's end there, so that what landscapes differ in drops out of the differences.
package struct SearchBenchmark: Sendable {
    package var contenders = Contender.usual
    /// The number of landscapes.
    package var landscapes = 64
    /// Trainings in flight at a time; the search that all are compared with has one.
    package var workers = 1
    package var threads = 1
    /// Whole trainings' worth of epochs up to which searches are followed; nil for as far as each is of interest.
    package var trainings: Int?

    package init() {}

    /// Budgets in epochs, as whole trainings; the reference's own end follows.
    package static let trainingBudgets = [14, 20, 30, 46, 70]
    /// Budgets in operations, as shares of those of the reference.
    package static let operationBudgets = [0.05, 0.1, 0.2, 0.35, 0.5, 1]

    /// The seed of a landscape by its number: fixed before the benchmark was first run.
    package static func seed(ofLandscape number: Int) -> UInt64 {
        var generator = SeededGenerator(seed: 2019, path: UInt64(number))
        return generator.next()
    }

    /// Searches all landscapes.
    ///
    /// - Parameters:
    ///   - isEndRequested: True ends it.
    ///   - report: Called after each landscape, on any thread.
    ///   - landscape: Makes one of a seed.
    /// - Returns: The comparison, the same for any number of threads; nil if the end was requested.
    /// - Throws: ``SamplerError``
    package func comparison<Searched: Landscape>(
        isEndRequested: @Sendable () -> Bool = { false }, report: @Sendable () -> Void = {},
        on landscape: @Sendable (_ seed: UInt64) -> Searched
    ) throws -> SearchComparison? {
        let results = concurrentMap(landscapes, threads: threads) { number in
            Result { () throws -> LandscapeResult? in
                guard !isEndRequested() else { return nil }
                defer { report() }
                let seed = Self.seed(ofLandscape: number)
                return try result(on: landscape(seed), seed, isEndRequested: isEndRequested)
            }
        }
        let ended = try results.compactMap { try $0.get() }
        return ended.count == landscapes ? SearchComparison(contenders, ended) : nil
    }

    /// The outcomes on one landscape; nil if the end was requested.
    private func result(
        on landscape: some Landscape, _ seed: UInt64, isEndRequested: () -> Bool
    ) throws -> LandscapeResult? {
        var whole = try simulation(.reference, on: landscape, seed, workers: 1)
        whole.run(within: .unlimited)
        let end = Outcome(whole, on: landscape)
        let epochs = Self.trainingBudgets.map { $0 * landscape.epochs } + [end.spending.epochs]
        let operations = Self.operationBudgets.map { $0 * end.spending.operations }
        let budgets =
            epochs.map { Spending(epochs: $0, operations: .infinity) }
            + operations.map { Spending(epochs: .max, operations: $0) }
        var result = LandscapeResult(end: end)
        for contender in contenders {
            guard !isEndRequested() else { return nil }
            let outcomes = try outcomes(contender, on: landscape, seed, budgets)
            result.byEpochs.append(Array(outcomes.prefix(epochs.count)))
            result.byOperations.append(Array(outcomes.dropFirst(epochs.count)))
        }
        return result
    }

    /// The outcomes of one search at several budgets, as orders do not depend on the budget; nil beyond ``trainings``.
    private func outcomes(
        _ contender: Contender, on landscape: some Landscape, _ seed: UInt64,
        _ budgets: [Spending]
    ) throws -> [Outcome?] {
        var simulation = try simulation(contender, on: landscape, seed, workers: workers)
        let limit = Spending(
            epochs: (trainings ?? contender.usualTrainings).map { $0 * landscape.epochs } ?? .max,
            operations: .infinity)
        var outcomes: [Outcome?] = Array(repeating: nil, count: budgets.count)
        var open = Array(budgets.indices)
        while !open.isEmpty {
            let next = simulation.run(within: open.reduce(limit) { $0.limited(by: budgets[$1]) })
            let outcome = Outcome(simulation, on: landscape)
            for budget in open where next.map({ !$0.isWithin(budgets[budget]) }) ?? true {
                outcomes[budget] = outcome
            }
            if let next, !next.isWithin(limit) { break }
            open.removeAll { outcomes[$0] != nil }
        }
        return outcomes
    }

    private func simulation<Searched: Landscape>(
        _ contender: Contender, on landscape: Searched, _ seed: UInt64, workers: Int
    ) throws -> Simulation<Searched> {
        // Different samplers have different random numbers: random search would begin as the reference does.
        let name = contender.name.utf8.reduce(UInt64(0)) { $0 &* 256 &+ UInt64($1) }
        var generator = SeededGenerator(seed: seed, path: name)
        return try Simulation(landscape, contender, seed: generator.next(), workers: workers)
    }
}

/// What a search delivered and what it had cost.
struct Outcome: Hashable, Sendable {
    let regret: Double
    let spending: Spending

    init<Searched: Landscape>(_ simulation: Simulation<Searched>, on landscape: Searched) {
        // A search that has trained nothing delivers nothing.
        let quality = simulation.delivered().map { landscape.quality(of: $0) } ?? 0
        regret = landscape.best - quality
        spending = simulation.spent
    }
}

/// The outcomes of all searches of a landscape.
struct LandscapeResult: Sendable {
    /// The reference's.
    let end: Outcome
    /// By contender, and by budget.
    var byEpochs: [[Outcome?]] = []
    var byOperations: [[Outcome?]] = []
}

// MARK: - Comparison

/// The comparison of samplers over all landscapes of a scenario.
package struct SearchComparison: Hashable, Sendable {
    package let landscapes: Int
    /// Of the reference at its own end: regret, whole trainings, and networks.
    package let regret: MeanEstimate
    package let trainings: MeanEstimate
    package let rows: [Row]

    package struct Row: Hashable, Sendable {
        package let contender: Contender
        /// By ``SearchBenchmark/trainingBudgets``, and last at the reference's end; nil where it was not followed.
        package let byEpochs: [Cell?]
        /// By ``SearchBenchmark/operationBudgets``; nil where it was not followed.
        package let byOperations: [Cell?]
    }

    /// One contender at one budget.
    package struct Cell: Hashable, Sendable {
        /// Its regret less that of the reference at its end, in Dice.
        package let difference: MeanEstimate
        package let regret: MeanEstimate
        /// Networks begun, on average.
        package let networks: Double
        /// Epochs and operations as shares of the reference's, on average.
        package let epochs: Double
        package let operations: Double
    }

    init(_ contenders: [Contender], _ results: [LandscapeResult]) {
        landscapes = results.count
        regret = MeanEstimate(results.map(\.end.regret))
        trainings = MeanEstimate(results.map { Double($0.end.spending.networks) })
        let ends = results.map(\.end)
        func cells(_ outcomes: [[Outcome?]]) -> [Cell?] {
            (outcomes.first ?? []).indices.map { budget in
                let reached = outcomes.compactMap { $0[budget] }
                return reached.count == ends.count ? Cell(reached, against: ends) : nil
            }
        }
        rows = contenders.enumerated().map { place, contender in
            Row(
                contender: contender, byEpochs: cells(results.map { $0.byEpochs[place] }),
                byOperations: cells(results.map { $0.byOperations[place] }))
        }
    }
}

extension SearchComparison.Cell {
    /// - Parameters:
    ///   - outcomes: One for each landscape.
    ///   - ends: The reference's.
    fileprivate init(_ outcomes: [Outcome], against ends: [Outcome]) {
        difference = MeanEstimate(outcomes.map(\.regret), minus: ends.map(\.regret))
        regret = MeanEstimate(outcomes.map(\.regret))
        networks = MeanEstimate(outcomes.map { Double($0.spending.networks) }).mean
        func share(_ amount: (Spending) -> Double) -> Double {
            let shares = zip(outcomes, ends).map { amount($0.spending) / amount($1.spending) }
            return MeanEstimate(shares).mean
        }
        epochs = share { Double($0.epochs) }
        operations = share(\.operations)
    }
}
