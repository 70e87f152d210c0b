import Foundation
import SegNASHost
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Search by a model")
struct ModelSamplerTests {
    static let images = SearchedImages(size: [32, 32, 32], channels: 1, classes: 4, batch: 3)
    static let limits = NetworkLimits(parameters: 2_000_000)

    static func plan(
        _ seed: UInt64, limits: NetworkLimits? = limits, first: [Double]? = nil
    ) -> SamplerPlan {
        SamplerPlan(method: .model, seed: seed, first: first, limits: limits, images: images)
    }

    /// A made-up loss: best at n 20 and p 3 with deep supervision, a Conv(3,1), a skip and nothing else.
    static func value(_ candidate: Candidate) -> Double {
        let network = candidate.network
        // Some do not fit into memory.
        if network.n > 28, network.p > 3 { return worstValue }
        let numbers = network.block.numbers
        let (n, p) = (Double(network.n - 20) / 12, Double(network.p - 3))
        let operations = numbers.reduce(0) { $0 + [0, 0.04, 0, 0.06, 0.04, 0.08, 0][$1] }
        return 0.2 + 0.1 * n * n + 0.05 * p * p + (network.sup ? 0 : 0.1) + operations
            + (numbers.contains(6) ? 0 : 0.1) + (numbers.contains(2) ? 0 : 0.2)
    }

    /// A search with several proposals in flight, whose values are reported in a random order.
    static func search(
        _ sampler: inout any Sampler, in space: SearchSpace, record: inout SamplerRecord,
        steps: Int, inFlight slots: Int, seed: UInt64 = 1,
        eachStep: (any Sampler, SamplerRecord) throws -> Void = { _, _ in }
    ) rethrows {
        for _ in 0..<steps {
            while sampler.inFlight.count < slots, let proposal = sampler.ask() {
                record.proposals.append(proposal)
            }
            let waiting = sampler.inFlight.keys.sorted()
            guard !waiting.isEmpty else { return }
            var generator = SeededGenerator(seed: seed, path: UInt64(sampler.tellCount))
            let number = waiting[generator.index(below: waiting.count)]
            let value = Self.value(space.decode(sampler.inFlight[number]?.point ?? []))
            sampler.tell(value, of: number)
            record.values.append((number, value))
            try eachStep(sampler, record)
        }
    }

