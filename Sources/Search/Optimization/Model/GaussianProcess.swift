internal import Glibc

/// A Gaussian process over networks: what the values reported so far say about those of other networks.
///
/// Rasmussen & Williams 2006, "Gaussian processes for machine learning", ISBN 026218253X, algorithm 2.1. The covariance
/// of two networks is s² M(d) ρ^|k − k′|, with M(d) = (1 + √5 d + 5/3 d²) exp(−√5 d), Matérn's function of order 5/2,
/// and d² = |ΔA|²/a² + |ΔB|²/b² + |ΔC|²/c² for the three groups of their ``NetworkFeatures``; k is the rung to which a
/// network was trained. A value has the noise s² (ν 3^(top − k) + 10⁻⁶). The variance s² is that of largest likelihood,
/// zᵀz/n with z = L⁻¹(y − mean y) and L the Cholesky factor of the matrix without s².
///
/// Networks of earlier studies are those of other tasks (Bonilla, Chai & Williams 2007, "Multi-task Gaussian process
/// prediction", NeurIPS 20): the covariance of two studies' networks is that of networks of one study times the
/// correlation of the two, ``ProcessScales/correlation(_:_:)``. All have one mean, as values are relative to their
/// study already.
struct GaussianProcess: Sendable {
    /// A network that was trained to a rung, or may be.
    struct Input: Hashable, Sendable {
        var features: NetworkFeatures
        /// From 0, the shortest training; below 0 for shorter ones of earlier studies.
        var rung = 0
        /// 0 for this search, and the number of an earlier study from 1.
        var study = 0
    }

    let scales: ProcessScales
    /// The mean of the values.
    let mean: Double
    /// s².
    let variance: Double
    private var inputs: [Input]
    private let topRung: Int
    /// L, row after row: row i has i + 1 numbers.
    private var factor: [Double]
    /// z; 0 for networks that are only believed to have the value that is expected of them.
    private var whitened: [Double]

    /// - Parameters:
    ///   - inputs: At least one.
    ///   - values: The value of each.
    ///   - scales: a, b, c, ρ and ν.
    ///   - distances: Those of the inputs, where they are known.
    ///   - topRung: The rung of whole trainings.
    init(
        _ inputs: [Input], values: [Double], scales: ProcessScales,
        distances: PairDistances? = nil, topRung: Int = 0
    ) {
        precondition(!inputs.isEmpty && inputs.count == values.count, "a value for each network")
        let distances = distances ?? PairDistances(inputs)
        let count = values.count
        let mean = values.reduce(0, +) / Double(count)
        var factor: [Double] = []
        factor.reserveCapacity(count * (count + 1) / 2)
        var whitened: [Double] = []
        for row in 0..<count {
            let study = inputs[row].study
            var covariances = (0...row).map {
                scales.covariance(distances[row, $0]) * scales.correlation(study, inputs[$0].study)
            }
            covariances[row] += scales.noise(atRung: inputs[row].rung, of: topRung)
            Self.append(covariances, to: &factor)
            whitened.append(Self.solved(values[row] - mean, row, factor, whitened))
        }
        self.inputs = inputs
        self.topRung = topRung
        self.scales = scales
        self.mean = mean
        self.factor = factor
        self.whitened = whitened
        variance = max(whitened.reduce(0) { $0 + $1 * $1 } / Double(count), 1e-6)
    }

    /// The logarithm of the scales' posterior density, but for a constant.
    var evidence: Double {
        let count = whitened.count
        let determinant = (0..<count).reduce(0) { $0 + log(factor[Self.start($1) + $1]) }
        return scales.priorDensity - Double(count) / 2 * log(variance) - determinant
    }

    /// The mean and the standard deviation, without noise, of a network's value.
    func posterior(at input: Input) -> (mean: Double, deviation: Double) {
        let row = whitened(input)
        var (mean, explained) = (mean, 0.0)
        for index in row.indices {
            mean += row[index] * whitened[index]
            explained += row[index] * row[index]
        }
        return (mean, max(variance * (1 - explained), 1e-9).squareRoot())
    }

    /// Takes the value that is expected of a network for its own, so that its neighbours promise less.
    mutating func believe(_ input: Input) {
        let row = covariances(input)
        let noise = scales.noise(atRung: input.rung, of: topRung)
        Self.append(row + [1 + noise], to: &factor)
        inputs.append(input)
        whitened.append(0)
    }

    private func covariances(_ input: Input) -> [Double] {
        inputs.map {
            scales.covariance($0.distances(to: input))
                * scales.correlation($0.study, input.study)
        }
    }

    /// L⁻¹k for the covariances k of a network with all inputs.
    private func whitened(_ input: Input) -> [Double] {
        let covariances = covariances(input)
        var row: [Double] = []
        row.reserveCapacity(covariances.count)
        for index in covariances.indices {
            row.append(Self.solved(covariances[index], index, factor, row))
        }
        return row
    }

    // MARK: - Cholesky

    private static func start(_ row: Int) -> Int { row * (row + 1) / 2 }

    /// Appends a row to L, given the row of the matrix up to its diagonal.
    private static func append(_ covariances: [Double], to factor: inout [Double]) {
        let row = covariances.count - 1
        let first = start(row)
        for column in 0...row {
            var rest = covariances[column]
            let other = start(column)
            for index in 0..<column { rest -= factor[first + index] * factor[other + index] }
            factor.append(
                column == row ? max(rest, 1e-12).squareRoot() : rest / factor[other + column])
        }
    }

    /// The next number of a solution of L x = right, row by row.
    private static func solved(
        _ right: Double, _ row: Int, _ factor: [Double], _ solution: [Double]
    ) -> Double {
        let first = start(row)
        var rest = right
        for index in 0..<row { rest -= factor[first + index] * solution[index] }
        return rest / factor[first + row]
    }
}

/// The squared distances of every two inputs by group: A, B, C, and the difference of their rungs.
struct PairDistances: Sendable {
    private let pairs: [SIMD4<Double>]

    init(_ inputs: [GaussianProcess.Input]) {
        pairs = inputs.indices.flatMap { row in
            (0...row).map { inputs[row].distances(to: inputs[$0]) }
        }
    }

    /// The distances of two, `row` not being before `column`.
    subscript(row: Int, column: Int) -> SIMD4<Double> { pairs[row * (row + 1) / 2 + column] }
}

extension GaussianProcess.Input {
    func distances(to other: Self) -> SIMD4<Double> {
        let (a, b, c) = features.squaredDistances(to: other.features)
        return SIMD4(a, b, c, Double(abs(rung - other.rung)))
    }
}
