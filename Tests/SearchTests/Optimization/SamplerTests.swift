import Foundation
import MeasureSearch
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Samplers")
struct SamplerTests {
    static let box: [ClosedRange<Double>] = [-1...1, 0...10]

    @Test("the example of the documentation finds a small network")
    func documentation() throws {
        let space = SearchSpace.segnas11
        var sampler = try SamplerPlan(seed: 1).sampler(in: space.bounds)
        var best: (value: Double, architecture: Architecture)?
        while sampler.askCount < 300, let proposal = sampler.ask() {
            let architecture = space.decode(proposal.point).architecture
            // Nil for a block that cannot be built.
            let plan = try? NetworkPlan(architecture, channels: 1, classes: 4)
            let value = plan.map { Double($0.parameters) / 1e9 } ?? worstValue
            sampler.tell(value, of: proposal.number)
            if value < best?.value ?? worstValue { best = (value, architecture) }
        }
        let found = try #require(best)
        #expect(found.value < 1e-3)
        #expect(try Architecture(json: found.architecture.json) == found.architecture)
    }

    @Test("the whole start at once, then nothing until all values are reported")
    func start() throws {
        let plan = SamplerPlan(seed: 1, population: 5, first: [3, -1])
        var search = try ControlledRandomSearch(in: Self.box, plan: plan)
        let proposals = (0..<5).compactMap { _ in search.ask() }
        #expect(proposals.map(\.number) == [0, 1, 2, 3, 4])
        #expect(proposals[0].origin == .given && proposals[0].point == [1, 0])
        #expect(proposals.dropFirst().allSatisfy { $0.origin == .uniform && $0.tellsSeen == 0 })
        expectNothing(&search)
        for number in [3, 0, 4, 1] {
            search.tell(Double(number), of: number)
            search.checkInvariants()
            expectNothing(&search)
        }
        #expect(search.best?.value == 0)
        search.tell(-1, of: 2)
        search.checkInvariants()
        #expect(search.best?.point == proposals[2].point)
        let next = try ask(&search)
        #expect(next.origin == .reflection && next.number == 5 && next.tellsSeen == 5)
    }

    @Test(
        "with two points the worst is reflected at the best, and a rejected one pulls the best away"
    )
    func byHand() throws {
        let plan = SamplerPlan(seed: 4, population: 2)
        var search = try ControlledRandomSearch(in: [0...10], plan: plan)
        let start = [search.ask(), search.ask()].compactMap { $0?.point[0] }
        search.tell(2, of: 0)
        search.tell(1, of: 1)
        let reflection = try ask(&search)
        #expect(reflection.point[0] == min(10, max(0, 2 * start[1] - start[0])))
        search.tell(2, of: 2)  // no better than the worst
        let mutation = try ask(&search)
        #expect(mutation.origin == .mutation(of: 2))
        let way = (mutation.point[0] - start[1]) / (start[1] - reflection.point[0])
        #expect((0..<1).contains(way) || [0, 10].contains(mutation.point[0]))
        search.tell(0.5, of: 3)
        #expect(search.best?.point == mutation.point)
        #expect(search.reflections.made == 1 && search.reflections.accepted == 0)
        #expect(search.mutations.made == 1 && search.mutations.accepted == 1)
        // The worst has been replaced: now the former best is.
        let next = try ask(&search)
        #expect(next.origin == .reflection)
        #expect(next.point[0] == min(10, max(0, 2 * mutation.point[0] - start[1])))
    }

