internal import Glibc
internal import SegNASRandomness

/// A search that the benchmark compares: one of the program's, or one that exists for comparison only.
package enum Contender: Hashable, Sendable {
    /// One of the program's samplers, with all trainings to the end or two rungs.
    case sampler(SamplerPlan.Method, hasRungs: Bool = false)
    /// The model, which knows a study of a similar landscape.
    case warmStart
    /// ``RegularizedEvolution``.
    case evolution
    /// ``TreeParzenSearch``.
    case tpe

    /// The paper's search, which all are compared with: a population of 120 and 300 iterations in its space.
    package static let reference = Contender.sampler(.crs)

    package var name: String {
        switch self {
        case .sampler(let method, let hasRungs): method.rawValue + (hasRungs ? "+rungs" : "")
        case .warmStart: "model+warm"
        case .evolution: "evolution"
        case .tpe: "tpe"
        }
    }
}

extension Contender: CaseIterable {
    package static let allCases =
        [false, true].flatMap { hasRungs in
            SamplerPlan.Method.allCases.map { Contender.sampler($0, hasRungs: hasRungs) }
        } + [.warmStart, .evolution, .tpe]

    /// Those that are compared where nothing else is asked for: similar landscapes are there for scenarios alone.
    package static let usual = allCases.filter { $0 != .warmStart }
}

extension Contender {
    /// The search, as it is before its first order.
    func strategy(
        _ problem: SearchProblem, seed: UInt64
    ) throws -> any SearchStrategy {
        let twoRungs = Ladder.rungs(epochs: problem.epochs, stepsPerEpoch: Ladder.fewestSteps)
        switch self {
        case .sampler(.model, let hasRungs):
            let rungs = hasRungs ? twoRungs : nil
            return Self.model(Self.modelPlan(problem, seed: seed), problem, rungs: rungs)
        case .sampler(let method, let hasRungs):
            return try SamplerPlan(method: method, seed: seed).scheduler(
                in: problem.space, rungs: hasRungs ? twoRungs : nil, limit: SearchLimit())
        case .warmStart:
            var plan = Self.modelPlan(problem, seed: seed)
            plan.earlier = try problem.earlier(plan).map { [$0] }
            return Self.model(plan, problem, rungs: nil)
        case .evolution: return RegularizedEvolution(problem, seed: seed)
        case .tpe: return TreeParzenSearch(problem, seed: seed)
        }
    }

    private static func modelPlan(_ problem: SearchProblem, seed: UInt64) -> SamplerPlan {
        SamplerPlan(
            method: .model, seed: seed, first: first(of: problem, seed: seed),
            images: problem.task.images)
    }

    /// A search by a model, as a study has it, but that it proposes a table's networks alone where there is one.
    private static func model(
        _ plan: SamplerPlan, _ problem: SearchProblem, rungs: [Int]?
    ) -> any SearchStrategy {
        guard var networks = plan.networks(in: problem.space) else {
            preconditionFailure("a plan without images")
        }
        networks.choices = problem.choices
        let sampler = ModelSampler(
            networks, seed: plan.seed, first: plan.first, topRung: (rungs?.count ?? 1) - 1,
            earlier: plan.earlier ?? [])
        return sampler.scheduler(rungs: rungs, limit: SearchLimit())
    }

    /// A random network that can be trained: how good the usual one is, is assumed by the landscapes.
    private static func first(of problem: SearchProblem, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed, path: UInt64.max)
        if let choices = problem.choices {
            return choices[generator.index(below: choices.count)]
        }
        let grid = IntegerGrid(problem.space)
        var first = grid.point(grid.random(using: &generator))
        while problem.key(first) == nil { first = grid.point(grid.random(using: &generator)) }
        return first
    }

    /// What it is told of a training.
    var score: Score {
        switch self {
        case .sampler(.crs, _), .sampler(.random, _), .evolution, .tpe: .best
        case .sampler(.model, _), .warmStart: .mean
        }
    }

    /// Whole trainings' worth of epochs up to which it is followed where nothing else is asked for; nil for all.
    ///
    /// The time of a model grows with the cube of its values, and few trainings are what it is for.
    var usualTrainings: Int? {
        switch self {
        case .sampler(.model, let hasRungs): hasRungs ? 30 : 46
        case .warmStart: 46
        default: nil
        }
    }

    /// The proposals after which it ends by itself; nil for as many as the budget allows.
    var proposals: Int? { self == .reference ? 300 : nil }
}

/// The value of a training that a sampler is told, from the Dice after each epoch.
enum Score: Sendable {
    /// −ln of the best of the last half, as in the paper.
    case best
    /// −ln of the mean of the last half: less noise.
    case mean

    /// Of the first `epochs` of a curve.
    func value(_ curve: [Double], _ epochs: Int) -> Double {
        let half = curve[epochs / 2..<epochs]
        let dice =
            switch self {
            case .best: half.max() ?? 0
            case .mean: half.reduce(0, +) / Double(half.count)
            }
        return -log(max(dice, 1e-4))
    }
}
