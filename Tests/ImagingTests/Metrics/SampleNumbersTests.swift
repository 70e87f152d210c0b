import Testing

@testable import SegNASImaging

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
