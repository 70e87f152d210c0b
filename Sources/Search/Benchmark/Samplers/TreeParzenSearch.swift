internal import Glibc
internal import SegNASRandomness

/// The tree-structured Parzen estimator: proposes where good points are denser than the others.
///
/// Bergstra, Bardenet, Bengio & Kégl 2011, "Algorithms for hyper-parameter optimization", NeurIPS 24. Of n points the
/// ⌈n/10⌉ best, at most 25, have the density l and the others g; of 24 draws from l the one with the largest l/g is
/// proposed. Densities are joint over all dimensions (Watanabe 2023, arXiv:2304.11127; the settings of Optuna with
/// `multivariate=True`). The first 20 points are random. Only for comparison in the benchmark.
struct TreeParzenSearch: SearchStrategy {
    private static let startCount = 20
    private static let drawCount = 24
    private static let mostGood = 25

    private var record: GridRecord
    private let kinds: [ParzenEstimator.Kind]
    private var generator: SeededGenerator
    /// In the order of reporting.
    private var points: [(numbers: [Int], value: Double)] = []

    init(_ problem: SearchProblem, seed: UInt64) {
        record = GridRecord(IntegerGrid(problem.space))
        kinds = problem.space.searched.map {
            if case .operation = $0.name { .categories } else { .numbers }
        }
        generator = SeededGenerator(seed: seed)
    }

    mutating func next() -> Order? {
        record.order(
            points.count < Self.startCount ? grid.random(using: &generator) : likeliest())
    }

    mutating func report(_ report: Report) {
        guard let numbers = record.numbers(of: report) else { return }
        points.append((numbers, report.value))
    }

    var result: Int? { record.result }

    private var grid: IntegerGrid { record.grid }

    private mutating func likeliest() -> [Int] {
        let order = points.indices.sorted {
            (points[$0].value, $0) < (points[$1].value, $1)
        }
        let goodCount = min((points.count + 9) / 10, Self.mostGood)
        let good = estimator(order.prefix(goodCount))
        let others = estimator(order.dropFirst(goodCount))
        var best: (numbers: [Int], ratio: Double)?
        for _ in 0..<Self.drawCount {
            let numbers = good.draw(using: &generator)
            let ratio = good.logProbability(of: numbers) - others.logProbability(of: numbers)
            if ratio > best?.ratio ?? -.infinity { best = (numbers, ratio) }
        }
        return best?.numbers ?? grid.random(using: &generator)
    }

    private func estimator(_ indices: ArraySlice<Int>) -> ParzenEstimator {
        let indices = indices.sorted()
        return ParzenEstimator(
            indices.map { points[$0].numbers }, weights: Self.weights(indices.count),
            ranges: grid.ranges, kinds: kinds)
    }

    /// The 25 newest points count fully, older ones the less the older they are.
    private static func weights(_ count: Int) -> [Double] {
        let old = max(0, count - 25)
        let ramp = (0..<old).map { place in
            let step = old > 1 ? Double(place) / Double(old - 1) : 0
            return 1 / Double(count) + step * (1 - 1 / Double(count))
        }
        return ramp + Array(repeating: 1, count: count - old)
    }
}