    @Test(
        "nothing illegal, over the limits or known is proposed, in any space, with any number of workers",
        arguments: SearchSpace.Preset.allCases, [1, 4])
    func admitted(_ preset: SearchSpace.Preset, _ slots: Int) throws {
        let space = SearchSpace(preset)
        // The widths of this space are fixed: each network has about 4 M parameters, or more.
        let limits = preset == .segnas7 ? NetworkLimits(operations: 3_000_000_000) : Self.limits
        let images = Self.images
        var sampler = try Self.plan(3, limits: limits).sampler(in: space)
        var record = SamplerRecord(proposals: [], values: [])
        try Self.search(&sampler, in: space, record: &record, steps: 40, inFlight: slots) {
            sampler, _ in
            try #require(sampler as? ModelSampler).checkInvariants()
        }
        #expect(record.proposals.count >= 40)
        var keys: Set<ResultKey> = []
        for proposal in record.proposals {
            let candidate = space.decode(proposal.point)
            #expect(candidate.network.block.isLegal)
            let plan = try NetworkPlan(
                candidate.architecture, channels: images.channels, classes: images.classes)
            try plan.check(size: images.size, batch: images.batch)
            #expect(
                limits.excess(
                    parameters: plan.parameters,
                    operations: plan.multiplyAdds(size: images.size)) == nil)
            #expect(keys.insert(candidate.key).inserted, "\(candidate.key)")
        }
        let origins = record.proposals.map(\.origin)
        #expect(origins[0] == .given)
        #expect(origins[1..<16].allSatisfy { $0 == .uniform })
        #expect(origins.suffix(5).allSatisfy { if case .model = $0 { true } else { false } })
    }

    @Test(
        "killed after any number of reports and replayed, a search goes on as if nothing had happened",
        arguments: [1, 4])
    func resumed(_ slots: Int) throws {
        let space = SearchSpace.segnas11
        var sampler = try Self.plan(5).sampler(in: space)
        var record = SamplerRecord(proposals: [], values: [])
        var states: [String] = []
        try Self.search(&sampler, in: space, record: &record, steps: 40, inFlight: slots) {
            sampler, _ in
            states.append(try JSONDocument.text(of: sampler, .line))
        }
        for step in [1, 7, 15, 16, 17, 20, 21, 26, 33, 39] {
            // What the record was after so many reports.
            let values = Array(record.values.prefix(step))
            let asked = record.proposals.filter { $0.tellsSeen < step }
            var resumed = try Self.plan(5).sampler(in: space)
            try resumed.replay(SamplerRecord(proposals: asked, values: values))
            #expect(try JSONDocument.text(of: resumed, .line) == states[step - 1], "\(step)")
            var restored = try Self.plan(5).sampler(restoredFrom: states[step - 1])
            var (again, more) = (
                SamplerRecord(proposals: asked, values: values),
                SamplerRecord(proposals: asked, values: values)
            )
            let left = min(8, 40 - step)
            try Self.search(&resumed, in: space, record: &again, steps: left, inFlight: slots)
            try Self.search(&restored, in: space, record: &more, steps: left, inFlight: slots)
            #expect(again.proposals == Array(record.proposals.prefix(again.proposals.count)))
            #expect(more.proposals == again.proposals)
        }
    }

    @Test("a record is taken as made, by whatever machine, unless it cannot be this search's")
    func absorbed() throws {
        let space = SearchSpace.segnas11
        var sampler = try Self.plan(5).sampler(in: space)
        var record = SamplerRecord(proposals: [], values: [])
        try Self.search(&sampler, in: space, record: &record, steps: 22, inFlight: 1)
        func replay(_ change: (inout SamplerRecord) -> Void) throws -> any Sampler {
            var changed = record
            change(&changed)
            var fresh = try Self.plan(5).sampler(in: space)
            try fresh.replay(changed)
            return fresh
        }
        // Another last bit, and other scales.
        let last = try #require(record.proposals.last)
        guard case .model(var scales) = last.origin else {
            Issue.record("\(last)")
            return
        }
        scales.a = scales.a.nextUp
        var point = last.point
        point[0] = point[0].nextDown
        let other = Proposal(
            number: last.number, origin: .model(scales), point: point, tellsSeen: last.tellsSeen)
        let absorbed = try replay { $0.proposals[last.number] = other }
        #expect((absorbed as? ModelSampler)?.scales == scales)
        for (point, origin, seen) in [
            (last.point.map { $0 + 100 }, last.origin, last.tellsSeen),
            (last.point, .reflection, last.tellsSeen),
            ([1], last.origin, last.tellsSeen),
        ] {
            let foreign = Proposal(
                number: last.number, origin: origin, point: point, tellsSeen: seen)
            #expect(throws: ReplayMismatch(number: last.number)) {
                try replay { $0.proposals[last.number] = foreign }
            }
        }
    }

    @Test("of 40 networks its best are better than those of random search, mean of 5 seeds")
    func better() throws {
        let space = SearchSpace.segnas11
        func best(_ method: SamplerPlan.Method, _ seed: UInt64) throws -> Double {
            var plan = Self.plan(seed, limits: nil)
            plan.method = method
            var sampler = try plan.sampler(in: space)
            var values: [Double] = []
            while values.count(where: { $0 < worstValue }) < 40, let proposal = sampler.ask() {
                let candidate = space.decode(proposal.point)
                let isLegal = candidate.network.block.isLegal
                values.append(isLegal ? Self.value(candidate) : worstValue)
                sampler.tell(values[values.count - 1], of: proposal.number)
            }
            return try #require(values.min())
        }
        let models = try (1...5).map { try best(.model, $0) }
        let random = try (1...5).map { try best(.random, $0) }
        #expect(models.reduce(0, +) / 5 < 0.225, "\(models)")
        #expect(random.reduce(0, +) / 5 > 0.25, "\(random)")
    }

    @Test(
        "the first network: the given one, the usual one, or the nearest to it that can be trained")
    func first() throws {
        func first(_ yaml: String, _ limits: NetworkLimits? = nil) throws -> String {
            let space = try SearchSpace(yaml: yaml)
            var sampler = try Self.plan(1, limits: limits).sampler(in: space)
            let proposal = sampler.ask()
            return try "\(space.decode(#require(proposal).point).key)"
        }
        let usual = "n 24 p 3 sup 1 res 1 {2,0,2}"
        #expect(try first("base: segnas11") == usual)
        #expect(try first("base: segnas4") == usual)
        #expect(try first("{base: segnas11, n: [4, 12]}") == "n 11 p 3 sup 1 res 1 {2,0,2}")
        #expect(try first("{base: segnas11, nodes: 2, p: 4}") == "n 24 p 4 sup 1 res 1 {2}")
        #expect(
            try first("{base: segnas11, nodes: 4, ops: [0, 2]}")
                == "n 24 p 3 sup 1 res 1 {1,0,0,1,0,1}")
        #expect(try first("base: segnas11", Self.limits) == "n 18 p 3 sup 1 res 1 {2,0,2}")
        #expect(try first("{base: segnas11, sup: 0}") == "n 24 p 3 sup 0 res 1 {2,0,2}")
        let given = try SearchSpace.segnas11.encode(
            .segnas(SegNAS(n: 9, p: 2, sup: false, res: false, block: BlockGraph([2, 0, 6]))))
        var sampler = try Self.plan(1, first: given).sampler(in: .segnas11)
        let own = sampler.ask()
        #expect(own?.point == given)
        sampler.tell(worstValue, of: 0)
        let second = sampler.ask()
        #expect(second?.origin == .uniform)
    }

    @Test("without memory for the usual network, the next smaller or larger ones are tried")
    func memory() throws {
        let space = SearchSpace.segnas4
        var sampler = try Self.plan(1, limits: nil).sampler(in: space)
        for n in [24, 23, 25, 22] {
            let asked = sampler.ask()
            let proposal = try #require(asked)
            #expect(proposal.origin == .given)
            #expect(space.decode(proposal.point).network.n == n)
            sampler.tell(worstValue, of: proposal.number)
        }
        let fifth = sampler.ask()
        sampler.tell(0.3, of: try #require(fifth).number)
        let sixth = sampler.ask()
        #expect(sixth?.origin == .uniform)
    }

    @Test("blocks that see single voxels alone are drawn only where a space has no others")
    func pointwise() throws {
        func wideDepths(_ space: SearchSpace) throws -> [Int] {
            var sampler = try Self.plan(1).sampler(in: space)
            return (0..<16).compactMap { _ in sampler.ask() }.dropFirst().map {
                BlockStructure(space.decode($0.point).network.block).wideDepth
            }
        }
        let usual = try wideDepths(.segnas11)
        #expect(usual.count == 15 && usual.allSatisfy { $0 > 0 })
        let none = try wideDepths(SearchSpace(yaml: "{base: segnas11, ops: [0, 2]}"))
        #expect(none.count == 15 && none.allSatisfy { $0 == 0 })
    }

    @Test("the networks of the start have convolutions within narrow limits, too")
    func narrow() throws {
        let space = SearchSpace.segnas11
        let limits = NetworkLimits(parameters: 200_000)
        var sampler = try Self.plan(1, limits: limits).sampler(in: space)
        let start = (0..<16).compactMap { _ in sampler.ask() }
        let convolving = start.count { proposal in
            space.decode(proposal.point).network.block.operations.contains {
                if case .conv(let kernel, _) = $0 { kernel > 1 } else { false }
            }
        }
        #expect(start.count == 16 && convolving == 16, "\(convolving)")
    }

    @Test("a space is used up, and then nothing is proposed")
    func exhausted() throws {
        let space = try SearchSpace(yaml: "{base: segnas4, n: [8, 12], p: 2, sup: 0}")
        var sampler = try Self.plan(1, limits: nil).sampler(in: space)
        var record = SamplerRecord(proposals: [], values: [])
        try Self.search(&sampler, in: space, record: &record, steps: 100, inFlight: 2)
        #expect(record.values.count == 8)
        #expect((sampler as? ModelSampler)?.isExhausted == true)
        // Nothing at all is within the limits.
        let tight = NetworkLimits(parameters: 10)
        var none = try Self.plan(1, limits: tight).sampler(in: space)
        let nothing = none.ask()
        #expect(nothing == nil)
    }

    @Test("a plan without images makes no model")
    func refused() {
        #expect(throws: SamplerError.images) {
            try SamplerPlan(method: .model, seed: 1).sampler(in: .segnas4)
        }
        #expect(throws: SamplerError.firstPoint(coordinates: 1, dimensions: 4)) {
            try Self.plan(1, first: [1]).sampler(in: .segnas4)
        }
    }

    @Test("of many values the best, the newest and some others are kept, the same ones every time")
    func kept() throws {
        let features = NetworkFeatures(surroundings: [], cost: [], operations: [])
        let all = (0..<1000).map {
            Observation(
                number: $0, point: [], features: features, value: Double($0 * 7919 % 1000))
        }
        let kept = NetworkModel.kept(of: all, seed: 1)
        #expect(kept.count == 250)
        #expect(Set(kept.map(\.number)).count == 250)
        #expect(kept.count { $0.value < 125 } == 125)
        #expect(kept.suffix(25).map(\.number) == Array(975..<1000))
        #expect(kept == NetworkModel.kept(of: all, seed: 1))
        #expect(kept != NetworkModel.kept(of: all, seed: 2))
        #expect(NetworkModel.kept(of: Array(all.prefix(250)), seed: 1).count == 250)
    }
}
