internal import SegNASHost
internal import SegNASRandomness

/// What a search by a model takes over from another study: networks of its own space, and what they were worth there.
///
/// It is a part of the plan, so that the search goes on alike when the other study is gone or has gone on.
public struct EarlierStudy: Hashable, Codable, Sendable {
    /// The name of its folder, without the path.
    public let name: String
    /// Its identifier.
    public let study: String
    /// The number of its networks that have values.
    public let trained: Int
    /// The number of those that are none of the searched space, or cannot be built for its images.
    public let outside: Int
    /// Dimensions that one of the two searches has and the other has not: their values count for nothing.
    public let unshared: [Dimension.Name]
    /// What is taken over, in the order of its trainings.
    public let networks: [Network]
    /// XXH3 with 128 bits of this document without this field.
    private var digest: String?

    /// A network, by its point of the searched space.
    public struct Network: Hashable, Codable, Sendable {
        /// The number of its proposal there.
        public let number: Int
        public let point: [Double]
        /// Relative to the other values of its study: 0 for the median, −1 for one unit of spread better.
        public let value: Double
        /// Rungs below a whole training at which it had this value.
        public let rungsBelow: Int
    }

    /// The most networks of one study, and of all together: the time of a proposal grows with their cube.
    static let most = (ofOne: 100, ofAll: 150)
    /// The most studies.
    public static let mostStudies = 10

    /// False if it is not what was taken over once.
    public var isWhole: Bool { (try? contentDigest()) == digest }

    private func contentDigest() throws -> String {
        var unsigned = self
        unsigned.digest = nil
        return ContentDigest(ofText: try JSONDocument.text(of: unsigned, .line)).text
    }
}

/// A network that another study trained, and the value that it had.
public struct EarlierTraining: Sendable {
    /// The number of the proposal.
    public var number: Int
    public var network: Architecture
    public var hyperparameters: [Hyperparameter: HyperparameterValue]
    /// As it was told to the sampler; smaller is better.
    public var value: Double
    /// Rungs below a whole training at which it had this value.
    public var rungsBelow: Int

    public init(
        number: Int, network: Architecture,
        hyperparameters: [Hyperparameter: HyperparameterValue], value: Double, rungsBelow: Int = 0
    ) {
        self.number = number
        self.network = network
        self.hyperparameters = hyperparameters
        self.value = value
        self.rungsBelow = rungsBelow
    }
}

// MARK: - Taking over

extension EarlierStudy {
    /// Takes over what a search can use of another study.
    ///
    /// Of many networks the best are taken, and as many drawn from the others.
    ///
    /// - Parameters:
    ///   - name: Of its folder, without the path.
    ///   - study: Its identifier.
    ///   - trainings: Its trainings, each network at its lowest rung too.
    ///   - former: The space of that study.
    ///   - plan: The sampler of the search, which knows the images.
    ///   - space: That of the search.
    ///   - studies: The number of all earlier studies of the search.
    /// - Throws: ``SamplerError/images`` for a plan without any.
    public init(
        named name: String, study: String, _ trainings: [EarlierTraining],
        of former: SearchSpace, for plan: SamplerPlan, in space: SearchSpace, among studies: Int = 1
    ) throws {
        guard let searched = plan.networks(in: space) else { throw SamplerError.images }
        let trainings = trainings.filter { $0.value.isFinite && $0.value < worstValue }
        let unshared = space.unshared(with: former)
        var taken = Self.relative(trainings).compactMap { training -> Network? in
            searched.earlierPoint(training, without: unshared).map { point in
                Network(
                    number: training.number, point: point, value: training.value,
                    rungsBelow: training.rungsBelow)
            }
        }
        self.name = name
        self.study = study
        self.unshared = unshared
        trained = Set(trainings.map(\.number)).count
        outside = trained - Set(taken.map(\.number)).count
        let most = min(Self.most.ofOne, Self.most.ofAll / studies)
        if taken.count > most { taken = Self.chosen(most, of: taken, seed: plan.seed) }
        networks = taken
        digest = try contentDigest()
    }

