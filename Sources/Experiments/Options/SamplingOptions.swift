public import SegNASSearch
public import SegNASStudy

/// Options for the sampler of a search and its budget.
public struct SamplingOptions: Hashable, Codable, Sendable {
    public var method: SamplerPlan.Method
    /// Population size of controlled random search; nil for 10 × (searched dimensions + 1).
    public var population: Int?
    /// The first point; nil for a random one.
    public var first: [Double]?
    public var budget: StudyPlan.Budget
    /// Attempts without a result or a new checkpoint after which a trial has failed.
    public var attempts: Int

    public init(
        method: SamplerPlan.Method = .crs, population: Int? = nil, first: [Double]? = nil,
        budget: StudyPlan.Budget = .iterations(300), attempts: Int = 3
    ) {
        self.method = method
        self.population = population
        self.first = first
        self.budget = budget
        self.attempts = attempts
    }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        let iterations: (name: String, count: Int?) =
            switch budget {
            case .iterations(let count): ("iterations", count)
            case .effectiveIterations(let count): ("effectiveIterations", count)
            }
        return faultsOfCounts([
            iterations, ("population", population), ("attempts", attempts),
        ])
    }

    func plan(seed: UInt64) -> SamplerPlan {
        SamplerPlan(method: method, seed: seed, population: population, first: first)
    }
}

/// Options for the number of workers and their time.
public struct WorkerOptions: Hashable, Codable, Sendable {
    /// Number of networks to train in parallel; nil for one, or one on each GPU.
    public var count: Int?
    /// Seconds after which an attempt is ended; nil for no limit.
    public var trialTimeout: Double?
    /// Seconds without a step after which a worker is ended; nil for five minutes.
    public var hangTimeout: Double?

    public init(count: Int? = nil, trialTimeout: Double? = nil, hangTimeout: Double? = nil) {
        self.count = count
        self.trialTimeout = trialTimeout
        self.hangTimeout = hangTimeout
    }

    /// The faults of these options, a sentence each.
    public var faults: [String] { faultsOfCounts([("workers", count)]) }
}
