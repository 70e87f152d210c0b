import Glibc
internal import SegNASRandomness
package import SegNASSearch

/// Functions on which samplers are compared; the same as in Tests/SearchTests/Fixtures/crs.py.
package enum TestFunction: String, CaseIterable, Sendable {
    case sphere = "sphere-10d"
    case rastrigin = "rastrigin-5d"
    case rosenbrock = "rosenbrock-5d"
    case ackley = "ackley-11d"
    case floorRastrigin = "rastrigin-5d-floor"
    case quarterRastrigin = "rastrigin-5d-qfloor"
    /// The paper's 11 dimensions, with illegal blocks and a network that is best.
    case segnas = "segtoy-11d"

    package var bounds: [ClosedRange<Double>] {
        switch self {
        case .sphere: Array(repeating: -3...7, count: 10)
        case .rastrigin, .floorRastrigin, .quarterRastrigin:
            Array(repeating: -4.12...6.12, count: 5)
        case .rosenbrock: Array(repeating: -1.5...3.5, count: 5)
        case .ackley: Array(repeating: -20...40, count: 11)
        case .segnas: Segnas.bounds
        }
    }

    package func callAsFunction(_ x: [Double]) -> Double {
        switch self {
        case .sphere: x.reduce(0) { $0 + $1 * $1 }
        case .rastrigin: rastriginSum(x)
        case .rosenbrock:
            zip(x, x.dropFirst()).reduce(0) { sum, pair in
                let (a, b) = pair
                return sum + 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a)
            }
        case .ackley:
            20 + M_E - 20 * exp(-0.2 * mean(x) { $0 * $0 }.squareRoot())
                - exp(mean(x) { cos(2 * .pi * $0) })
        case .floorRastrigin: rastriginSum(x.map { $0.rounded(.down) })
        case .quarterRastrigin: rastriginSum(x.map { (4 * $0).rounded(.down) / 4 })
        case .segnas: Segnas.value(x)
        }
    }
}

private func rastriginSum(_ x: [Double]) -> Double {
    x.reduce(0) { $0 + $1 * $1 - 10 * cos(2 * .pi * $1) + 10 }
}

private func mean(_ x: [Double], _ term: (Double) -> Double) -> Double {
    x.reduce(0) { $0 + term($1) } / Double(x.count)
}

private enum Segnas {
    static let lower: [Double] = [8, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0]
    static let upper: [Double] = [33, 6, 2, 2, 5, 7, 7, 7, 7, 7, 7]
    static let target: [Double] = [26, 3, 0, 1, 3, 2, 0, 2, 1, 3, 4]
    static let bounds = zip(lower, upper).map { $0...$1 }

    static func value(_ x: [Double]) -> Double {
        let whole = zip(x, upper).map { min($0.rounded(.down), $1 - 1) }
        if whole[5...7].allSatisfy({ $0 == 0 }) || (whole[8] == 0 && whole[10] == 0) { return 10 }
        var sum = 0.0
        for axis in whole.indices {
            let share = (whole[axis] - target[axis]) / (upper[axis] - lower[axis])
            sum += share * share
        }
        return 0.2 + 3 * sum / Double(whole.count)
    }
}

/// The best values that a sampler has found after some numbers of evaluations.
///
/// `slots` evaluations are in flight at a time, each for a log-normal time with σ 0.6, as trainings of networks of
/// different sizes take; time itself does not pass.
package func bestValues(
    of function: TestFunction, _ plan: SamplerPlan, inFlight slots: Int, after counts: [Int]
) throws -> [Double] {
    var sampler = try plan.sampler(in: function.bounds)
    var clock = SeededGenerator(seed: plan.seed, path: UInt64.max)
    var running: [(end: Double, proposal: Proposal)] = []
    var (now, least) = (0.0, Double.infinity)
    var results: [Double] = []
    let budget = counts.last ?? 0
    while sampler.tellCount < budget {
        while running.count < slots, sampler.askCount < budget, let proposal = sampler.ask() {
            running.append((now + exp(0.6 * clock.normal()), proposal))
        }
        let ends = running.indices.min { running[$0].end < running[$1].end }
        guard let ends else { preconditionFailure("nothing is proposed, and nothing runs") }
        let (end, proposal) = running.remove(at: ends)
        now = end
        let value = function(proposal.point)
        least = min(least, value)
        sampler.tell(value, of: proposal.number)
        if counts.contains(sampler.tellCount) { results.append(least) }
    }
    return results
}
