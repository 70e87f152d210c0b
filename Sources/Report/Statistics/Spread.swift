internal import SegNASHost
internal import SegNASImaging

/// The mean of some values and how far they lie apart.
struct Spread: Hashable, Encodable {
    let mean: Double
    /// With n − 1 in the denominator; nil for one value.
    let std: Double?
    let count: Int

    /// Nil where there is no value.
    init?(_ values: [Double]) {
        guard let moments = SampleMoments(values) else { return nil }
        mean = moments.mean
        std = moments.sampleDeviation
        count = values.count
    }

    /// `81.7 ± 0.3`, of values times a scale.
    ///
    /// Without a number of decimals there is one, and as many more as a small mean needs for two digits.
    func text(times scale: Double = 1, places: Int? = nil) -> String {
        let places = places ?? Self.places(of: mean * scale)
        let tail = std.map { " ± " + decimal($0 * scale, places) } ?? ""
        return decimal(mean * scale, places) + tail
    }

    private static func places(of value: Double) -> Int {
        var places = 1
        var size = abs(value)
        while size < 1, size > 1e-9 {
            size *= 10
            places += 1
        }
        return places
    }
}
