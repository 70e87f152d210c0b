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
    /// 2 if trainings stop at a third of their epochs, from where one of three goes on, as they do by default with a
    /// model; 1 if all go on to the end.
    public var rungs: Int
    /// The epochs of the first of two rungs; nil for a third, but at least 200 steps.
    public var firstRung: Int?
    /// Attempts without a result or a new checkpoint after which a trial has failed.
    public var attempts: Int

    public init(
        method: SamplerPlan.Method = .crs, population: Int? = nil, first: [Double]? = nil,
        budget: StudyPlan.Budget? = nil, limits: NetworkLimits = NetworkLimits(),
        preference: StudyPlan.Preference = .best, rungs: Int? = nil, attempts: Int = 3
    ) {
        self.method = method
        self.population = population
        self.first = first
        self.limits = limits
        self.preference = preference
        self.rungs = rungs ?? method.usualRungs
        self.budget = budget ?? method.usualBudget(rungs: self.rungs)
        self.attempts = attempts
    }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        let iterations: (name: String, count: Int?) =
            switch budget {
            case .iterations(let count): ("iterations", count)
            case .effectiveIterations(let count): ("effectiveIterations", count)
            case .effectiveEpochs(let count): ("effectiveEpochs", count)
            }
        var faults = faultsOfCounts([
            iterations, ("population", population), ("attempts", attempts),
            ("maxParameters", limits.parameters), ("maxOperations", limits.operations),
        ])
        if let seconds = limits.predictionSeconds, !(seconds > 0 && seconds.isFinite) {
            faults.append("`maxPredictionTime` must be positive, and \(seconds) s is given")
        }
        if !(1...2).contains(rungs) {
            faults.append("`rungs` must be 1 or 2, and \(rungs) is given")
        }
        if firstRung != nil, !hasRungs {
            faults.append("`firstRung` goes with two rungs: give `rungs` 2, or leave it out")
        }
        if method == .model, population != nil {
            faults.append("`population` is that of controlled random search: a model has none")
        }
        return faults
    }

    /// True if trainings may stop at a rung.
    var hasRungs: Bool { rungs > 1 }

    /// The budget of trainings of so many epochs: without rungs those of a budget are those of whole trainings.
    public func budget(epochs: Int) -> StudyPlan.Budget {
        guard case .effectiveEpochs(let count) = budget, !hasRungs else { return budget }
        return .effectiveIterations(max(1, count / max(epochs, 1)))
    }

    /// The rungs of trainings of so many epochs and steps; nil if all are trained to the end.
    func rungs(epochs: Int, stepsPerEpoch: Int) -> [Int]? {
        guard hasRungs else { return nil }
        if let firstRung { return [firstRung, epochs] }
        return Ladder.rungs(epochs: epochs, stepsPerEpoch: stepsPerEpoch)
    }

    /// The rungs of a study that was begun, if these options agree with them; else others.
    func rungs(begun: [Int]?, epochs: Int) -> [Int]? {
        guard hasRungs else { return nil }
        guard let begun else { return [epochs] }
        return firstRung.map { [$0, epochs] } ?? begun
    }

    func plan(seed: UInt64, images: SearchedImages?) -> SamplerPlan {
        SamplerPlan(
            method: method, seed: seed, population: population, first: first,
            limits: limits.isEmpty ? nil : limits, images: images)
    }
}

extension SamplerPlan.Method {
    /// The paper's number of trials; for a model a third of the trainings that these come to, with rungs a fifth.
    fileprivate func usualBudget(rungs: Int) -> StudyPlan.Budget {
        switch self {
        case .crs, .random: .iterations(300)
        case .model: .effectiveIterations(rungs > 1 ? 30 : 46)
        }
    }

    fileprivate var usualRungs: Int { self == .model ? 2 : 1 }
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
        // Without the key, of a version that trained all to the end.
        rungs = try values.decodeIfPresent(Int.self, forKey: .rungs) ?? 1
        firstRung = try values.decodeIfPresent(Int.self, forKey: .firstRung)
        attempts = try values.decode(Int.self, forKey: .attempts)
    }
}

/// Options for the number of workers and their time.
public struct WorkerOptions: Hashable, Codable, Sendable {
    /// Number of networks to train in parallel; nil for one, or one on each GPU or group of GPUs.
    public var count: Int?
    /// Number of devices among which each training divides its batches; nil for one.
    public var devicesPerTrial: Int?
    /// Seconds after which an attempt is ended; nil for no limit.
    public var trialTimeout: Double?
    /// Seconds without a step after which a worker is ended; nil for five minutes.
    public var hangTimeout: Double?
    /// Paused trials whose checkpoints are kept; nil for 30.
    public var keptPaused: Int?
    /// What is asked of a Slurm cluster, of which each training is a job; nil for processes of this machine.
    public var slurm: SlurmOptions?

    /// Those that are kept where no number is given.
    static let usuallyKeptPaused = 30

    public init(count: Int? = nil, trialTimeout: Double? = nil, hangTimeout: Double? = nil) {
        self.count = count
        self.trialTimeout = trialTimeout
        self.hangTimeout = hangTimeout
    }

    /// The number of devices of each training.
    var devicesOfTrial: Int { devicesPerTrial ?? 1 }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        faultsOfCounts([("workers", count), ("devicesPerTrial", devicesPerTrial)])
            + (slurm?.faults ?? [])
    }
}
