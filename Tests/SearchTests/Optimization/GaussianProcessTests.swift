import Foundation
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Gaussian process over networks")
struct GaussianProcessTests {
    /// Networks and values, and what scikit-learn makes of them: gaussian-process.py.
    private struct Case: Decodable {
        struct Network: Decodable {
            var surroundings: [Double]
            var cost: [Double]
            var operations: [UInt8]
            var rung: Int
            var study: Int?

            var input: GaussianProcess.Input {
                .init(
                    features: NetworkFeatures(
                        surroundings: surroundings, cost: cost, operations: operations), rung: rung,
                    study: study ?? 0)
            }
        }
        var scales: ProcessScales
        var rungs: Int
        var networks: [Network]
        var values: [Double]
        var others: [Network]
        var variance: Double
        var means: [Double]
        var deviations: [Double]
        var likelihood: Double

        var process: GaussianProcess {
            GaussianProcess(
                networks.map(\.input), values: values, scales: scales, topRung: rungs - 1)
        }
    }

    @Test(
        "mean, deviation, variance and likelihood are scikit-learn's and NumPy's to 1e-8",
        arguments: 0..<7)
    func posterior(_ index: Int) throws {
        let cases: [Case] = try fixture("gaussian-process.json")
        let expected = cases[index]
        let process = expected.process
        #expect(isClose(process.variance, expected.variance))
        for (place, other) in expected.others.enumerated() {
            let (mean, deviation) = process.posterior(at: other.input)
            #expect(isClose(mean, expected.means[place]), "\(place)")
            #expect(isClose(deviation, expected.deviations[place]), "\(place)")
        }
        let count = Double(expected.values.count)
        let likelihood =
            process.evidence - expected.scales.priorDensity - count / 2 * (log(2 * .pi) + 1)
        #expect(isClose(likelihood, expected.likelihood))
    }

    /// rtol 1e-8, atol 1e-8.
    private func isClose(_ value: Double, _ expected: Double) -> Bool {
        abs(value - expected) <= 1e-8 * max(1, abs(expected))
    }

    @Test("a believed value changes no mean, and makes its neighbourhood more certain")
    func believing() throws {
        let cases: [Case] = try fixture("gaussian-process.json")
        let expected = cases[1]
        var process = expected.process
        let believed = expected.others[2].input
        let before = expected.others.map { process.posterior(at: $0.input) }
        process.believe(believed)
        for (other, former) in zip(expected.others, before) {
            let now = process.posterior(at: other.input)
            #expect(isClose(now.mean, former.mean))
            #expect(now.deviation <= former.deviation + 1e-12)
        }
        #expect(process.posterior(at: believed).deviation < 0.5 * before[2].deviation)
        #expect(process.variance == expected.process.variance)
    }

    @Test("fitted scales explain values better, stay within their limits, and come from the seed")
    func fitting() throws {
        let cases: [Case] = try fixture("gaussian-process.json")
        let inputs = cases[1].networks.map(\.input)
        // Values that depend on the second group alone, smoothly and without noise.
        let values = inputs.map { sin($0.features.cost[0]) + $0.features.cost[1] }
        func evidence(_ scales: ProcessScales) -> Double {
            GaussianProcess(inputs, values: values, scales: scales).evidence
        }
        func fit(_ seed: UInt64) -> ProcessScales {
            var (scales, generator) = (ProcessScales(), SeededGenerator(seed: seed))
            for _ in 0..<10 {
                let better = scales.fitted(to: inputs, values: values, using: &generator)
                #expect(evidence(better) >= evidence(scales))
                scales = better
            }
            return scales
        }
        let fitted = fit(1)
        #expect(fitted == fit(1) && fitted != fit(2))
        #expect(evidence(fitted) > evidence(ProcessScales()) + 3)
        #expect(fitted.nu < 0.15 && fitted.nu >= 0.005 && fitted.rho == 0.9)
        #expect([fitted.a, fitted.b, fitted.c].allSatisfy { (0.4...12).contains($0) })
    }

    @Test("values relative to their better half, and back")
    func relativeValues() {
        // numpy.median and numpy.quantile(v, 0.1) of these are 0.5 and 0.28.
        let values = RelativeValues([0.2, 0.4, 0.5, 3, 9])
        let spread = (0.5 - 0.28) / 1.2816
        #expect(isClose(values.relative(0.4), -0.1 / spread))
        #expect(isClose(values.relative(0.5 + 2 * spread), 1 + log(2) / 2))
        for value in [0.1, 0.5, 0.6, 3, 9.2] {
            #expect(isClose(values.value(values.relative(value)), value))
        }
        #expect(RelativeValues([1]).relative(1) == 0)
    }
}
