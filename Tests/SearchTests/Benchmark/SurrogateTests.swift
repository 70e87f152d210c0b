import Foundation
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Landscapes of the benchmark")
struct SurrogateTests {
    private static func points(_ count: Int) -> [[Double]] {
        let grid = IntegerGrid(.segnas11)
        var generator = SeededGenerator(seed: 5)
        return (0..<count).map { _ in grid.point(grid.random(using: &generator)) }
    }

    /// (6/7 + 252/343 + 83,160/117,649) / 3 = 0.7662 of the points are legal; 16 GiB are too few for 30 % of these, as
    /// in the same benchmark in NumPy.
    @Test func refusals() {
        let points = Self.points(4000)
        let networks = points.map { SearchSpace.segnas11.decode($0).network }
        let legal = networks.count { $0.block.isLegal }
        #expect(abs(Double(legal) / 4000 - 0.7662) < 0.02)
        let trained = networks.count { Scenario.hard.network($0) != nil }
        #expect(abs(Double(trained) / Double(legal) - 0.70) < 0.02)
    }

    @Test("a seed makes one landscape, another seed another one", arguments: ["hard", "plateau"])
    func seeds(name: String) throws {
        let scenario = try #require(Scenario.all.first { $0.name == name })
        let survey = Survey(scenario, draws: 50)
        let a = Surrogate(scenario, seed: 1, survey: survey)
        let b = Surrogate(scenario, seed: 1, survey: survey)
        let c = Surrogate(scenario, seed: 2, survey: survey)
        let network = try #require(Self.points(50).lazy.compactMap { a.network(at: $0) }.first)
        #expect(a.curve(of: network) == b.curve(of: network) && a.best == b.best)
        #expect(a.quality(of: network) != c.quality(of: network) && a.best != c.best)
    }

    /// Means over 64 landscapes in NumPy of the qualities of 4,000 random points: mean, standard deviation, and 99 %.
    @Test func qualities() {
        let survey = Survey(.hard, draws: 3000)
        let points = Self.points(1500)
        let networks = points.compactMap {
            Scenario.hard.network(SearchSpace.segnas11.decode($0).network)
        }
        var sums = SIMD4<Double>()
        for seed in 0..<16 as Range<UInt64> {
            let landscape = Surrogate(.hard, seed: seed, survey: survey)
            let qualities = networks.map { landscape.quality(of: $0) }.sorted()
            let mean = MeanEstimate(qualities).mean
            let squares = qualities.map { ($0 - mean) * ($0 - mean) }
            sums += [
                mean, MeanEstimate(squares).mean.squareRoot(),
                qualities[qualities.count * 99 / 100], landscape.best,
            ]
        }
        let means = sums / 16
        #expect(abs(means[0] - 0.651) < 0.01 && abs(means[1] - 0.1655) < 0.01, "\(means)")
        #expect(abs(means[2] - 0.800) < 0.006 && abs(means[3] - 0.820) < 0.006, "\(means)")
    }

    @Test("curves rise towards the quality, and are probabilities")
    func curves() {
        for scenario in Scenario.all {
            let landscape = Surrogate(scenario, seed: 7, survey: Survey(scenario, draws: 50))
            for network in Self.points(60).compactMap({ landscape.network(at: $0) }) {
                let curve = landscape.curve(of: network)
                #expect(curve.count == scenario.epochs && curve.allSatisfy { 0...1 ~= $0 })
                let half = curve[(scenario.epochs / 2)...]
                let mean = half.reduce(0, +) / Double(half.count)
                #expect(curve[0] < mean)
                #expect(abs(mean - landscape.quality(of: network)) < 0.1)
            }
        }
    }

    @Test("a relative has other values, which go with those of its landscape, mean of 8 pairs")
    func relatives() throws {
        let survey = Survey(.hard, draws: 50)
        func correlation(_ one: [Double], _ other: [Double]) -> Double {
            let means = (
                one.reduce(0, +) / Double(one.count), other.reduce(0, +) / Double(one.count)
            )
            let pairs = zip(one, other).map { ($0 - means.0, $1 - means.1) }
            let squares =
                pairs.reduce(0) { $0 + $1.0 * $1.0 } * pairs.reduce(0) { $0 + $1.1 * $1.1 }
            return pairs.reduce(0) { $0 + $1.0 * $1.1 } / squares.squareRoot()
        }
        var (related, unrelated) = (0.0, 0.0)
        for seed in UInt64(1)...8 {
            let landscape = Surrogate(.hard, seed: seed, survey: survey)
            let relative = try #require(landscape.relative(seed: 100 + seed))
            let other = Surrogate(.hard, seed: 100 + seed, survey: survey)
            // Bad ones are bad everywhere.
            let all = Self.points(600).compactMap { landscape.network(at: $0) }
                .map { (network: $0, value: landscape.quality(of: $0)) }
                .sorted { $0.value > $1.value }
            let networks = all.prefix(all.count / 4).map(\.network)
            let values = all.prefix(all.count / 4).map(\.value)
            related += correlation(values, networks.map { relative.quality(of: $0) }) / 8
            unrelated += correlation(values, networks.map { other.quality(of: $0) }) / 8
        }
        // Unrelated ones have the worth of size and depth in common.
        #expect(related > unrelated + 0.1 && related < 0.95, "\(related) \(unrelated)")
    }

