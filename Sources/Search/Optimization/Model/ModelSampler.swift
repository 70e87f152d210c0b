internal import Glibc
internal import SegNASRandomness

/// Proposes the networks that promise most by a Gaussian process on the values so far.
///
/// Jones, Schonlau & Welch 1998, "Efficient global optimization of expensive black-box functions", Journal of Global
/// Optimization 13, doi:10.1023/A:1008306431147. The process sees the features of canonical networks; the expected
/// improvement is maximised over random networks and small changes of good ones (White, Neiswanger & Savani 2021,
/// arXiv:1910.11858). How it was chosen: Documentation/model-search.md.
///
/// It starts with 16 networks: the given one, or the usual {2,0,2}, and random ones. Only networks that can be trained
/// within the limits are proposed, each key once. What is told ``worstValue`` was not trained, and says nothing about
/// others; the start makes up for it.
///
/// Where trainings may stop at rungs, it learns from the values of all, and looks for what is best at the top.
///
/// Where it knows the values of earlier studies (``EarlierStudy``), it starts with 6 networks, and changes good ones of
/// these too.
///
/// A recorded proposal is taken as made (``absorb(_:)``), with the scales that it was made by: these are found by
/// comparing logarithms and exponentials, whose last bits differ between systems.
public struct ModelSampler: Sampler {
    public private(set) var askCount = 0
    public private(set) var tellCount = 0
    public private(set) var inFlight: [Int: Proposal] = [:]
    /// The scales of the process, as they were fitted last.
    public private(set) var scales = ProcessScales()
    /// True if no other network of the space can be trained, as far as is found.
    public private(set) var isExhausted = false

    private let networks: SearchedNetworks
    private let seed: UInt64
    /// The first point; nil for the usual network.
    private let first: [Double]?
    private var observations: [Observation] = []
    /// Those of earlier studies.
    private let earlier: [Observation]
    /// The numbers of the proposals by which keys were proposed first.
    private var known: [String: Int] = [:]
    /// Proposals that were not trained.
    private var refusals = 0
    /// The rung of whole trainings; 0 if there is no other.
    private let topRung: Int
    /// The rungs to which proposals are trained that have values of lower ones.
    private var climbing: [Int: Int] = [:]

    // That it is exhausted is found again.
    private enum CodingKeys: CodingKey {
        case askCount, tellCount, inFlight, scales, networks, seed, first, observations, earlier
        case known, refusals, topRung, climbing
    }

    /// Networks proposed before the model is asked; fewer where it knows earlier studies.
    public var startCount: Int { earlier.isEmpty ? 16 : 6 }
    /// Values without which it is not asked: half of them.
    private var leastValues: Int { startCount / 2 }
    /// Networks of earlier studies that are proposed as they are, if they are new and promise most.
    private static let mostFromEarlier = 20
    /// Values after which the scales are fitted again.
    static let valuesPerFit = 5
    /// Random networks, and changes of good ones, among which the most promising is proposed.
    static let poolSizes = (random: 80, near: 160)

    init(
        _ networks: SearchedNetworks, seed: UInt64, first: [Double]?, topRung: Int = 0,
        earlier: [EarlierStudy] = []
    ) {
        self.networks = networks
        self.seed = seed
        self.topRung = topRung
        self.earlier = networks.observations(of: earlier, topRung: topRung)
        scales = ProcessScales(earlierStudies: earlier.count)
        self.first = first.map { clamped($0, to: networks.space.bounds) }
    }

    public mutating func ask() -> Proposal? {
        guard !isExhausted else { return nil }
        let former = scales
        guard let (origin, point) = proposed() else {
            scales = former
            isExhausted = true
            return nil
        }
        let proposal = Proposal(
            number: askCount, origin: origin, point: point, tellsSeen: tellCount)
        take(proposal)
        return proposal
    }

