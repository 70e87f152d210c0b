import Foundation
import SegNASHost
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Ladders of trainings")
struct LadderSchedulerTests {
    typealias Sampling = ModelSamplerTests
    static let rungs = [10, 30]

    /// A made-up loss after so many epochs: less training is worse, and noisier; some networks learn slowly.
    static func value(_ candidate: Candidate, number: Int, epochs: Int) -> Double {
        let whole = Sampling.value(candidate)
        guard whole < worstValue else { return worstValue }
        var generator = SeededGenerator(seed: 9, path: UInt64(number), UInt64(epochs))
        let isSlow = candidate.network.p > 3
        let rest = 1 - Double(epochs) / 30
        return whole + rest * (isSlow ? 0.3 : 0.15) + 0.02 * (rest + 0.2) * generator.normal()
    }

    /// A scheduler, what it has ordered and heard, and what is in flight.
    struct Search {
        var scheduler: any Scheduler
        let space: SearchSpace
        var record = SchedulerRecord()
        var points: [Int: [Double]] = [:]
        var inFlight: [Order] = []
        var orders: [Order] { record.orders.map(\.order) }

        init(_ scheduler: any Scheduler, _ space: SearchSpace) {
            self.scheduler = scheduler
            self.space = space
        }

        /// Takes a record, as after a kill, and makes its open orders again.
        init(
            _ scheduler: any Scheduler, _ space: SearchSpace, replaying record: SchedulerRecord
        ) throws {
            self.init(scheduler, space)
            try self.scheduler.replay(record)
            self.record = record
            for (order, _) in record.orders {
                if case .begin(let proposal, _) = order {
                    points[order.number] = proposal.point
                }
                inFlight.append(order)
            }
            for report in record.reports {
                let index = try #require(inFlight.firstIndex { $0.number == report.number })
                inFlight.remove(at: index)
            }
        }

        /// One report, after as many orders as there are slots; false if nothing is left to do.
        mutating func step(slots: Int, seed: UInt64 = 1) -> Bool {
            while inFlight.count < slots {
                let seen = scheduler.reportCount
                guard let order = scheduler.next() else { break }
                if case .begin(let proposal, _) = order {
                    points[order.number] = proposal.point
                }
                record.orders.append((order, seen))
                inFlight.append(order)
            }
            guard !inFlight.isEmpty else { return false }
            var generator = SeededGenerator(seed: seed, path: UInt64(scheduler.reportCount))
            let order = inFlight.remove(at: generator.index(below: inFlight.count))
            let candidate = space.decode(points[order.number] ?? [])
            let isLegal = candidate.network.block.isLegal
            let value =
                isLegal
                ? LadderSchedulerTests.value(
                    candidate, number: order.number, epochs: order.epochs ?? 30) : worstValue
            let report = Report(
                number: order.number, value: value, isTrained: value < worstValue)
            scheduler.report(report)
            record.reports.append(report)
            return true
        }
    }

    static func search(
        _ method: SamplerPlan.Method, seed: UInt64 = 5, rungs: [Int]? = rungs,
        limit: SearchLimit = SearchLimit(epochs: 20 * 30), in space: SearchSpace = .segnas11
    ) throws -> Search {
        Search(try scheduler(method, seed: seed, rungs: rungs, limit: limit, in: space), space)
    }

    static func scheduler(
        _ method: SamplerPlan.Method, seed: UInt64 = 5, rungs: [Int]? = rungs,
        limit: SearchLimit = SearchLimit(epochs: 20 * 30), in space: SearchSpace = .segnas11
    ) throws -> any Scheduler {
        var plan = Sampling.plan(seed, limits: method == .model ? Sampling.limits : nil)
        plan.method = method
        if method == .crs { plan.population = 20 }
        return try plan.scheduler(in: space, rungs: rungs, limit: limit)
    }

    // MARK: - Rules