    @Test(
        "in flight: rejected reflections queue, late values are compared with the worst at that time"
    )
    func queue() throws {
        let plan = SamplerPlan(seed: 2, population: 6)
        var search = try ControlledRandomSearch(in: Self.box, plan: plan)
        for _ in 0..<6 { _ = search.ask() }
        for number in 0..<6 { search.tell(Double(number), of: number) }
        let reflections = (0..<3).compactMap { _ in search.ask() }
        #expect(reflections.allSatisfy { $0.origin == .reflection })
        search.tell(4.5, of: 6)  // takes the place of 5; the worst is 4.5 from now on
        search.tell(4.75, of: 8)
        search.tell(.nan, of: 7)
        search.checkInvariants()
        #expect(search.reflections.accepted == 1)
        let next = (0..<3).compactMap { _ in search.ask()?.origin }
        #expect(next == [.mutation(of: 8), .mutation(of: 7), .reflection])
        search.checkInvariants()
    }

    @Test(
        "values that are not finite are the worst", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(_ value: Double) throws {
        var search = try ControlledRandomSearch(
            in: Self.box, plan: SamplerPlan(seed: 3, population: 3))
        for _ in 0..<3 { _ = search.ask() }
        search.tell(value, of: 0)
        search.checkInvariants()
        #expect(search.best?.value == worstValue)
        search.tell(9, of: 1)
        search.tell(11, of: 2)
        #expect(search.best?.value == 9)
    }

    @Test("where all values are equal, each reflection is followed by one mutation")
    func plateau() throws {
        var search = try ControlledRandomSearch(in: Self.box, plan: SamplerPlan(seed: 5))
        while search.tellCount < 130 {
            let proposal = try ask(&search)
            search.tell(worstValue, of: proposal.number)
            search.checkInvariants()
        }
        #expect(search.reflections.made == 50 && search.mutations.made == 50)
        #expect(search.reflections.accepted + search.mutations.accepted == 0)
    }

    @Test("plans that make no sampler")
    func refused() {
        #expect(throws: SamplerError.population(2, minimum: 3)) {
            try SamplerPlan(seed: 0, population: 2).sampler(in: Self.box)
        }
        #expect(throws: SamplerError.firstPoint(coordinates: 1, dimensions: 2)) {
            try SamplerPlan(method: .random, seed: 0, first: [1]).sampler(in: Self.box)
        }
        #expect(throws: Never.self) {
            try SamplerPlan(seed: 0, population: 3).sampler(in: Self.box)
        }
    }

    @Test("every slot but the best is drawn as often")
    func uniform() {
        var population = Population(size: 13)
        for slot in 0..<13 { population.set(slot, slot == 4 ? 0 : 1, [0]) }
        var generator = SeededGenerator(seed: 1)
        var counts = [Int](repeating: 0, count: 13)
        for _ in 0..<12_000 {
            let drawn = population.others(4, using: &generator)
            #expect(Set(drawn).count == 4)
            for slot in drawn { counts[slot] += 1 }
        }
        #expect(counts.remove(at: 4) == 0)
        // 4,000 each, with a standard deviation of 52.
        #expect(counts.allSatisfy { abs($0 - 4000) < 230 }, "\(counts)")
    }

    @Test("a space's upper ends are proposed, and stay inside of the space")
    func halfOpen() throws {
        let space = SearchSpace.segnas11
        var search = try SamplerPlan(seed: 1).sampler(in: space.bounds)
        var onBound = 0
        while search.tellCount < 300, let proposal = search.ask() {
            let candidate = space.decode(proposal.point)
            #expect((8..<33).contains(candidate.network.n) && (2..<6).contains(candidate.network.p))
            #expect((2..<5).contains(candidate.network.block.nodes))
            if zip(proposal.point, space.bounds).contains(where: { $0 == $1.upperBound }) {
                onBound += 1
            }
            let isLegal = candidate.network.block.illegalities.isEmpty
            search.tell(isLegal ? 1 / Double(candidate.network.n) : worstValue, of: proposal.number)
        }
        #expect(search.askCount == 300 && onBound > 50)
    }

    private func ask(_ search: inout ControlledRandomSearch) throws -> Proposal {
        let proposal = search.ask()
        return try #require(proposal)
    }

    private func expectNothing(_ search: inout ControlledRandomSearch) {
        let proposal = search.ask()
        #expect(proposal == nil)
    }
}
