import Foundation
import MeasureSearch
import SegNASHost
import SegNASSearch
import Testing

@Suite("Controlled random search equal to NLopt's in distribution")
struct NLoptTests {
    /// The best values after exact numbers of evaluations, for 200 seeds.
    private func expected() throws -> [String: [String: [Double]]] { try fixture("crs.json") }

    /// Seeds are fixed, so that nothing is left to chance: of such tests of equal distributions, 1.4 % would fail.
    @Test(
        "200 seeds, seven functions, after 300 and 3,000 evaluations",
        arguments: TestFunction.allCases)
    func distribution(_ function: TestFunction) throws {
        let expected = try #require(try expected()[function.rawValue])
        let counts = [300, 3000]
        let results = concurrentMap(200, threads: ProcessInfo.processInfo.activeProcessorCount) {
            seed in
            try? bestValues(
                of: function, SamplerPlan(seed: UInt64(seed)), inFlight: 1, after: counts)
        }
        for (index, count) in counts.enumerated() {
            let theirs = try #require(expected["\(count)"])
            let ours = results.compactMap { $0.map { sixDigits($0[index]) } }
            #expect(ours.count == 200 && theirs.count == 200)
            let p = mannWhitney(ours, theirs)
            #expect(
                p >= 0.001,
                "p \(p) after \(count): \(median(ours)) instead of \(median(theirs))")
        }
    }

    /// As crs.py keeps them: sums of the same terms in another order may differ in the last digits.
    private func sixDigits(_ value: Double) -> Double {
        Double(String(format: "%.6g", value)) ?? value
    }

    @Test("the test of Mann and Whitney is scipy's")
    func mannWhitneyTest() {
        // scipy.stats.mannwhitneyu([1, 2, 2, 3, 5, 8], [2, 4, 6, 7, 7, 9, 9], method="asymptotic").pvalue
        let p = mannWhitney([1, 2, 2, 3, 5, 8], [2, 4, 6, 7, 7, 9, 9])
        #expect(abs(p - 0.09760707) < 1e-7)
        #expect(mannWhitney([0, 0, 0], [0, 0]) == 1)
    }
}