    @Test(
        "the first rung: a third, at least 200 steps, at most a half",
        arguments: [
            (30, 40, [10, 30]), (30, 15, [14, 30]), (30, 13, [30]), (15, 40, [5, 15]),
            (16, 100, [5, 16]), (17, 100, [6, 17]), (100, 7, [33, 100]), (2, 500, [1, 2]),
            (1, 500, [1]), (3, 1, [3]),
        ])
    func firstRung(_ epochs: Int, _ steps: Int, _ rungs: [Int]) {
        #expect(
            Ladder.rungs(epochs: epochs, stepsPerEpoch: steps) == rungs)
    }

    @Test("one of three goes on: the best, before anything new begins, and none is discarded")
    func quota() throws {
        let bounds = [0.0...1]
        var ladder = LadderScheduler(
            rungs: [10, 30], RandomSearch(in: bounds, plan: SamplerPlan(method: .random, seed: 1)))
        func isBegin(_ order: Order?) -> Bool { if case .begin = order { true } else { false } }
        for (number, value) in [0.5, 0.4, 0.6].enumerated() {
            let order = ladder.next()
            #expect(isBegin(order) && order?.number == number && order?.epochs == 10)
            ladder.report(Report(number: number, value: value))
        }
        let first = ladder.next()
        #expect(first == .resume(number: 1, epochs: 30))
        #expect(ladder.epochsInFlight(of: 1) == 30)
        // One in flight has gone on already, and what is not reported yet does not count.
        for number in 3...5 {
            let order = ladder.next()
            #expect(isBegin(order) && order?.number == number)
        }
        ladder.report(Report(number: 4, value: 0.45))
        ladder.report(Report(number: 3, value: worstValue, isTrained: false))
        ladder.report(Report(number: 5, value: 0.9))
        ladder.report(Report(number: 1, value: 0.2))
        #expect(ladder.epochsSpent == 70)
        #expect(ladder.result == 1)
        let sixth = ladder.next()
        #expect(isBegin(sixth) && sixth?.number == 6)
        ladder.report(Report(number: 6, value: 0.8))
        // Two of six, and trial 4 is the better one of those that wait, though it came later.
        let second = ladder.next()
        #expect(second == .resume(number: 4, epochs: 30))
        ladder.report(Report(number: 4, value: worstValue, isTrained: false))
        #expect(ladder.result == 1)
        #expect(ladder.epochsSpent == 80)
    }

    @Test("the network that a search begins with goes on first, beside one of three")
    func baseline() throws {
        func fresh() -> LadderScheduler<RandomSearch> {
            LadderScheduler(
                rungs: [10, 30],
                RandomSearch(
                    in: [0.0...1], plan: SamplerPlan(method: .random, seed: 1, first: [0.5])))
        }
        var ladder = fresh()
        var orders: [Order] = []
        func next() -> Order? {
            let order = ladder.next()
            if let order { orders.append(order) }
            return order
        }
        func begin(_ number: Int, value: Double) {
            let order = next()
            #expect(order?.number == number && order?.epochs == 10)
            ladder.report(Report(number: number, value: value))
        }
        begin(0, value: 0.9)
        let first = next()
        #expect(first == .resume(number: 0, epochs: 30))
        for number in 1...2 { begin(number, value: 0.5 - Double(number) / 100) }
        let second = next()
        #expect(second == .resume(number: 2, epochs: 30))
        ladder.report(Report(number: 0, value: 0.8))
        ladder.report(Report(number: 2, value: 0.3))
        #expect(ladder.result == 2)
        begin(3, value: 0.2)

        // Where it cannot be trained, there is none; and in a study of an earlier version it waits like all others.
        ladder = fresh()
        _ = next()
        ladder.report(Report(number: 0, value: worstValue, isTrained: false))
        begin(1, value: 0.5)
        let third = next()
        #expect(third?.number == 2)
        ladder = fresh()
        var source = RandomSearch(
            in: [0.0...1], plan: SamplerPlan(method: .random, seed: 1, first: [0.5]))
        for (number, value) in [0.9, 0.5, 0.6].enumerated() {
            let asked = source.ask()
            try ladder.absorb(.begin(try #require(asked), epochs: 10))
            ladder.report(Report(number: number, value: value))
            source.tell(value, of: number)
        }
        try ladder.absorb(.resume(number: 1, epochs: 30))
        let late = ladder.next()
        #expect(late == .resume(number: 0, epochs: 30))
    }

    @Test("a value that was taken from an equal network costs nothing, and does not go on")
    func cached() throws {
        var ladder = LadderScheduler(
            rungs: [10, 30], RandomSearch(in: [0.0...1], plan: SamplerPlan(seed: 1)),
            limit: SearchLimit(epochs: 45))
        for number in 0..<8 {
            let order = ladder.next()
            #expect(order?.number == number)
            ladder.report(Report(number: number, value: 0.1, isTrained: number % 4 == 0))
        }
        #expect(ladder.epochsSpent == 20)
        _ = ladder.next()
        ladder.report(Report(number: 8, value: 0.3))
        // Trial 0 would go on, which takes more than what is left.
        let last = ladder.next()
        #expect(last == nil)
        ladder.limit.epochs = 50
        let more = ladder.next()
        #expect(more == .resume(number: 0, epochs: 30))
    }

    @Test(
        "the budget in epochs is kept and nearly used, with any sampler and number of workers",
        arguments: SamplerPlan.Method.allCases, [1, 4])
    func budget(_ method: SamplerPlan.Method, _ slots: Int) throws {
        var search = try Self.search(method)
        while search.step(slots: slots) {}
        let spent = Dictionary(
            search.record.reports.filter(\.isTrained).map { report in
                (report.number, search.record.reports.count { $0.number == report.number })
            }, uniquingKeysWith: max)
        let epochs = spent.values.reduce(0) { $0 + Self.rungs[$1 - 1] }
        #expect(epochs <= 600 && epochs > 570, "\(epochs)")
        let raised = spent.values.count { $0 == 2 }
        // A model has a given network, which goes on beside the others.
        let given = method == .model ? 1 : 0
        #expect(raised >= spent.count / 3 - 1 && raised <= spent.count / 3 + given)
        #expect(search.inFlight.isEmpty)
    }

    @Test("trials are limited too; then the best of them still go on")
    func trials() throws {
        var search = try Self.search(.random, limit: SearchLimit(trials: 90))
        while search.step(slots: 2) {}
        let begun = search.orders.count { if case .begin = $0 { true } else { false } }
        #expect(begun == 90)
        let trained = Set(search.record.reports.filter(\.isTrained).map(\.number)).count
        #expect(search.orders.count - begun == trained / 3)
    }

    // MARK: - Resuming

    @Test(
        "killed after any number of reports and replayed, a ladder goes on as if nothing had happened",
        arguments: SamplerPlan.Method.allCases)
    func resumed(_ method: SamplerPlan.Method) throws {
        var whole = try Self.search(method)
        var states: [String] = []
        while whole.step(slots: 1) {
            states.append(try JSONDocument.text(of: whole.scheduler, .line))
        }
        let count = whole.record.reports.count
        #expect(whole.orders.contains { if case .resume = $0 { true } else { false } })
        var generator = SeededGenerator(seed: 3, path: 1)
        for _ in 0..<12 {
            let cut = 1 + generator.index(below: count - 1)
            var record = whole.record
            record.reports = Array(record.reports.prefix(cut))
            // Killed before or after the next order.
            let isOrdered = generator.chance(0.5)
            record.orders = record.orders.filter { isOrdered ? $0.1 <= cut : $0.1 < cut }
            var again = try Search(Self.scheduler(method), whole.space, replaying: record)
            if !isOrdered {
                #expect(try JSONDocument.text(of: again.scheduler, .line) == states[cut - 1])
            }
            for _ in 0..<min(8, count - cut) { _ = again.step(slots: 1) }
            #expect(again.orders == Array(whole.orders.prefix(again.orders.count)), "\(cut)")
            let reports = again.record.reports
            #expect(reports == Array(whole.record.reports.prefix(reports.count)))
        }
    }

    @Test("with four workers, a record leads to the state that it was made in")
    func replayed() throws {
        var search = try Self.search(.model)
        for _ in 0..<50 { _ = search.step(slots: 4) }
        let again = try Search(Self.scheduler(.model), search.space, replaying: search.record)
        #expect(
            try JSONDocument.text(of: again.scheduler, .line)
                == JSONDocument.text(of: search.scheduler, .line))
    }

    @Test("a record that no ladder made is refused")
    func foreign() throws {
        var search = try Self.search(.random)
        while !search.orders.contains(where: { if case .resume = $0 { true } else { false } }) {
            _ = search.step(slots: 1)
        }
        let index = try #require(
            search.orders.firstIndex { if case .resume = $0 { true } else { false } })
        let number = search.orders[index].number
        for order in [
            Order.resume(number: number, epochs: 29), .resume(number: 10_000, epochs: 30),
        ] {
            var record = search.record
            record.orders[index].order = order
            #expect(throws: ReplayMismatch(number: order.number)) {
                var fresh = try Self.scheduler(.random)
                try fresh.replay(record)
            }
        }
        var early = search.record
        early.orders[index].reportsSeen = 0
        early.orders.swapAt(0, index)
        #expect(throws: ReplayMismatch.self) {
            var fresh = try Self.scheduler(.random)
            try fresh.replay(early)
        }
    }

    // MARK: - Sense

    @Test("one rung is today's search, bit for bit", arguments: SamplerPlan.Method.allCases)
    func plain(_ method: SamplerPlan.Method) throws {
        let space = SearchSpace.segnas11
        var search = try Self.search(method, rungs: nil, limit: SearchLimit())
        var plan = Sampling.plan(5, limits: method == .model ? Sampling.limits : nil)
        plan.method = method
        if method == .crs { plan.population = 20 }
        var sampler = try plan.sampler(in: space)
        for _ in 0..<60 {
            let asked = sampler.ask()
            let proposal = try #require(asked)
            _ = search.step(slots: 1)
            #expect(search.orders.last == .begin(proposal, epochs: nil))
            sampler.tell(try #require(search.record.reports.last).value, of: proposal.number)
        }
        let best = search.record.reports.filter(\.isTrained).min { $0.value < $1.value }
        #expect(search.scheduler.result == best?.number)
        #expect(
            try JSONDocument.text(of: sampler, .line)
                == JSONDocument.text(of: search.scheduler.source, .line))
    }

    @Test("a model finds at two rungs what it needs half as many epochs more for at one")
    func frugal() throws {
        func found(_ rungs: [Int], _ trainings: Int, _ seed: UInt64) throws -> Double {
            var search = try Self.search(
                .model, seed: seed, rungs: rungs, limit: SearchLimit(epochs: trainings * 30))
            while search.step(slots: 1) {}
            let result = try #require(search.scheduler.result)
            return Sampling.value(search.space.decode(search.points[result] ?? []))
        }
        let two = try (1...6).map { try found(Self.rungs, 20, $0) }
        let one = try (1...6).map { try found([30], 20, $0) }
        #expect(two.reduce(0, +) < one.reduce(0, +), "\(two) \(one)")
    }
}