    public mutating func absorb(_ proposal: Proposal) throws(ReplayMismatch) {
        guard proposal.number == askCount, proposal.tellsSeen == tellCount,
            networks.space.bounds.contain(proposal.point)
        else { throw ReplayMismatch(number: proposal.number) }
        switch proposal.origin {
        case .given, .uniform: break
        case .model(let scales):
            guard scales.kappa?.count == self.scales.kappa?.count else {
                throw ReplayMismatch(number: proposal.number)
            }
            self.scales = scales
        case .reflection, .mutation: throw ReplayMismatch(number: proposal.number)
        }
        take(proposal)
    }

    private mutating func take(_ proposal: Proposal) {
        askCount += 1
        inFlight[proposal.number] = proposal
        let key = networks.space.decode(proposal.point).key.text
        if known[key] == nil { known[key] = proposal.number }
    }

    public mutating func tell(_ value: Double, of number: Int) {
        guard let proposal = inFlight.removeValue(forKey: number) else {
            preconditionFailure("\(number) is not in flight")
        }
        tellCount += 1
        let candidate = networks.space.decode(proposal.point)
        guard value.isFinite, value < worstValue, let features = networks.features(of: candidate)
        else {
            refusals += 1
            return
        }
        // The value of a network that was known before counts once.
        guard known[candidate.key.text] == number else { return }
        observations.append(
            Observation(number: number, point: proposal.point, features: features, value: value))
    }

    // MARK: - Rungs

    public mutating func raise(_ number: Int, to rung: Int) {
        climbing[number] = rung
    }

    public mutating func tell(_ value: Double, of number: Int, atRung rung: Int) {
        climbing[number] = nil
        guard value.isFinite, value < worstValue,
            var observation = observations.first(where: { $0.number == number })
        else { return }
        (observation.value, observation.rung) = (value, rung)
        observations.append(observation)
    }

    public func expectations(of numbers: [Int]) -> [Int: Double] {
        let asked = Set(numbers)
        let known = observations.filter { $0.rung == 0 && asked.contains($0.number) }
        guard !known.isEmpty else { return [:] }
        let model = NetworkModel(
            observations, earlier: earlier, scales: scales, topRung: topRung, seed: seed)
        return Dictionary(
            uniqueKeysWithValues: known.map {
                ($0.number, model.posterior(of: $0.features).mean)
            })
    }

    // MARK: - Proposals

    /// Nil if no other network can be trained.
    private mutating func proposed() -> (Proposal.Origin, [Double])? {
        var generator = SeededGenerator(seed: seed, path: UInt64(askCount))
        guard
            askCount - refusals < startCount || observations.count < leastValues
        else {
            let point = promising(using: &generator) ?? uniform(using: &generator)
            return point.map { (.model(scales), $0) }
        }
        if let first, askCount == 0 { return (.given, first) }
        if first == nil, observations.isEmpty, inFlight.isEmpty {
            // The next one where memory was too small for those before.
            let usual = networks.usualPoints().first { admitted($0) != nil }
            if let usual { return (.given, usual) }
        }
        return uniform(using: &generator).map { (.uniform, $0) }
    }

    /// The most promising of the pool; nil if that is empty.
    private mutating func promising(using generator: inout SeededGenerator) -> [Double]? {
        if scales.values == 0 || observations.count - scales.values >= Self.valuesPerFit {
            scales = NetworkModel.fitted(
                scales, to: observations, earlier: earlier, topRung: topRung, seed: seed,
                using: &generator)
        }
        var model = NetworkModel(
            observations, earlier: earlier, scales: scales, topRung: topRung, seed: seed)
        for number in inFlight.keys.sorted() {
            let candidate = inFlight[number].map { networks.space.decode($0.point) }
            if let features = candidate.flatMap(networks.features) { model.believe(features) }
        }
        for (number, rung) in climbing.sorted(by: { $0.key < $1.key }) {
            let known = observations.first { $0.number == number }
            if let features = known?.features { model.believe(features, rung: rung) }
        }
        var pool = Pool()
        addRandom(Self.poolSizes.random, draws: 1000, to: &pool, using: &generator)
        for _ in 0..<Self.poolSizes.near {
            let rank = Int(-3 * log(1 - generator.uniform(in: 0...1)))
            let parent = model.candidates[min(rank, model.candidates.count - 1)]
            add(
                networks.neighbour(of: model.observations[parent].point, using: &generator),
                to: &pool)
        }
        let others = model.candidates.map { model.observations[$0] }.filter { $0.study > 0 }
        for other in others.prefix(Self.mostFromEarlier) { add(other.point, to: &pool) }
        let promises = pool.features.map(model.expectedImprovement)
        return promises.indices.max { (promises[$0], $1) < (promises[$1], $0) }
            .map { pool.points[$0] }
    }

