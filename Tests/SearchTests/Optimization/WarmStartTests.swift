import Foundation
import SegNASHost
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Search by a model that knows earlier studies")
struct WarmStartTests {
    private static let space = SearchSpace.segnas11

    private static func plan(_ seed: UInt64) -> SamplerPlan {
        ModelSamplerTests.plan(seed, limits: nil)
    }

    /// The value of a similar task: its best network has more channels, and all are worse.
    private static func similarValue(_ candidate: Candidate) -> Double {
        let value = ModelSamplerTests.value(candidate)
        let shift = Double(candidate.network.n - 22) / 12
        return value < worstValue ? 0.5 + 0.7 * value + 0.05 * shift * shift : value
    }

    /// The trainings of a random search of an earlier task.
    private static func trainings(
        _ count: Int, seed: UInt64, in space: SearchSpace = space,
        value: (Candidate) -> Double = similarValue
    ) throws -> [EarlierTraining] {
        var sampler = try SamplerPlan(method: .random, seed: seed).sampler(in: space)
        var trainings: [EarlierTraining] = []
        while trainings.count < count, let proposal = sampler.ask() {
            let candidate = space.decode(proposal.point)
            let value = candidate.network.block.isLegal ? value(candidate) : worstValue
            sampler.tell(value, of: proposal.number)
            guard value < worstValue else { continue }
            trainings.append(
                EarlierTraining(
                    number: proposal.number, network: candidate.architecture,
                    hyperparameters: candidate.hyperparameters, value: value))
        }
        return trainings
    }

    private static func study(
        _ trainings: [EarlierTraining], of former: SearchSpace = space,
        for plan: SamplerPlan = plan(1), in space: SearchSpace = space, among studies: Int = 1
    ) throws -> EarlierStudy {
        try EarlierStudy(
            named: "old", study: "id", trainings, of: former, for: plan, in: space, among: studies)
    }

    // MARK: - What is taken over

    @Test("of many networks the best half and a sample of the others, the same ones every time")
    func chosen() throws {
        let all = try Self.trainings(300, seed: 1)
        let study = try Self.study(all)
        #expect(study.trained == 300 && study.outside < 30 && study.unshared.isEmpty)
        #expect(study.networks.count == 100)
        let taken = Set(study.networks.map(\.number))
        #expect(taken.count == 100 && study.networks.map(\.number) == taken.sorted())
        let inside = all.filter { training in
            guard let point = try? Self.space.encode(training.network) else { return false }
            return Self.plan(1).networks(in: Self.space)?.features(of: Self.space.decode(point))
                != nil
        }
        #expect(inside.count == 300 - study.outside)
        let best = inside.sorted { ($0.value, $0.number) < ($1.value, $1.number) }.prefix(50)
        #expect(best.allSatisfy { taken.contains($0.number) })
        #expect(try Self.study(all) == study)
        #expect(try Self.study(all, for: Self.plan(2)) != study)
        #expect(try Self.study(all, among: 3).networks.count == 50)
        #expect(try Self.study(all, among: 10).networks.count == 15)
    }