    /// The trainings with their values as a model sees them, at most 4 units from the middle.
    ///
    /// Few values, or ones that are nearly all the same, say little about their spread, by which others may then be
    /// hundreds of units apart: beside such a study the search's own values would count for nothing.
    private static func relative(_ trainings: [EarlierTraining]) -> [EarlierTraining] {
        guard let lowest = trainings.map(\.rungsBelow).max() else { return [] }
        let nothing = NetworkFeatures(surroundings: [], cost: [], operations: [])
        let observations = trainings.map {
            Observation(
                number: $0.number, point: [], features: nothing, value: $0.value,
                rung: lowest - $0.rungsBelow)
        }
        let values = RungValues(observations)
        return zip(trainings, observations).map { training, observation in
            var relative = training
            relative.value = min(max(values.relative(observation), -4), 4)
            return relative
        }
    }

    /// The best half, and a sample of the others.
    private static func chosen(_ count: Int, of all: [Network], seed: UInt64) -> [Network] {
        var order = all.indices.sorted { (all[$0].value, $0) < (all[$1].value, $1) }
        var generator = SeededGenerator(seed: seed, path: UInt64(all.count), 2)
        for place in count / 2..<count {
            order.swapAt(place, place + generator.index(below: order.count - place))
        }
        return order.prefix(count).sorted().map { all[$0] }
    }
}

extension SearchSpace {
    /// Settings of the training that are searched here and not known of another space's networks, or searched there
    /// alone.
    ///
    /// Every network has a dropout.
    func unshared(with former: SearchSpace) -> [Dimension.Name] {
        let (here, there) = (Set(searched.map(\.name)), Set(former.searched.map(\.name)))
        return Dimension.Name.all.filter { name in
            switch name {
            case .dropout: there.contains(name) && !here.contains(name)
            case .hyperparameter:
                here.contains(name) ? former[name] == nil : there.contains(name)
            default: false
            }
        }
    }
}

extension SearchedNetworks {
    /// The point of another study's network; nil if it is none of the space, or cannot be built for the images.
    func earlierPoint(
        _ training: EarlierTraining, without unshared: [Dimension.Name]
    ) -> [Double]? {
        guard case .segnas(let network) = training.network else { return nil }
        let searched = space.searched.filter { !unshared.contains($0.name) }
        var known: [Hyperparameter: HyperparameterValue] = [:]
        for dimension in searched {
            guard case .hyperparameter(let name) = dimension.name,
                let value = training.hyperparameters[name],
                let values = dimension.values.range(with: training.hyperparameters)
            else { continue }
            guard values.admits(value) else { return nil }
            known[name] = value
        }
        guard
            let point = try? space.encode(
                .segnas(network.withDropout(of: space)),
                hyperparameters: (usual ?? [:]).merging(known) { $1 }),
            features(of: space.decode(point)) != nil
        else { return nil }
        return point
    }

    /// What earlier studies say, with numbers below 0.
    func observations(of studies: [EarlierStudy], topRung: Int) -> [Observation] {
        var numbers: [[Int]: Int] = [:]
        return studies.enumerated().flatMap { index, study in
            study.networks.compactMap { network in
                let candidate = space.decode(network.point).without(study.unshared)
                let number = numbers[
                    [index, network.number], default: -1 - numbers.count]
                numbers[[index, network.number]] = number
                return features(of: candidate).map { features in
                    Observation(
                        number: number, point: network.point, features: features,
                        value: network.value, rung: topRung - network.rungsBelow, study: index + 1)
                }
            }
        }
    }
}

extension Candidate {
    /// The same without settings of the training, as if these had no value.
    fileprivate func without(_ names: [Dimension.Name]) -> Candidate {
        Candidate(
            network: network,
            hyperparameters: hyperparameters.filter { !names.contains(.hyperparameter($0.key)) },
            operations: operations)
    }
}

extension SegNAS {
    /// The same with the dropout that all networks of a space have, if they have one.
    fileprivate func withDropout(of space: SearchSpace) -> SegNAS {
        guard case .fixed(let dropout) = space[.dropout] else { return self }
        return SegNAS(n: n, p: p, sup: sup, res: res, block: block, dropout: dropout)
    }
}
