internal import SegNASRandomness

/// Controlled random search with local mutation, CRS2-LM, with an ask-and-tell interface.
///
/// Kaelo & Ali 2006, "Some variants of the controlled random search algorithm for global optimization", Journal of
/// Optimization Theory and Applications 130(2), doi:10.1007/s10957-006-9101-0; in the details as NLopt's GN_CRS2_LM,
/// to which it is equal in distribution with one proposal in flight (Documentation/search-algorithm.md).
///
/// N points are kept, at first uniform in the box. A reflection draws n of them other than the best, x₁ … xₙ, of
/// which xᵣ at random: G = (best + Σ x − xᵣ) / n, trial = 2G − xᵣ. A trial better than the worst point takes its place.
/// If it is not, a mutation of the best follows: yᵢ = bestᵢ + wᵢ (bestᵢ − trialᵢ) with wᵢ uniform in [0, 1), which is
/// compared in the same way. Coordinates are clamped to the box.
///
/// If several proposals are in flight, a reflection is made from the values reported so far, compared with the worst
/// point when its value is reported, and its mutation waits for the next ask. The first reflection waits for the
/// whole population.
public struct ControlledRandomSearch: Sampler {
    public private(set) var askCount = 0
    public private(set) var tellCount = 0
    public private(set) var inFlight: [Int: Proposal] = [:]
    /// The numbers of proposals after the start that were made, and that took a place in the population.
    public private(set) var reflections = Tally()
    public private(set) var mutations = Tally()
    /// N.
    public let populationSize: Int

    private let start: StartPoints
    private var population: Population
    /// Reflections that were rejected and wait for their mutation, the oldest first.
    private var rejected: [Proposal] = []

    public struct Tally: Hashable, Codable, Sendable {
        public fileprivate(set) var made = 0
        public fileprivate(set) var accepted = 0
    }

    /// - Parameters:
    ///   - bounds: The box; both ends can be proposed.
    ///   - plan: Its seed, population and first point are used.
    /// - Throws: ``SamplerError`` for a population that is too small.
    public init(in bounds: [ClosedRange<Double>], plan: SamplerPlan) throws(SamplerError) {
        populationSize = plan.population ?? 10 * (bounds.count + 1)
        guard populationSize > bounds.count else {
            throw .population(populationSize, minimum: bounds.count + 1)
        }
        start = StartPoints(bounds: bounds, seed: plan.seed, first: plan.first)
        population = Population(size: populationSize)
    }

    /// The best value reported so far and its point; nil before the first.
    public var best: (value: Double, point: [Double])? {
        population.best.map { ($0.value, $0.point) }
    }

    public mutating func ask() -> Proposal? {
        let proposal: Proposal
        if askCount < populationSize {
            proposal = start.proposal(askCount, tellsSeen: tellCount)
        } else if !population.isComplete {
            return nil
        } else if rejected.isEmpty {
            proposal = reflection()
        } else {
            proposal = mutation(of: rejected.removeFirst())
        }
        askCount += 1
        inFlight[proposal.number] = proposal
        #if DEBUG
            precondition(start.bounds.contain(proposal.point), "a proposal outside of the box")
            checkStep()
        #endif
        return proposal
    }

    public mutating func tell(_ value: Double, of number: Int) {
        guard let proposal = inFlight.removeValue(forKey: number) else {
            preconditionFailure("\(number) is not in flight")
        }
        tellCount += 1
        let value = value.isFinite ? value : worstValue
        switch proposal.origin {
        case .given, .uniform: population.set(number, value, proposal.point)
        case .reflection:
            reflections.made += 1
            if population.replaceWorst(value, proposal.point) {
                reflections.accepted += 1
            } else {
                rejected.append(proposal)
            }
        case .mutation:
            mutations.made += 1
            if population.replaceWorst(value, proposal.point) { mutations.accepted += 1 }
        case .model: preconditionFailure("a proposal of another sampler")
        }
        #if DEBUG
            checkStep()
        #endif
    }

    private func reflection() -> Proposal {
        var generator = start.generator(of: askCount)
        let dimensions = start.bounds.count
        let drawn = population.others(dimensions, using: &generator)
        let reflected = drawn.isEmpty ? 0 : generator.index(below: drawn.count)
        let point = population.reflected(drawn, at: reflected, dimensions: dimensions)
        return Proposal(
            number: askCount, origin: .reflection, point: clamped(point, to: start.bounds),
            tellsSeen: tellCount)
    }

    private func mutation(of trial: Proposal) -> Proposal {
        var generator = start.generator(of: askCount)
        let best = population.bestPoint
        let point = zip(best, trial.point).map { best, trial in
            best + generator.uniform(in: 0...1) * (best - trial)
        }
        return Proposal(
            number: askCount, origin: .mutation(of: trial.number),
            point: clamped(point, to: start.bounds), tellsSeen: tellCount)
    }
}

// MARK: - Invariants

extension ControlledRandomSearch {
    /// Checks all that must hold between any two calls: for tests.
    func checkInvariants() {
        population.checkInvariants(in: start.bounds)
        checkStep()
        precondition(
            inFlight.allSatisfy { $0.key == $0.value.number && $0.key < askCount },
            "a proposal in flight that was never made")
        precondition(
            rejected.allSatisfy { $0.origin == .reflection && inFlight[$0.number] == nil },
            "a mutation of what was not rejected")
        precondition(
            mutations.made + rejected.count + mutationsInFlight
                == reflections.made - reflections.accepted,
            "each rejected reflection has one mutation")
    }

    /// Checks what must hold after a call and is quick to check; debug builds do so after each.
    private func checkStep() {
        population.checkOrder()
        precondition(askCount == tellCount + inFlight.count, "proposals are lost")
        precondition(
            askCount <= populationSize || population.isComplete,
            "reflected before the population was complete")
        let counted = min(tellCount, populationSize) + reflections.made + mutations.made
        precondition(!population.isComplete || counted == tellCount, "values are lost")
    }

    private var mutationsInFlight: Int {
        inFlight.values.count { if case .mutation = $0.origin { true } else { false } }
    }
}
