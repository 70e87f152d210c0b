internal import Glibc
internal import SegNASRandomness

/// A mixture of kernels around points of whole numbers, one for each point and a wide one for what is not known.
///
/// Each kernel is a product over the dimensions: a normal distribution, cut off at the ends of the range and added up
/// over each whole number, or for categories the point's own with a share of all others. Widths and shares are those of
/// Optuna's multivariate estimator.
struct ParzenEstimator {
    /// How a dimension's values are related.
    enum Kind: Sendable {
        case numbers, categories
    }

    private let ranges: [Range<Int>]
    /// By kernel, the one for what is not known last.
    private let points: [[Int]?]
    private let logWeights: [Double]
    /// By dimension: the logarithms of the probabilities of a kernel's values by the number at its centre, and last
    /// those of the wide kernel.
    private let logTables: [[[Double]]]

    /// Makes one of points, the oldest first, with a weight for each; the wide kernel has the weight 1.
    init(_ points: [[Int]], weights: [Double], ranges: [Range<Int>], kinds: [Kind]) {
        self.ranges = ranges
        self.points = points + [nil]
        let total = weights.reduce(1, +)
        logWeights = (weights + [1]).map { log($0 / total) }
        logTables = zip(ranges, kinds).map { range, kind in
            switch kind {
            case .numbers:
                Self.normals(range, points: points.count, dimensions: ranges.count)
            case .categories: Self.shares(range.count, points: points.count)
            }
        }
    }

    private static func normals(_ range: Range<Int>, points: Int, dimensions: Int) -> [[Double]] {
        let length = Double(range.count)
        let narrowest = length / min(100, Double(points + 2))
        let width = 0.2 * pow(Double(max(points, 1)), -1 / Double(dimensions + 4)) * length
        let centres = range.map { (Double($0), min(max(width, narrowest), length)) }
        let middle = (Double(range.lowerBound) + Double(range.upperBound - 1)) / 2
        return (centres + [(middle, length)]).map { centre, width in
            func below(_ x: Double) -> Double { erfc((centre - x) / width / 2.0.squareRoot()) / 2 }
            let ends = (range.lowerBound...range.upperBound).map { below(Double($0) - 0.5) }
            let all = ends[range.count] - ends[0]
            return (0..<range.count).map { log((ends[$0 + 1] - ends[$0]) / all) }
        }
    }

    private static func shares(_ count: Int, points: Int) -> [[Double]] {
        let share = 1 / Double(points + 1)
        let all = 1 + Double(count) * share
        let own = (0..<count).map { centre in
            (0..<count).map { log((share + ($0 == centre ? 1 : 0)) / all) }
        }
        return own + [Array(repeating: -log(Double(count)), count: count)]
    }

    /// The logarithms of the probabilities of a kernel's values in a dimension.
    private func logTable(_ kernel: Int, _ dimension: Int) -> [Double] {
        let tables = logTables[dimension]
        guard let point = points[kernel] else { return tables[tables.count - 1] }
        return tables[point[dimension] - ranges[dimension].lowerBound]
    }

    func logProbability(of numbers: [Int]) -> Double {
        let places = zip(numbers, ranges).map { $0 - $1.lowerBound }
        let terms = points.indices.map { kernel in
            places.indices.reduce(logWeights[kernel]) { $0 + logTable(kernel, $1)[places[$1]] }
        }
        let largest = terms.max() ?? 0
        return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
    }

    func draw(using generator: inout SeededGenerator) -> [Int] {
        let kernel = Self.index(logWeights, using: &generator)
        return ranges.indices.map { dimension in
            ranges[dimension].lowerBound
                + Self.index(logTable(kernel, dimension), using: &generator)
        }
    }

    /// An index by the logarithms of the probabilities of all.
    private static func index(
        _ logProbabilities: [Double], using generator: inout SeededGenerator
    ) -> Int {
        var rest = generator.uniform(in: 0...1)
        for (index, logProbability) in logProbabilities.enumerated() {
            rest -= exp(logProbability)
            if rest < 0 { return index }
        }
        return logProbabilities.count - 1
    }
}
