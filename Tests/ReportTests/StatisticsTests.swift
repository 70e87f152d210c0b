import SegNASRandomness
import Testing

@testable import SegNASReport

@Suite("Statistics of reports")
struct StatisticsTests {
    /// All combinations of five values of a with four of b, as often as asked.
    private func grid(_ times: Int, _ outcome: (Double, Double) -> Double) -> (
        a: [Double?], b: [Double?], outcomes: [Double]
    ) {
        let points = (0..<times * 20).map { (Double($0 % 5), Double($0 / 5 % 4)) }
        return (points.map(\.0), points.map(\.1), points.map { outcome($0.0, $0.1) })
    }

    @Test("a factor that alone decides explains all, the other nothing")
    func one() throws {
        let (a, b, outcomes) = grid(3) { a, _ in a * a }
        let effect = try #require(MainEffect(of: a, on: outcomes))
        #expect(abs(effect.share - 1) < 1e-12)
        #expect(effect.groups == 5 && effect.outcomes == 60)
        #expect(MainEffect(of: b, on: outcomes)?.share == 0)
    }

    /// With independent factors, η² is each one's part of the variance, and ε² = 1 − (1 − η²)(N − 1)/(N − K).
    @Test("a sum is divided by variances")
    func sum() throws {
        let (a, b, outcomes) = grid(3) { a, b in a + b }
        let (varianceA, varianceB) = (2.0, 1.25)
        for (values, variance, count) in [(a, varianceA, 5.0), (b, varianceB, 4.0)] {
            let eta = variance / (varianceA + varianceB)
            let effect = try #require(MainEffect(of: values, on: outcomes))
            #expect(abs(effect.share - (1 - (1 - eta) * 59 / (60 - count))) < 1e-12)
            #expect(effect.share > effect.chance)
        }
    }

    @Test("what only two factors together decide is not seen")
    func interaction() {
        let (a, b, outcomes) = grid(4) { a, b in (Int(a) + Int(b)) % 2 == 0 ? 1 : -1 }
        #expect(MainEffect(of: a, on: outcomes)?.share == 0)
        // Of five values of a, three are even.
        let share = 1 - 0.96 * 79 / 76
        #expect(abs((MainEffect(of: b, on: outcomes)?.share ?? 1) - share) < 1e-12)
    }

    @Test("many values are grouped, and noise stays below chance most of the time")
    func noise() throws {
        var generator = SeededGenerator(seed: 3)
        var exceeded = 0
        for study in 0..<60 {
            let values = (0..<80).map { _ in generator.uniform(in: 0...1) as Double? }
            let outcomes = (0..<80).map { _ in generator.normal() }
            let effect = try #require(
                MainEffect(of: values, on: outcomes, permutations: 200, seed: UInt64(study)))
            #expect(effect.groups == 8)
            if effect.share > effect.chance { exceeded += 1 }
        }
        // One in twenty: 3 of 60; nine or more happen in less than one of three hundred.
        #expect(exceeded < 9)
        let values = (0..<80).map { Double($0) as Double? }
        let line = try #require(MainEffect(of: values, on: (0..<80).map { 3 - Double($0) }))
        // Eight groups of ten: within them stays the variance of ten neighbours, 99 of 6399 parts.
        #expect(abs(line.share - (1 - 99.0 / 6399 * 79 / 72)) < 1e-12)
    }

    @Test("nothing is said where nothing can be")
    func nothing() {
        #expect(MainEffect(of: [1, 1, 1], on: [0.1, 0.2, 0.3]) == nil)
        #expect(MainEffect(of: [1, 2, 1], on: [0.5, 0.5, 0.5]) == nil)
        #expect(MainEffect(of: [1, 2, 3], on: [0.1, 0.2, 0.3]) == nil)
        #expect(MainEffect(of: [], on: []) == nil)
        #expect(MainEffect(of: [nil, nil, 1, 1], on: [1, 1, 0, 0])?.share == 1)
    }

    @Test("the Pareto front is what no other point beats")
    func front() {
        var generator = SeededGenerator(seed: 8)
        for count in [0, 1, 2, 7, 60] {
            let points = (0..<count).map { _ in
                (cost: Double(generator.index(below: 12)), gain: Double(generator.index(below: 12)))
            }
            let front = points.indices.filter { index in
                let point = points[index]
                return points.indices.allSatisfy { other in
                    let rival = points[other]
                    let isAsGood = rival.cost <= point.cost && rival.gain >= point.gain
                    let isEqual = rival == point
                    return !isAsGood || (isEqual && other >= index)
                }
            }
            #expect(paretoFront(points) == front.sorted { points[$0].cost < points[$1].cost })
        }
    }

    @Test(arguments: [
        (0.0, 100.0, [0.0, 20, 40, 60, 80, 100], 0), (0.13, 0.87, [0, 0.2, 0.4, 0.6, 0.8, 1], 1),
        (0.5, 0.5, [0.5, 0.52, 0.54, 0.56, 0.58, 0.6], 2), (0, 3, [0, 1, 2, 3], 0),
    ])
    func ticks(low: Double, high: Double, values: [Double], places: Int) {
        let ticks = AxisTicks(from: low, to: high)
        #expect(ticks.values.count == values.count)
        #expect(zip(ticks.values, values).allSatisfy { abs($0 - $1) < 1e-9 })
        #expect(ticks.places == places)
        #expect(ticks.low <= low && ticks.high >= high)
    }
}