    @Test("climbing finds the best of a space that can be counted out")
    func optimum() throws {
        let spaces = [
            SearchSpace.segnas4,
            try SearchSpace(
                yaml: """
                    {n: [10, 14], p: [2, 4], sup: 0, res: [0, 2], nodes: [2, 4], \
                    ops: [0, 7]}
                    """),
        ]
        for space in spaces {
            for seed in 0..<4 as Range<UInt64> {
                let survey = Survey(.hard, space: space, draws: 300)
                let landscape = Surrogate(.hard, seed: seed, survey: survey)
                let all = Self.all(IntegerGrid(space)).compactMap { landscape.network(at: $0) }
                let largest = all.map { landscape.quality(of: $0) }.max()
                #expect(largest == landscape.best, "seed \(seed)")
            }
        }
    }

    /// Every point of a grid.
    private static func all(_ grid: IntegerGrid) -> [[Double]] {
        grid.ranges.reduce([[]]) { lists, range in
            lists.flatMap { list in range.map { list + [$0] } }
        }.map(grid.point)
    }

    @Test("a smooth function has mean 0 and variance 1, and is alike for networks that are")
    func smooth() throws {
        let block = try BlockGraph([2, 0, 2])
        let networks = [20, 21, 8].compactMap { n in
            CostedNetwork(
                SegNAS(n: n, p: 3, sup: false, res: true, block: block),
                for: Scenario.hard.task)
        }
        let inputs = networks.map(SmoothInputs.init)
        var generator = SeededGenerator(seed: 11)
        let values = (0..<2000).map { _ in
            let function = SmoothFunction(using: &generator)
            return inputs.map { function($0) }
        }
        func mean(_ value: ([Double]) -> Double) -> Double {
            values.reduce(0) { $0 + value($1) } / Double(values.count)
        }
        #expect(abs(mean { $0[0] }) < 0.1)
        #expect(abs(mean { $0[0] * $0[0] } - 1) < 0.15)
        // exp(−(1/8)² / (2 · 1.6²)) and exp(−(12/8)² / (2 · 1.6²)), less what the multiply-adds add.
        #expect(mean { $0[0] * $0[1] } > 0.9)
        #expect((0.4...0.72).contains(mean { $0[0] * $0[2] }))
    }

    /// How much networks differ, and how well a third of the epochs tells which are good, in tables of curves.
    struct Spread {
        /// Standard deviation of the means of the last half.
        var quality: Double
        /// Rank correlation of the means of epochs 8 to 15 with them, of all networks and of the best third.
        var order: Double
        var orderOfBest: Double

        init(_ curves: [[Double]]) {
            func mean(_ values: ArraySlice<Double>) -> Double {
                values.reduce(0, +) / Double(values.count)
            }
            // Networks that learn nothing in this time would hide how the others differ.
            let pairs = curves.map { (early: mean($0[7..<15]), late: mean($0[22...])) }
                .filter { $0.late > 0.7 }.sorted { $0.late > $1.late }
            let middle = mean(pairs.map(\.late)[...])
            quality = mean(pairs.map { ($0.late - middle) * ($0.late - middle) }[...]).squareRoot()
            order = Self.rankCorrelation(pairs)
            orderOfBest = Self.rankCorrelation(Array(pairs.prefix(pairs.count / 3)))
        }

        private static func rankCorrelation(_ pairs: [(early: Double, late: Double)]) -> Double {
            let count = Double(pairs.count)
            let squares = pairs.reduce(0.0) { sum, pair in
                let early = pairs.count { $0.early < pair.early }
                let late = pairs.count { $0.late < pair.late }
                return sum + Double((early - late) * (early - late))
            }
            return 1 - 6 * squares / (count * (count * count - 1))
        }
    }

    @Test("the hippocampus scenario has the spread and the order of the real curves")
    func fitted() throws {
        let file = URL(filePath: #filePath).appending(
            path: "../../../../Documentation/measurements/learning-curves/hippocampus.csv"
        ).standardizedFileURL.path
        let table = try CurveTable(contentsOf: file)
        let real = Spread(table.networks.map { $0.trainings[0].dice })
        let all = Surrogate(.hippocampus, seed: 0, survey: Survey(.hippocampus, draws: 50))
        let networks = Self.points(3000).compactMap { all.network(at: $0) }
            .filter { $0.network.n < 13 && $0.network.p < 4 }
        let spreads = (0..<32 as Range<UInt64>).map { seed in
            let landscape = Surrogate(
                .hippocampus, seed: seed, survey: Survey(.hippocampus, draws: 20))
            return Spread(networks.prefix(60).map { landscape.curve(of: $0) })
        }
        func mean(_ value: (Spread) -> Double) -> Double { MeanEstimate(spreads.map(value)).mean }
        #expect(abs(mean(\.quality) - real.quality) < 0.005, "\(spreads) \(real)")
        #expect(abs(mean(\.order) - real.order) < 0.1, "\(spreads) \(real)")
        #expect(abs(mean(\.orderOfBest) - real.orderOfBest) < 0.15, "\(spreads) \(real)")
    }
}
