import Foundation
import Testing

@testable import SegNASSearch

@Suite("Comparison of samplers")
struct SearchBenchmarkTests {
    private static let survey = Survey(.easy, draws: 200)
    private static let fast: [Contender] = [
        .sampler(.crs), .sampler(.random), .sampler(.random, hasRungs: true), .evolution, .tpe,
    ]

    private func comparison(
        threads: Int, workers: Int = 1, trainings: Int? = nil
    ) throws -> SearchComparison {
        var benchmark = SearchBenchmark()
        benchmark.contenders = Self.fast
        benchmark.landscapes = 3
        benchmark.threads = threads
        benchmark.workers = workers
        benchmark.trainings = trainings
        let comparison = try benchmark.comparison { seed in
            Surrogate(.easy, seed: seed, survey: Self.survey)
        }
        return try #require(comparison)
    }

    @Test("the same for any number of threads")
    func threads() throws {
        let one = try comparison(threads: 1)
        #expect(try comparison(threads: 2) == one)
        #expect(try comparison(threads: 2, workers: 4) != one)
    }

    @Test("the reference at its own end differs by nothing, and budgets are kept")
    func reference() throws {
        let comparison = try comparison(threads: 2)
        #expect(
            comparison.landscapes == 3 && comparison.rows.map(\.contender) == Self.fast)
        let reference = try #require(comparison.rows.first { $0.contender == .reference })
        #expect(reference.byEpochs.last??.difference == MeanEstimate([0, 0, 0]))
        #expect(reference.byOperations.last??.difference == MeanEstimate([0, 0, 0]))
        #expect(reference.byEpochs.last??.networks == comparison.trainings.mean)
        for row in comparison.rows {
            if row.contender == .sampler(.random, hasRungs: true) {
                // Of 42 thirds of a training 26 are begun, and 8 of these go on for two more.
                #expect(row.byEpochs[0]?.networks == 26)
            } else {
                #expect(row.byEpochs.dropLast().map { $0?.networks } == [14, 20, 30, 46, 70])
            }
            for (cell, share) in zip(row.byOperations, SearchBenchmark.operationBudgets) {
                let cell = try #require(cell)
                #expect(cell.operations <= share + 1e-9 && cell.operations > 0)
            }
            // More is never worse on average over what was found, but for noise.
            #expect(row.byEpochs.allSatisfy { $0?.regret.mean ?? -1 > -0.001 })
        }
    }

    @Test("a model is followed as far as it is used, and no further")
    func model() throws {
        var benchmark = SearchBenchmark()
        benchmark.contenders = [.sampler(.model), .sampler(.model, hasRungs: true)]
        benchmark.landscapes = 1
        let comparison = try #require(
            try benchmark.comparison { seed in Surrogate(.easy, seed: seed, survey: Self.survey) })
        #expect(
            comparison.rows[0].byEpochs.map { $0?.networks } == [14, 20, 30, 46, nil, nil])
        // Of 42 thirds of a training 24 are begun; 8 of these and the first one go on for two more.
        #expect(
            comparison.rows[1].byEpochs.map { $0?.networks } == [24, 36, 54, nil, nil, nil])
    }

    @Test("a model proposes each network of a table once", arguments: [false, true])
    func choices(_ hasRungs: Bool) throws {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        let table = try CurveTable(contentsOf: folder.appending(path: "curves.csv").path)
        let landscape = CurveLandscape(table, seed: 1)
        var strategy = try Contender.sampler(.model, hasRungs: hasRungs)
            .strategy(landscape.problem, seed: 1)
        var begun: [UInt64] = []
        while let order = strategy.next() {
            if case .begin(let proposal, _) = order {
                begun.append(try #require(landscape.network(at: proposal.point)).key)
            }
            strategy.report(Report(number: order.number, value: Double(order.number)))
        }
        #expect(begun.sorted() == table.networks.map(\.key))
    }

    @Test("a model that knows a relative is paid for its own trainings alone")
    func warmStart() throws {
        var benchmark = SearchBenchmark()
        (benchmark.contenders, benchmark.landscapes, benchmark.trainings) = ([.warmStart], 1, 14)
        let comparison = try #require(
            try benchmark.comparison { seed in Surrogate(.easy, seed: seed, survey: Self.survey) })
        let row = try #require(comparison.rows.first)
        #expect(row.contender.name == "model+warm")
        #expect(row.byEpochs.map { $0?.networks } == [14, nil, nil, nil, nil, nil])
    }

    @Test("a search that is followed less far delivers the same until there")
    func followed() throws {
        let whole = try comparison(threads: 2)
        let part = try comparison(threads: 2, trainings: 30)
        #expect(part.regret == whole.regret && part.trainings == whole.trainings)
        for (row, all) in zip(part.rows, whole.rows) {
            #expect(row.byEpochs == all.byEpochs.prefix(3) + [nil, nil, nil])
            // 30 of the reference's 200 trainings are more than 5 % of its operations, and less than all.
            #expect(row.byOperations[0] == all.byOperations[0] && row.byOperations[5] == nil)
        }
    }

    @Test("an end that is requested ends it without a result")
    func interrupted() throws {
        var benchmark = SearchBenchmark()
        benchmark.landscapes = 3
        let comparison = try benchmark.comparison(
            isEndRequested: { true }, on: { Surrogate(.easy, seed: $0, survey: Self.survey) })
        #expect(comparison == nil)
    }

    @Test("seeds of landscapes are those that were fixed, and differ")
    func seeds() {
        let seeds = (0..<64).map(SearchBenchmark.seed)
        #expect(Set(seeds).count == 64)
        // SplitMix64 of 2019, its first number exclusive-or the landscape's, and a number of that, in Python.
        #expect(seeds[0] == 0xDEFA_0739_7C78_AE1F && seeds[63] == 0xB753_B9C3_C565_9CCD)
    }

    /// Differences 1, 2, 3, 6: mean 3, variance 14/3, standard error √(14/3/4).
    @Test func pairedStatistics() throws {
        let estimate = MeanEstimate([11, 22, 33, 46], minus: [10, 20, 30, 40])
        #expect(estimate.mean == 3)
        #expect(abs(try #require(estimate.standardError) - (14.0 / 12).squareRoot()) < 1e-12)
        #expect(MeanEstimate([2]).standardError == nil)
        #expect(MeanEstimate([2, 2]).standardError == 0)
    }
}
