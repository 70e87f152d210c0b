internal import Glibc
internal import SegNASRandomness

/// A random function of networks that is alike for those that resemble one another, with mean 0 and variance about 1.
///
/// A draw from a Gaussian process with a squared exponential kernel, length scale 1.6, by random Fourier features:
/// Rahimi & Recht 2007, "Random features for large-scale kernel machines". f(x) = √(2/D) Σ vᵢ cos(wᵢ·x + bᵢ).
struct SmoothFunction: Sendable {
    private static let terms = 128
    private static let lengthScale = 1.6

    /// wᵢ, input by input, as most inputs are 0.
    private var weights: [Double]
    private var phases: [Double]
    private var amplitudes: [Double]

    init(using generator: inout SeededGenerator) {
        weights = (0..<SmoothInputs.count * Self.terms).map { _ in
            generator.normal() / Self.lengthScale
        }
        phases = (0..<Self.terms).map { _ in generator.uniform(in: 0...2 * .pi) }
        amplitudes = (0..<Self.terms).map { _ in
            generator.normal() * (2 / Double(Self.terms)).squareRoot()
        }
    }

    /// The sum of this function and another, each times a number.
    func mixed(_ share: Double, with other: Self, _ otherShare: Double) -> Self {
        var mixed = self
        mixed.weights = (0..<SmoothInputs.count).flatMap { input in
            [self, other].flatMap { function in
                let terms = function.phases.count
                return function.weights[input * terms..<(input + 1) * terms]
            }
        }
        mixed.phases = phases + other.phases
        mixed.amplitudes =
            amplitudes.map { $0 * share } + other.amplitudes.map { $0 * otherShare }
        return mixed
    }

    func callAsFunction(_ inputs: SmoothInputs) -> Double {
        var angles = phases
        let terms = phases.count
        for (index, value) in inputs.values {
            let first = index * terms
            for term in 0..<terms { angles[term] += value * weights[first + term] }
        }
        return zip(amplitudes, angles).reduce(0) { $0 + $1.0 * cos($1.1) }
    }
}

/// The inputs of the smooth functions that are not 0, of the canonical network, scaled to similar ranges.
///
/// n, p, sup, res; the number of nodes; the operation of each edge of four nodes; depth and multiply-adds.
struct SmoothInputs: Sendable {
    static let count = 7 + 6 * 8 + 2

    let values: [(index: Int, value: Double)]

    init(_ costed: CostedNetwork) {
        let (network, block) = (costed.network, costed.network.block)
        precondition(block.nodes <= 4, "the landscapes have blocks of 2 to 4 nodes")
        var values: [(Int, Double)] = [
            (0, Double(network.n - 20) / 8), (1, (Double(network.p) - 3.5) / 1.1),
            (2, network.sup ? 1 : 0), (3, network.res ? 1 : 0), (2 + block.nodes, 1),
        ]
        for (place, edge) in Edge.all(nodes: 4).enumerated() {
            // The first of eight places is for an edge that the block does not have.
            let operation = edge.isUsed(nodes: block.nodes) ? Int(block.entry(edge)) + 1 : 0
            values.append((7 + 8 * place + operation, 0.8))
        }
        values.append((55, (Double(costed.structure.wideDepth) - 1.5) * 0.7))
        values.append((56, (log2(costed.multiplyAdds) - 30) / 3))
        self.values = values
    }
}
