import Foundation
import MeasureSearch
import SegNASHost
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Samplers stopped and taken up again")
struct SamplerRecordTests {
    /// A search with several proposals in flight, whose values are reported in a random order.
    private func record(
        _ plan: SamplerPlan, on function: TestFunction, inFlight slots: Int, steps: Int,
        eachStep: (any Sampler, SamplerRecord) throws -> Void = { _, _ in }
    ) throws -> (sampler: any Sampler, record: SamplerRecord) {
        var sampler = try plan.sampler(in: function.bounds)
        var record = SamplerRecord(proposals: [], values: [])
        var generator = SeededGenerator(seed: plan.seed, path: 77)
        for _ in 0..<steps {
            while sampler.inFlight.count < slots, let proposal = sampler.ask() {
                record.proposals.append(proposal)
            }
            let waiting = sampler.inFlight.keys.sorted()
            let number = waiting[generator.index(below: waiting.count)]
            let value = function(sampler.inFlight[number]?.point ?? [])
            sampler.tell(value, of: number)
            record.values.append((number, value))
            try eachStep(sampler, record)
        }
        return (sampler, record)
    }

    @Test("invariants hold after every step", arguments: [1, 3, 8, 16, 200])
    func invariants(_ slots: Int) throws {
        _ = try record(SamplerPlan(seed: 9), on: .segnas, inFlight: slots, steps: 400) {
            sampler, _ in
            try #require(sampler as? ControlledRandomSearch).checkInvariants()
        }
    }

    @Test(
        "encoded at any step, or replayed to it, a search goes on as if nothing had happened",
        arguments: [SamplerPlan.Method.crs, .random], [1, 5])
    func resumed(_ method: SamplerPlan.Method, _ slots: Int) throws {
        let plan = SamplerPlan(method: method, seed: 11)
        let (_, whole) = try record(plan, on: .rosenbrock, inFlight: slots, steps: 150)
        var step = 0
        _ = try record(plan, on: .rosenbrock, inFlight: slots, steps: 150) { sampler, record in
            step += 1
            guard step % 7 == 0 else { return }
            let json = try JSONDocument.text(of: sampler, .line)
            var replayed = try plan.sampler(in: TestFunction.rosenbrock.bounds)
            try replayed.replay(record)
            #expect(try JSONDocument.text(of: replayed, .line) == json)
            var restored = try plan.sampler(restoredFrom: json)
            for value in whole.values[step...].prefix(20) {
                while restored.inFlight.count < slots, let proposal = restored.ask() {
                    #expect(proposal == whole.proposals[proposal.number])
                }
                restored.tell(value.value, of: value.number)
            }
        }
        #expect(step == 150)
    }

    @Test("a record of another search is refused")
    func mismatch() throws {
        let (_, record) = try record(SamplerPlan(seed: 1), on: .sphere, inFlight: 3, steps: 200)
        func replay(_ seed: UInt64, _ change: (inout SamplerRecord) -> Void) throws {
            var changed = record
            change(&changed)
            var sampler = try SamplerPlan(seed: seed).sampler(in: TestFunction.sphere.bounds)
            try sampler.replay(changed)
        }
        #expect(throws: Never.self) { try replay(1) { _ in } }
        #expect(throws: ReplayMismatch(number: 0)) { try replay(2) { _ in } }
        #expect(throws: ReplayMismatch.self) { try replay(1) { $0.values[130].value = -1 } }
        #expect(throws: ReplayMismatch.self) { try replay(1) { $0.values.swapAt(150, 151) } }
        #expect(throws: ReplayMismatch.self) { try replay(1) { $0.values.removeLast(50) } }
    }

    @Test("a plan without limits and images is written as ever")
    func plan() throws {
        let text = #"{"first":[1,2.5],"method":"crs","population":20,"seed":3}"#
        let plan = SamplerPlan(seed: 3, population: 20, first: [1, 2.5])
        #expect(try JSONDocument.text(of: plan, .line).filter { $0 != " " && $0 != "\n" } == text)
        #expect(try JSONDocument.parse(text, as: SamplerPlan.self) == plan)
    }

    @Test("random search begins with the points of controlled random search")
    func baseline() throws {
        let box = TestFunction.segnas.bounds
        var crs = try SamplerPlan(seed: 6).sampler(in: box)
        var random = try SamplerPlan(method: .random, seed: 6).sampler(in: box)
        let proposals = (0..<121).map { _ in (crs.ask(), random.ask()) }
        #expect(proposals.prefix(120).allSatisfy { $0.0 == $0.1 })
        #expect(proposals[120].0 == nil && proposals[120].1 != nil)
    }
}
