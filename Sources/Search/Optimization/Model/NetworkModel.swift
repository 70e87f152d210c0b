internal import Glibc
internal import SegNASRandomness

/// The value reported for a network, and what is known of it.
struct Observation: Hashable, Codable, Sendable {
    /// Of the proposal; below 0 for networks of earlier studies.
    var number: Int
    var point: [Double]
    var features: NetworkFeatures
    /// As it was reported; of an earlier study, as a model sees it.
    var value: Double
    /// The rung to which it was trained.
    var rung = 0
    /// 0 for this search, and the number of an earlier study from 1.
    var study = 0

    fileprivate var input: GaussianProcess.Input {
        GaussianProcess.Input(features: features, rung: rung, study: study)
    }
}

/// What the values of a search say about networks: a ``GaussianProcess`` on at most 250 of them, and on what was taken
/// over from earlier studies.
struct NetworkModel {
    /// The observations that it is made of, in their order: those of the search, then those of earlier studies.
    let observations: [Observation]
    private let values: RungValues
    private let topRung: Int
    private var process: GaussianProcess
    /// What is expected of each after a whole training, and how sure that is.
    let posteriors: [(mean: Double, deviation: Double)]
    /// Indices of ``observations``, the lowest mean first; each network once.
    let candidates: [Int]
    /// Those of the search itself.
    let ranking: [Int]

    /// - Parameters:
    ///   - all: At least one.
    ///   - earlier: Of earlier studies.
    ///   - scales: Those of the process.
    ///   - topRung: The rung of whole trainings.
    ///   - seed: Chooses those of many that are kept.
    init(
        _ all: [Observation], earlier: [Observation] = [], scales: ProcessScales, topRung: Int = 0,
        seed: UInt64
    ) {
        let observations = Self.kept(of: all, seed: seed) + earlier
        self.observations = observations
        self.topRung = topRung
        let values = RungValues(all)
        self.values = values
        let process = GaussianProcess(
            observations.map(\.input), values: observations.map(values.seen), scales: scales,
            topRung: topRung)
        self.process = process
        let posteriors = observations.map { observation in
            process.posterior(
                at: GaussianProcess.Input(features: observation.features, rung: topRung))
        }
        self.posteriors = posteriors
        var known: Set<Int> = []
        candidates = posteriors.indices.filter { known.insert(observations[$0].number).inserted }
            .sorted { (posteriors[$0].mean, $0) < (posteriors[$1].mean, $1) }
        ranking = candidates.filter { observations[$0].study == 0 }
    }

    /// Scales that are fitted to the values of a search.
    static func fitted(
        _ scales: ProcessScales, to all: [Observation], earlier: [Observation] = [],
        topRung: Int = 0, seed: UInt64, using generator: inout some RandomNumberGenerator
    ) -> ProcessScales {
        let kept = kept(of: all, seed: seed) + earlier
        var fitted = scales.fitted(
            to: kept.map(\.input), values: kept.map(RungValues(all).seen), topRung: topRung,
            using: &generator)
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
        func dice(_ relative: Double) -> Double {
            exp(-max(values.value(relative, atRung: topRung), 0))
        }
        return (dice(mean), dice(mean + deviation)...dice(mean - deviation))
    }

    /// Takes what is expected of a network in training for its value.
    mutating func believe(_ features: NetworkFeatures, rung: Int = 0) {
        process.believe(GaussianProcess.Input(features: features, rung: rung))
    }

    /// What is expected of a network after a whole training.
    func posterior(of features: NetworkFeatures) -> (mean: Double, deviation: Double) {
        process.posterior(at: GaussianProcess.Input(features: features, rung: topRung))
    }

    /// The improvement that a network promises below the lowest mean: Jones, Schonlau & Welch 1998,
    /// doi:10.1023/A:1008306431147.
    func expectedImprovement(_ features: NetworkFeatures) -> Double {
        let (mean, deviation) = posterior(of: features)
        let u = (posteriors[ranking[0]].mean - mean) / deviation
        let density = exp(-u * u / 2) / (2 * Double.pi).squareRoot()
        return deviation * (u * erfc(-u / 2.0.squareRoot()) / 2 + density)
    }
}

extension RungValues {
    /// The value of an observation as the model sees it: those of earlier studies are relative to theirs already.
    fileprivate func seen(_ observation: Observation) -> Double {
        observation.study == 0 ? relative(observation) : observation.value
    }
}
