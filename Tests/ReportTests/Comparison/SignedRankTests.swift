import Foundation
import TestSupport
import Testing

@testable import SegNASReport

@Suite("Paired tests")
struct SignedRankTests {
    struct Fixture: Decodable {
        let samples: [Sample]
        let holm: [Holm]

        struct Sample: Decodable {
            let name: String
            let differences: [Double]
            let count: Int
            let isExact: Bool
            let p: Double
            let positive: Double
            let negative: Double
        }

        struct Holm: Decodable {
            let values: [Double]
            let corrected: [Double]
        }
    }

    private func read() throws -> Fixture {
        try fixture("signed-rank.json", in: .module)
    }

    @Test("p is that of scipy: exact and normal, with ties and zeros")
    func scipy() throws {
        let samples = try read().samples
        #expect(Set(samples.map(\.isExact)).count == 2)
        for sample in samples {
            let test = try #require(SignedRankTest(sample.differences), "\(sample.name)")
            #expect(test.count == sample.count, "\(sample.name)")
            #expect(test.isExact == sample.isExact, "\(sample.name)")
            #expect(test.positive == sample.positive, "\(sample.name)")
            #expect(test.negative == sample.negative, "\(sample.name)")
            #expect(abs(test.p - sample.p) <= 1e-10 * sample.p, "\(sample.name): \(test.p)")
            // Either method may stand first.
            #expect(SignedRankTest(sample.differences.map(-))?.p == test.p)
        }
    }

    /// Of all ways to choose the signs of up to twelve ranks, those that are as unequal.
    @Test("the exact distribution is that of tossed coins", arguments: [1, 3, 5, 6, 9, 12])
    func coins(count: Int) throws {
        let signs = (0..<1 << count).map { toss in
            (1...count).map { Double($0) * (toss >> ($0 - 1) & 1 == 1 ? 1 : -1) }
        }
        let sums = signs.map { $0.filter { $0 > 0 }.reduce(0, +) }
        for toss in stride(from: 0, to: signs.count, by: max(1, signs.count / 16)) {
            let test = try #require(SignedRankTest(signs[toss]))
            let smaller = min(test.positive, test.negative)
            let share = Double(sums.count { $0 <= smaller }) / Double(sums.count)
            #expect(abs(test.p - min(1, 2 * share)) < 1e-12)
        }
        let least = SignedRankTest((1...count).map(Double.init))?.p ?? 1
        #expect((least < 0.05) == (count >= SignedRankTest.minCount))
    }

    @Test("nothing is tested where nothing differs")
    func nothing() {
        #expect(SignedRankTest([]) == nil)
        #expect(SignedRankTest([0, 0, -0.0]) == nil)
    }

    @Test("Holm's correction")
    func holm() throws {
        for example in try read().holm {
            let corrected = holmCorrected(example.values)
            #expect(zip(corrected, example.corrected).allSatisfy { abs($0 - $1) < 1e-15 })
        }
        #expect(holmCorrected([]).isEmpty)
    }
}