    /// A new network drawn at random, or, where hardly any can be trained, a change of one that was proposed.
    ///
    /// Where there are others, none is drawn whose block sees single voxels alone: these learn hardly anything.
    private func uniform(using generator: inout SeededGenerator) -> [Double]? {
        var pool = Pool()
        addRandom(1, draws: Self.mostDraws, to: &pool, using: &generator) {
            BlockStructure($0).wideDepth > 0
        }
        if pool.points.isEmpty {
            addRandom(1, draws: Self.mostDraws, to: &pool, using: &generator)
        }
        let parents =
            observations.map(\.point) + inFlight.sorted { $0.key < $1.key }.map(\.value.point)
        for _ in 0..<(parents.isEmpty ? 0 : Self.mostDraws) where pool.points.isEmpty {
            let parent = parents[generator.index(below: parents.count)]
            add(networks.neighbour(of: parent, using: &generator), to: &pool)
        }
        return pool.points.first
    }

    /// The most points drawn to find one that can be trained.
    private static let mostDraws = 5000

    /// New networks that can be trained, each once.
    private struct Pool {
        var points: [[Double]] = []
        var features: [NetworkFeatures] = []
        var keys: Set<String> = []
    }

    private func addRandom(
        _ count: Int, draws: Int, to pool: inout Pool, using generator: inout SeededGenerator,
        where isWanted: (BlockGraph) -> Bool = { _ in true }
    ) {
        for _ in 0..<draws where pool.points.count < count {
            var point = networks.randomPoint(using: &generator)
            let block = networks.space.decode(point).network.block
            guard block.isLegal, isWanted(block) else { continue }
            var isAdded = add(point, to: &pool)
            // Redrawn as a whole, hardly any but blocks without a 3×3×3 kernel would stay within narrow limits.
            for _ in 0..<4 where !isAdded {
                point = networks.smallerPoint(than: point, using: &generator)
                isAdded = add(point, to: &pool)
            }
        }
    }

    /// False for a network that is not new, or cannot be trained within the limits.
    @discardableResult
    private func add(_ point: [Double], to pool: inout Pool) -> Bool {
        guard let (key, features) = admitted(point), pool.keys.insert(key).inserted else {
            return false
        }
        pool.points.append(point)
        pool.features.append(features)
        return true
    }

    /// The key and the features of a network that is new and can be trained within the limits; nil for others.
    private func admitted(_ point: [Double]) -> (String, NetworkFeatures)? {
        let candidate = networks.space.decode(point)
        guard candidate.network.block.isLegal else { return nil }
        let key = candidate.key.text
        guard known[key] == nil else { return nil }
        return networks.admittedFeatures(of: candidate).map { (key, $0) }
    }
}

// MARK: - Invariants

extension ModelSampler {
    /// Checks all that must hold between any two calls: for tests.
    func checkInvariants() {
        precondition(askCount == tellCount + inFlight.count, "proposals are lost")
        let firsts = observations.filter { $0.rung == 0 }.map(\.number)
        precondition(firsts.count + refusals <= tellCount, "values are lost")
        precondition(
            Set(observations.map { [$0.number, $0.rung] }).count == observations.count,
            "a value counts twice")
        precondition(
            Set(firsts).isSuperset(of: observations.map(\.number)), "a value of a higher rung alone"
        )
        precondition(
            inFlight.keys.allSatisfy { climbing[$0] == nil }, "raised before its first value")
        precondition(
            inFlight.values.allSatisfy { known[networks.space.decode($0.point).key.text] != nil },
            "a proposal whose key may be proposed again")
        precondition(scales.values <= observations.count, "fitted to values that are not known")
    }
}
