public import SegNASSearch
public import SegNASStudy

/// How a search proposes networks, and how many.
public struct SamplingOptions: Hashable, Codable, Sendable {
    public var method: SamplerPlan.Method
    /// Points that controlled random search keeps; nil for ten for each searched dimension and ten more.
    public var population: Int?
    /// The point to begin with; nil for a random one.
    public var first: [Double]?
    public var budget: StudyPlan.Budget
    /// Attempts at a trial that end without a result or a checkpoint before it is given up.
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

    /// What is wrong with them, a sentence each.
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

/// How trials are trained beside each other, and how long they may take.
public struct WorkerOptions: Hashable, Codable, Sendable {
    /// Networks that are trained at a time; nil for one, or one on each GPU.
    public var count: Int?
    /// Seconds after which an attempt is ended; nil for as long as it takes.
    public var trialTimeout: Double?
    /// Seconds without a step after which a worker is ended; nil for five minutes.
    public var hangTimeout: Double?

    public init(count: Int? = nil, trialTimeout: Double? = nil, hangTimeout: Double? = nil) {
        self.count = count
        self.trialTimeout = trialTimeout
        self.hangTimeout = hangTimeout
    }

    /// What is wrong with them, a sentence each.
    public var faults: [String] { faultsOfCounts([("workers", count)]) }
}
