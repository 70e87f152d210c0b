import Foundation
import SegNASHost
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Simulated searches")
struct SimulationTests {
    /// A landscape whose networks are the numbers n of a space; n 10 cannot be trained, and larger n are better.
    struct Line: Landscape {
        struct Network: BenchmarkNetwork {
            var key: UInt64
            var multiplyAdds: Double { Double(key) }
        }

        let space: SearchSpace
        let task = ImageTask(size: 32, classes: 2)
        let epochs = 4
        let count: Int? = 3
        let best = 0.11

        init() throws {
            space = try SearchSpace(
                yaml: "{n: [8, 12], p: 2, sup: 0, res: 0, nodes: 2, op12: 2}")
        }

        func network(at point: [Double]) -> Network? {
            let n = space.decode(point).network.n
            return n == 10 ? nil : Network(key: UInt64(n))
        }

        func curve(of network: Network) -> [Double] {
            (1...epochs).map { Double(network.key) / 100 * Double($0) / Double(epochs) }
        }

        func quality(of network: Network) -> Double { Double(network.key) / 100 }
    }

    private func simulation(
        _ contender: Contender, workers: Int = 1
    ) throws -> Simulation<Line> {
        try Simulation(Line(), contender, seed: 1, workers: workers)
    }

    /// Those that train all to the end.
    private static let withoutRungs = Contender.allCases.filter {
        if case .sampler(_, hasRungs: true) = $0 { false } else { true }
    }

    @Test("each network is paid for once, and a search ends when all are trained")
    func paidOnce() throws {
        for contender in Self.withoutRungs {
            for workers in [1, 4] {
                var search = try simulation(contender, workers: workers)
                #expect(search.run(within: .unlimited) == nil)
                // n 8, 9 and 11, four epochs each.
                #expect(search.spent.networks == 3 && search.spent.epochs == 12)
                #expect(search.spent.operations == 4 * (8 + 9 + 11))
                #expect(search.delivered()?.key == 11)
            }
        }
    }

    @Test("no budget is exceeded, and what was found within it does not depend on larger ones")
    func budgets() throws {
        for contender in Contender.allCases {
            for workers in [1, 4] {
                var whole = try simulation(contender, workers: workers)
                for epochs in [4, 7, 8] {
                    let budget = Spending(epochs: epochs, operations: .infinity)
                    let next = whole.run(within: budget)
                    #expect(whole.spent.epochs <= epochs)
                    if Self.withoutRungs.contains(contender) {
                        #expect(whole.spent.epochs == epochs / 4 * 4)
                        #expect(next?.epochs ?? 0 > epochs)
                    }
                    var alone = try simulation(contender, workers: workers)
                    alone.run(within: budget)
                    #expect(alone.delivered()?.key == whole.delivered()?.key)
                }
            }
        }
    }

    /// Two rungs: everything for two epochs, then the first proposal that was trained goes on to the end.
    struct TwoRungs: SearchStrategy {
        var sampler: any Sampler
        var reports = 0
        var result: Int?

        mutating func next() -> Order? {
            if let result { return reports > 5 ? nil : .resume(number: result, epochs: 4) }
            return sampler.ask().map { .begin($0, epochs: 2) }
        }

        mutating func report(_ report: Report) {
            reports += 1
            if report.isTrained { result = report.number }
        }
    }

    @Test("a training that goes on costs what is missing, and is reported at each stage")
    func stages() throws {
        let line = try Line()
        let sampler = RandomSearch(in: line.space.bounds, plan: SamplerPlan(seed: 3))
        var search = Simulation(
            line, TwoRungs(sampler: sampler), score: .best, workers: 1, proposals: 100)
        #expect(search.run(within: .unlimited) == nil)
        #expect(search.spent.epochs == 4 && search.spent.networks == 1)
    }

    @Test("with rungs one of three networks goes on, and the best of these is delivered")
    func rungs() throws {
        for method in SamplerPlan.Method.allCases {
            var search = try simulation(.sampler(method, hasRungs: true))
            search.run(within: .unlimited)
            // The rungs of four epochs are 1 and 4: n 8, 9 and 11 for an epoch, and 11 for three more; with a model the
            // given one, too.
            let given = method == .model ? 3 : 0
            #expect(search.spent.networks == 3 && search.spent.epochs == 6 + given)
            #expect(search.delivered()?.key == 11)
        }
    }

    @Test("the values that samplers are told")
    func scores() {
        let curve = [0.1, 0.5, 0.9, 0.2, 0.4, 0.3]
        #expect(abs(Score.best.value(curve, 6) + log(0.4)) < 1e-12)
        #expect(abs(Score.mean.value(curve, 6) + log(0.3)) < 1e-12)
        #expect(abs(Score.best.value(curve, 3) + log(0.9)) < 1e-12)
        #expect(Score.best.value([0, 0], 2) == -log(1e-4))
    }
}

@Suite("Samplers of the benchmark")
struct BenchmarkSamplerTests {
    /// Without points: 1/7 for a category; for a number 1/25 · φ(0) / (2Φ(½) − 1) in the middle of the range.
    @Test func priorDensities() {
        let estimator = ParzenEstimator(
            [], weights: [], ranges: [0..<7, 8..<33], kinds: [.categories, .numbers])
        for value in 0..<7 {
            let p = exp(estimator.logProbability(of: [value, 20]))
            #expect(abs(p - 1 / 7 * 0.04 * 1.041_76) < 1e-6)
        }
    }

    @Test("densities add up to 1, and draws follow them")
    func densities() {
        let estimator = ParzenEstimator(
            [[1, 9], [1, 12], [3, 12]], weights: [1, 1, 0.5], ranges: [0..<4, 8..<14],
            kinds: [.categories, .numbers])
        let all = (0..<4).flatMap { a in (8..<14).map { [a, $0] } }
        let probabilities = all.map { exp(estimator.logProbability(of: $0)) }
        #expect(abs(probabilities.reduce(0, +) - 1) < 1e-9)
        var generator = SeededGenerator(seed: 2)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<20_000 { counts[estimator.draw(using: &generator), default: 0] += 1 }
        for (point, p) in zip(all, probabilities) {
            let share = Double(counts[point] ?? 0) / 20_000
            #expect(abs(share - p) < 5 * (p / 20_000).squareRoot() + 1e-4)
        }
    }

    @Test("evolution proposes only what can be trained, and no network twice")
    func evolution() {
        let survey = Survey(.hard, draws: 20)
        let problem = Surrogate(.hard, seed: 1, survey: survey).problem
        var search = RegularizedEvolution(problem, seed: 4)
        var keys: [UInt64] = []
        for number in 0..<60 {
            guard case .begin(let proposal, nil) = search.next() else {
                Issue.record("no order")
                return
            }
            #expect(proposal.number == number)
            if let key = problem.key(proposal.point) { keys.append(key) }
            search.report(Report(number: number, value: proposal.point[0]))
        }
        #expect(keys.count == 60 && Set(keys).count == 60)
        // Small n are told to be good.
        #expect(search.result != nil)
    }
}
