internal import SegNASImaging
internal import SegNASRandomness

/// Summary statistics of a metric over the cases in which it is defined.
public struct SampleStatistics: Hashable, Codable, Sendable {
    /// Cases in which the metric is defined.
    public let count: Int
    public let mean: Double
    /// The standard deviation with n - 1 in the denominator; nil for one case.
    public let std: Double?
    public let median: Double
    /// The 95 % interval of the mean; nil for one case.
    public let interval: Interval?

    public struct Interval: Hashable, Codable, Sendable {
        public let low: Double
        public let high: Double
    }

    /// Statistics of values, with the interval of an evaluation; nil if there is no value.
    package init?(_ values: [Double], options: EvaluationOptions = EvaluationOptions()) {
        self.init(values, Bootstrap(options))
    }

    /// Nil if there is no value.
    init?(_ values: [Double], _ bootstrap: Bootstrap) {
        guard let moments = SampleMoments(values) else { return nil }
        count = values.count
        mean = moments.mean
        std = moments.sampleDeviation
        median = quantile(0.5, ofSorted: values.sorted())
        interval = values.count > 1 ? bootstrap.interval(of: values) : nil
    }
}

/// The nonparametric bootstrap of a mean, with percentiles as the ends of its interval.
///
/// Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13. Equally many values draw the same cases,
/// whatever was asked for before.
struct Bootstrap {
    private let resamples: Int
    private let seed: UInt64

    init(_ options: EvaluationOptions) {
        precondition(options.resamples > 0, "\(options.resamples) resamples")
        resamples = options.resamples
        seed = options.seed
    }

    /// The interval that holds the middle 95 % of the means of resampled values.
    func interval(of values: [Double]) -> SampleStatistics.Interval {
        var generator = SeededGenerator(seed: seed, path: UInt64(values.count))
        let means = (0..<resamples).map { _ in
            var sum = 0.0
            for _ in values.indices { sum += values[generator.index(below: values.count)] }
            return sum / Double(values.count)
        }.sorted()
        return .init(low: quantile(0.025, ofSorted: means), high: quantile(0.975, ofSorted: means))
    }
}
