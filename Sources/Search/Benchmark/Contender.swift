internal import Glibc

/// A sampler that the benchmark compares: one of the program's, or one that exists for comparison only.
package enum Contender: Hashable, Sendable {
    case sampler(SamplerPlan.Method)
    /// ``RegularizedEvolution``.
    case evolution
    /// ``TreeParzenSearch``.
    case tpe

    /// The paper's search, which all are compared with: a population of 120 and 300 iterations in its space.
    package static let reference = Contender.sampler(.crs)

    package var name: String {
        switch self {
        case .sampler(let method): method.rawValue
        case .evolution: "evolution"
        case .tpe: "tpe"
        }
    }
}

extension Contender: CaseIterable {
    package static let allCases =
        SamplerPlan.Method.allCases.map(Contender.sampler) + [.evolution, .tpe]
}

extension Contender {
    /// The search, as it is before its first order.
    ///
    /// A sampler that needs more than bounds is made here, and a search that trains in stages.
    func scheduler(_ problem: SearchProblem, seed: UInt64) throws(SamplerError) -> any Scheduler {
        switch self {
        case .sampler(let method):
            let plan = SamplerPlan(method: method, seed: seed)
            switch method {
            case .crs, .random:
                return PlainScheduler(
                    try plan.sampler(in: problem.space), epochs: problem.epochs)
            case .model: return try ModelScheduler(problem, seed: seed)
            }
        case .evolution: return RegularizedEvolution(problem, seed: seed)
        case .tpe: return TreeParzenSearch(problem, seed: seed)
        }
    }

    /// What it is told of a training.
    var score: Score {
        switch self {
        case .sampler(.crs), .sampler(.random), .evolution, .tpe: .best
        case .sampler(.model): .mean
        }
    }

    /// Whole trainings' worth of epochs up to which it is followed where nothing else is asked for; nil for all.
    ///
    /// The time of a model grows with the cube of its trainings, and few are what it is for.
    var usualTrainings: Int? { self == .sampler(.model) ? 46 : nil }

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