    @Test("values are relative to the median of all in units of the spread of the better half")
    func relative() throws {
        let all = try Self.trainings(40, seed: 2)
        let values = RelativeValues(all.map(\.value))
        for network in try Self.study(all).networks {
            let training = try #require(all.first { $0.number == network.number })
            #expect(network.value == values.relative(training.value) && network.rungsBelow == 0)
            #expect(
                Self.space.decode(network.point).architecture.canonical
                    == training.network.canonical)
        }
        // As far as another unit and another zero are concerned, the same.
        let scaled = all.map { training in
            var scaled = training
            scaled.value = 0.3 + 2 * training.value
            return scaled
        }
        for (one, other) in zip(try Self.study(all).networks, try Self.study(scaled).networks) {
            #expect(abs(one.value - other.value) < 1e-9)
        }
    }

    @Test("values of shorter trainings are relative to those, and keep their rung")
    func rungs() throws {
        let all = try Self.trainings(30, seed: 3)
        let short = all.map { training in
            var short = training
            (short.value, short.rungsBelow) = (training.value + 0.4, 1)
            return short
        }
        let whole = Array(all.sorted { $0.value < $1.value }.prefix(10))
        let study = try Self.study(short + whole)
        #expect(study.trained == 30)
        let values = RelativeValues(short.map(\.value))
        let first = study.networks.filter { $0.rungsBelow == 1 }
        #expect(first.count == 30 - study.outside)
        for network in first {
            let training = try #require(short.first { $0.number == network.number })
            #expect(abs(network.value - values.relative(training.value)) < 1e-12)
        }
        // Where a search has one rung, a shorter training is one below its only one.
        let networks = try #require(Self.plan(1).networks(in: Self.space))
        let observations = networks.observations(of: [study], topRung: 0)
        #expect(Set(observations.map(\.rung)) == [-1, 0])
        #expect(observations.allSatisfy { $0.number < 0 && $0.study == 1 })
        #expect(Set(observations.map(\.number)).count == first.count)
    }

    @Test("a study whose values say nothing about their spread has no values far from all others")
    func spread() throws {
        var all = try Self.trainings(30, seed: 3)
        for index in all.indices { all[index].value = index < 25 ? 9.2 : 1 + 0.1 * Double(index) }
        #expect(try Self.study(all).networks.allSatisfy { abs($0.value) <= 4 })
        let whole = all.suffix(2)
        for index in all.indices { all[index].rungsBelow = 1 }
        let both = try Self.study(all + whole)
        #expect(both.networks.contains { $0.rungsBelow == 0 })
        #expect(both.networks.allSatisfy { abs($0.value) <= 4 })
    }

    @Test("what other spaces have and this one has not is left out, counted, and named")
    func otherSpaces() throws {
        let plus = SearchSpace.segnasPlus
        let all = try Self.trainings(60, seed: 4, in: plus)
        // Settings of the training that are searched there alone.
        let there = try Self.study(all, of: plus)
        #expect(
            there.unshared.map { "\($0)" } == ["dropout", "learning_rate", "augmentation"])
        #expect(there.words.hasSuffix("; without dropout, learning_rate and augmentation"))
        #expect(there.networks.count > 50)
        // And here alone: a dropout is always known, and what is not known is as if it had no value.
        let plain = try Self.trainings(60, seed: 4)
        let here = try Self.study(plain, in: plus)
        #expect(here.unshared.map { "\($0)" } == ["learning_rate", "augmentation"])
        let networks = try #require(Self.plan(1).networks(in: plus))
        for observation in networks.observations(of: [here], topRung: 0) {
            let further = observation.features.surroundings.dropFirst(4)
            #expect(further.count == 3 && Array(further.dropFirst()) == [0, 0])
        }
        // Networks of another space.
        let narrow = try SearchSpace(yaml: "{base: segnas11, n: [8, 20], nodes: 2}")
        let few = try Self.study(plain, in: narrow)
        let inside = plain.count { training in
            guard case .segnas(let network) = training.network else { return false }
            return network.n < 20 && network.block.nodes == 2
        }
        #expect(few.networks.count <= inside && few.networks.count > 0)
        #expect(few.outside == 60 - few.networks.count)
        #expect(few.words.contains(", \(few.outside) of another space"))
        let vnet = EarlierTraining(number: 0, network: .vnet, hyperparameters: [:], value: 1)
        #expect(try Self.study([vnet]).networks.isEmpty)
        // A name and a number that this space has not.
        let losses = try SearchSpace(
            yaml: "{base: segnas4, loss: [exponential-logarithmic, dice-cross-entropy]}")
        let rates = try SearchSpace(
            yaml: """
                base: segnas4
                loss: [dice-cross-entropy, exponential-logarithmic]
                learning_rate: {from: 0.001, to: 0.01}
                """)
        let both = try Self.trainings(40, seed: 5, in: losses)
        let named = try Self.study(both, of: losses, in: rates)
        #expect(named.outside < 10 && named.unshared == [.hyperparameter(.learningRate)])
        for network in named.networks {
            let training = try #require(both.first { $0.number == network.number })
            let here = rates.decode(network.point).hyperparameters
            #expect(here[.loss] == training.hyperparameters[.loss])
        }
    }

    @Test("a part of a plan: read as it was written, and recognised when it is changed")
    func recorded() throws {
        let study = try Self.study(Self.trainings(20, seed: 6))
        #expect(study.isWhole)
        let text = try JSONDocument.text(of: study, .line)
        let read: EarlierStudy = try JSONDocument.parse(text)
        #expect(read == study && read.isWhole)
        let changed: EarlierStudy = try JSONDocument.parse(
            text.replacing("\"number\":", with: "\"number\":1"))
        #expect(!changed.isWhole)
        // Plans of earlier versions.
        let former = try JSONDocument.parse(#"{"method":"model","seed":1}"#, as: SamplerPlan.self)
        #expect(former.earlier == nil)
        let scales = try JSONDocument.parse(
            #"{"a":2,"b":2,"c":2,"nu":0.15,"rho":0.9,"values":0}"#, as: ProcessScales.self)
        #expect(scales == ProcessScales())
        #expect(try !JSONDocument.text(of: scales, .line).contains("kappa"))
    }

    // MARK: - The search

    /// A search of so many networks: the best value after each, and the κ of the first earlier study in the end.
    private static func search(
        _ count: Int, _ seed: UInt64, knowing earlier: [EarlierStudy]? = nil
    ) throws -> (best: [Double], kappa: Double?) {
        var plan = plan(seed)
        plan.earlier = earlier
        var sampler = try plan.sampler(in: space)
        var best: [Double] = []
        while best.count < count, let proposal = sampler.ask() {
            let value = ModelSamplerTests.value(space.decode(proposal.point))
            if value < worstValue { best.append(min(value, best.last ?? worstValue)) }
            sampler.tell(value, of: proposal.number)
        }
        return (best, (sampler as? ModelSampler)?.scales.kappa?.first)
    }

    /// The trainings of a search by a model of the similar task.
    private static func modelled(_ seed: UInt64) throws -> [EarlierTraining] {
        var sampler = try plan(100 + seed).sampler(in: space)
        var trainings: [EarlierTraining] = []
        while trainings.count < 46, let proposal = sampler.ask() {
            let candidate = space.decode(proposal.point)
            let value = similarValue(candidate)
            sampler.tell(value, of: proposal.number)
            trainings.append(
                EarlierTraining(
                    number: proposal.number, network: candidate.architecture,
                    hyperparameters: [:], value: value))
        }
        return trainings
    }

    @Test("a similar study helps at once, one of other values does little harm, mean of 8 seeds")
    func better() throws {
        let seeds: ClosedRange<UInt64> = 1...8
        func mean(
            _ earlier: (UInt64) throws -> [EarlierStudy]?
        ) throws -> (best: [Double], kappa: Double) {
            let searches = try seeds.map { try Self.search(30, $0, knowing: earlier($0)) }
            let best = (0..<30).map { place in
                searches.reduce(0) { $0 + $1.best[place] } / Double(searches.count)
            }
            return (best, searches.reduce(0) { $0 + ($1.kappa ?? 0) } / Double(searches.count))
        }
        let none = try mean { _ in nil }
        let warm = try mean { [try Self.study(Self.modelled($0))] }
        // The same networks, with the values of others.
        let misled = try mean { seed in
            var trainings = try Self.modelled(seed)
            var generator = SeededGenerator(seed: seed)
            let values = trainings.map(\.value).shuffled(using: &generator)
            for index in trainings.indices { trainings[index].value = values[index] }
            return [try Self.study(trainings)]
        }
        // 9 networks with it are better than 30 without.
        #expect(warm.best[8] < none.best[29], "\(warm.best) \(none.best)")
        #expect(warm.kappa > 0.4, "\(warm.kappa)")
        #expect(misled.kappa < 0.6 * warm.kappa, "\(misled.kappa)")
        for count in [10, 20, 30] {
            let (without, with) = (none.best[count - 1], misled.best[count - 1])
            #expect(with < without + 0.03, "after \(count) networks")
        }
    }

    @Test("it starts with 6 networks, and goes on alike when it was killed", arguments: [1, 3])
    func resumed(_ slots: Int) throws {
        var plan = Self.plan(5)
        plan.earlier = [
            try Self.study(Self.trainings(30, seed: 7)), try Self.study(Self.trainings(9, seed: 8)),
        ]
        var sampler = try plan.sampler(in: Self.space)
        var record = SamplerRecord(proposals: [], values: [])
        var states: [String] = []
        try ModelSamplerTests.search(
            &sampler, in: Self.space, record: &record, steps: 20, inFlight: slots
        ) { sampler, _ in
            try #require(sampler as? ModelSampler).checkInvariants()
            states.append(try JSONDocument.text(of: sampler, .line))
        }
        let origins = record.proposals.map(\.origin)
        #expect(origins[0] == .given && origins[1..<6].allSatisfy { $0 == .uniform })
        let refused = record.values.count { $0.value == worstValue }
        for origin in origins[(6 + refused + slots)...] {
            guard case .model(let scales) = origin else {
                Issue.record("\(origin)")
                continue
            }
            #expect(scales.kappa?.count == 2)
            #expect(scales.kappa?.allSatisfy { (0...0.9).contains($0) } == true)
        }
        // The plan as a file has it.
        let text = try JSONDocument.text(of: plan, .indented)
        let read: SamplerPlan = try JSONDocument.parse(text)
        for step in [3, 7, 12] {
            let values = Array(record.values.prefix(step))
            let asked = record.proposals.filter { $0.tellsSeen < step }
            var resumed = try read.sampler(in: Self.space)
            try resumed.replay(SamplerRecord(proposals: asked, values: values))
            #expect(try JSONDocument.text(of: resumed, .line) == states[step - 1])
            var again = SamplerRecord(proposals: asked, values: values)
            try ModelSamplerTests.search(
                &resumed, in: Self.space, record: &again, steps: 4, inFlight: slots)
            #expect(again.proposals == Array(record.proposals.prefix(again.proposals.count)))
        }
        // The record of a search that knew another number of studies.
        var other = read
        other.earlier?.removeLast()
        var foreign = try other.sampler(in: Self.space)
        #expect(throws: ReplayMismatch.self) { try foreign.replay(record) }
    }

    @Test("of more values than a model takes, those of earlier studies count beside 250")
    func many() throws {
        let study = try Self.study(Self.trainings(300, seed: 9))
        let networks = try #require(Self.plan(1).networks(in: Self.space))
        let earlier = networks.observations(of: [study], topRung: 0)
        let all = (0..<300).map { number in
            var own = earlier[number % earlier.count]
            (own.number, own.study, own.value) = (number, 0, Double(number))
            return own
        }
        let model = NetworkModel(
            all, earlier: earlier, scales: ProcessScales(earlierStudies: 1), seed: 1)
        #expect(model.observations.count == 350 && model.ranking.count == 250)
        #expect(model.candidates.count == 350)
    }
}
