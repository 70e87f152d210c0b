public import SegNASSearch
public import SegNASStudy

/// Options for the sampler of a search and its budget.
public struct SamplingOptions: Hashable, Codable, Sendable {
    public var method: SamplerPlan.Method
    /// Population size of controlled random search; nil for 10 × (searched dimensions + 1).
    public var population: Int?
    /// The first point; nil for a random one, or the model's usual one.
    public var first: [Double]?
    /// Limits on the networks.
    public var limits: NetworkLimits
    /// Which of its networks the search delivers.
    public var preference: StudyPlan.Preference
    public var budget: StudyPlan.Budget
    /// Attempts without a result or a new checkpoint after which a trial has failed.
    public var attempts: Int

    public init(
        method: SamplerPlan.Method = .crs, population: Int? = nil, first: [Double]? = nil,
        budget: StudyPlan.Budget? = nil, limits: NetworkLimits = NetworkLimits(),
        preference: StudyPlan.Preference = .best, attempts: Int = 3
    ) {
        self.method = method
        self.population = population
        self.first = first
        self.limits = limits
        self.preference = preference
        self.budget = budget ?? method.usualBudget
        self.attempts = attempts
    }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        let iterations: (name: String, count: Int?) =
            switch budget {
            case .iterations(let count): ("iterations", count)
            case .effectiveIterations(let count): ("effectiveIterations", count)
            }
        var faults = faultsOfCounts([
            iterations, ("population", population), ("attempts", attempts),
            ("maxParameters", limits.parameters), ("maxOperations", limits.operations),
        ])
        if let seconds = limits.predictionSeconds, !(seconds > 0 && seconds.isFinite) {
            faults.append("`maxPredictionTime` must be positive, and \(seconds) s is given")
        }
        if method == .model, population != nil {
            faults.append("`population` is that of controlled random search: a model has none")
        }
        return faults
    }

    func plan(seed: UInt64, images: SearchedImages?) -> SamplerPlan {
        SamplerPlan(
            method: method, seed: seed, population: population, first: first,
            limits: limits.isEmpty ? nil : limits, images: images)
    }
}

extension SamplerPlan.Method {
    /// The paper's number of trials; for a model a third of the trainings that these come to.
    fileprivate var usualBudget: StudyPlan.Budget {
        switch self {
        case .crs, .random: .iterations(300)
        case .model: .effectiveIterations(46)
        }
    }
}

// Plans of comparisons keep these options; those of earlier versions have no limits and no preference.
extension SamplingOptions {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        method = try values.decode(SamplerPlan.Method.self, forKey: .method)
        population = try values.decodeIfPresent(Int.self, forKey: .population)
        first = try values.decodeIfPresent([Double].self, forKey: .first)
        limits = try values.decodeIfPresent(NetworkLimits.self, forKey: .limits) ?? NetworkLimits()
        preference =
            try values.decodeIfPresent(StudyPlan.Preference.self, forKey: .preference) ?? .best
        budget = try values.decode(StudyPlan.Budget.self, forKey: .budget)
        attempts = try values.decode(Int.self, forKey: .attempts)
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
