internal import Glibc
internal import SegNASRandomness

/// The value reported for a network, and what is known of it.
struct Observation: Hashable, Codable, Sendable {
    /// Of the proposal.
    var number: Int
    var point: [Double]
    var features: NetworkFeatures
    var value: Double
}

/// What the values of a search say about networks: a ``GaussianProcess`` on at most 250 of them.
struct NetworkModel {
    /// The observations that it is made of, in their order.
    let observations: [Observation]
    private let values: RelativeValues
    private var process: GaussianProcess
    /// What is expected of each, and how sure that is.
    let posteriors: [(mean: Double, deviation: Double)]
    /// Indices of ``observations``, the lowest mean first.
    let ranking: [Int]

    /// - Parameters:
    ///   - all: At least one.
    ///   - scales: Those of the process.
    ///   - seed: Chooses those of many that are kept.
    init(_ all: [Observation], scales: ProcessScales, seed: UInt64) {
        observations = Self.kept(of: all, seed: seed)
        values = RelativeValues(all.map(\.value))
        let inputs = observations.map { GaussianProcess.Input(features: $0.features) }
        let process = GaussianProcess(
            inputs, values: observations.map { [values] in values.relative($0.value) },
            scales: scales)
        self.process = process
        let posteriors = inputs.map(process.posterior)
        self.posteriors = posteriors
        ranking = posteriors.indices.sorted {
            (posteriors[$0].mean, $0) < (posteriors[$1].mean, $1)
        }
    }

    /// Scales that are fitted to the values of a search.
    static func fitted(
        _ scales: ProcessScales, to all: [Observation], seed: UInt64,
        using generator: inout some RandomNumberGenerator
    ) -> ProcessScales {
        let kept = kept(of: all, seed: seed)
        let values = RelativeValues(all.map(\.value))
        var fitted = scales.fitted(
            to: kept.map { GaussianProcess.Input(features: $0.features) },
            values: kept.map { values.relative($0.value) }, using: &generator)
        fitted.values = all.count
        return fitted
    }

    /// Of more than 250 the 125 best, the 25 newest and a sample of the others, as its time grows with their cube.
    static func kept(of all: [Observation], seed: UInt64) -> [Observation] {
        let (most, best, newest) = (250, 125, 25)
        guard all.count > most else { return all }
        let order = all.indices.sorted { (all[$0].value, $0) < (all[$1].value, $1) }
        var kept = Set(order.prefix(best)).union(all.indices.suffix(newest))
        var generator = SeededGenerator(seed: seed, path: UInt64(all.count), 1)
        var others = all.indices.filter { !kept.contains($0) }
        while kept.count < most {
            let drawn = generator.index(below: others.count)
            others.swapAt(drawn, others.count - 1)
            kept.insert(others.removeLast())
        }
        return kept.sorted().map { all[$0] }
    }

    /// What is expected of an observation as a validation Dice, and that for one standard deviation more and less.
    func dice(of index: Int) -> (mean: Double, range: ClosedRange<Double>) {
        let (mean, deviation) = posteriors[index]
        func dice(_ relative: Double) -> Double { exp(-max(values.value(relative), 0)) }
        return (dice(mean), dice(mean + deviation)...dice(mean - deviation))
    }

    /// Takes what is expected of a network in training for its value.
    mutating func believe(_ features: NetworkFeatures) {
        process.believe(GaussianProcess.Input(features: features))
    }

    /// The improvement that a network promises below the lowest mean: Jones, Schonlau & Welch 1998,
    /// doi:10.1023/A:1008306431147.
    func expectedImprovement(_ features: NetworkFeatures) -> Double {
        let (mean, deviation) = process.posterior(at: GaussianProcess.Input(features: features))
        let u = (posteriors[ranking[0]].mean - mean) / deviation
        let density = exp(-u * u / 2) / (2 * Double.pi).squareRoot()
        return deviation * (u * erfc(-u / 2.0.squareRoot()) / 2 + density)
    }
}
