import SegNASRandomness
import Testing

@testable import SegNASImaging

@Suite("Statistics of a volume")
struct VolumeStatisticsTests {
    private func statistics<Value: Sample>(
        _ values: [Value], _ scaling: Scaling = .identity
    ) -> VolumeStatistics {
        VolumeStatistics(
            Volume(
                shape: [values.count], affine: .identity, samples: Samples(values),
                scaling: scaling))
    }

    @Test("Extremes and sums of all integers", arguments: [1, 7, 8, 4095, 4096, 4097, 20_000])
    func integers(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        func check<Value: Sample & FixedWidthInteger>(_ type: Value.Type) {
            let values = (0..<count).map { _ in Value.random(in: .min ... .max, using: &generator) }
            let found = statistics(values, Scaling(slope: -2, intercept: 3))
            let expected = values.map { -2 * Double($0) + 3 }
            #expect(found.minimum == expected.min() && found.maximum == expected.max())
            let magnitude = expected.reduce(0) { $0 + abs($1) }
            #expect(abs(found.sum - expected.reduce(0, +)) <= 1e-12 * magnitude)
            #expect(found.finite == count && found.nan == 0 && found.infinite == 0)
        }
        check(UInt8.self)
        check(Int8.self)
        check(UInt16.self)
        check(Int16.self)
        check(UInt32.self)
        check(Int32.self)
        check(UInt64.self)
        check(Int64.self)
    }

    @Test("What is not finite is counted and left out", arguments: [3, 8, 4096, 5000])
    func floatingPoint(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        for isSpoilt in [false, true] {
            var values = (0..<count).map { _ in Float.random(in: -1e6...1e6, using: &generator) }
            if isSpoilt {
                values[0] = .nan
                values[1] = .infinity
                values[count - 1] = -.infinity
            }
            let finite = values.filter(\.isFinite).map(Double.init)
            for found in [statistics(values), statistics(values.map(Double.init))] {
                #expect(found.minimum == finite.min() && found.maximum == finite.max())
                #expect(abs(found.sum - finite.reduce(0, +)) < 1e-3)
                #expect(found.nan == (isSpoilt ? 1 : 0) && found.infinite == (isSpoilt ? 2 : 0))
                #expect(found.finite == finite.count)
            }
        }
    }

    @Test("A volume without a finite value has no extremes")
    func nothing() {
        let found = statistics([Float.nan, .nan])
        #expect(found.minimum == nil && found.maximum == nil && found.sum == 0 && found.nan == 2)
    }
}

@Suite("Numbers that sum up values")
struct SampleNumbersTests {
    /// `numpy.quantile([1, 2, 4, 8], share)`.
    @Test(arguments: [(0, 1), (0.25, 1.75), (0.5, 3), (0.9, 6.8), (1, 8)])
    func interpolated(_ share: Double, _ value: Double) {
        #expect(abs(quantile(share, ofSorted: [1.0, 2, 4, 8]) - value) < 1e-12)
        #expect(abs(quantile(share, ofSorted: [Float(1), 2, 4, 8]) - Float(value)) < 1e-6)
        #expect(quantile(share, ofSorted: [5.0]) == 5)
    }

    /// `numpy.std([1, 2, 4, 8], ddof=1)` and the same with `ddof=0`.
    @Test func moments() throws {
        let moments = try #require(SampleMoments([1, 2, 4, 8]))
        #expect(moments.mean == 3.75)
        let sample = try #require(moments.sampleDeviation)
        #expect(abs(sample - 3.095695936834452) < 1e-12)
        #expect(abs(moments.deviation - 2.680951323690902) < 1e-12)
        #expect(SampleMoments([]) == nil)
        #expect(SampleMoments([2])?.sampleDeviation == nil && SampleMoments([2])?.deviation == 0)
    }
}
