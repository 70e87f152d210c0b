/// How training images are varied at random, with their labels where voxels move.
///
/// By default what the paper does: with probability 0.8 a rotation in the axial plane, a shift and a scaling, as one
/// resampling. All else is off until set; its defaults are nnU-Net's (Isensee et al. 2021,
/// doi:10.1038/s41592-020-01008-z; the code of nnU-Net 2 and batchgenerators).
///
/// ```swift
/// var augmentation = Augmentation()
/// augmentation.mirroring = .init()
/// augmentation.gamma = .init(exponent: 0.8...1.25)
/// ```
public struct Augmentation: Hashable, Codable, Sendable {
    public var movement: Movement? = Movement()
    public var elastic: Elastic?
    public var mirroring: Mirroring?
    public var noise: Noise?
    public var blur: Blur?
    /// Intensities are multiplied.
    public var brightness: Factor?
    /// Differences from the mean are multiplied; values stay within their range.
    public var contrast: Factor?
    public var lowResolution: LowResolution?
    public var invertedGamma: Gamma?
    public var gamma: Gamma?

    public init() {}

    /// All that is wrong with the options, a sentence each; empty where nothing is.
    public var faults: [String] {
        let kinds: [(String, [String]?)] = [
            ("movement", movement?.faults), ("elastic", elastic?.faults),
            ("mirroring", mirroring?.faults), ("noise", noise?.faults), ("blur", blur?.faults),
            ("brightness", brightness?.faults), ("contrast", contrast?.faults),
            ("lowResolution", lowResolution?.faults), ("invertedGamma", invertedGamma?.faults),
            ("gamma", gamma?.faults),
        ]
        return kinds.flatMap { name, faults in (faults ?? []).map { "\(name): \($0)" } }
    }
}

/// Collects what is wrong with the numbers of an option.
struct Faults {
    private(set) var sentences: [String] = []

    mutating func probability(_ value: Double, _ name: String = "probability") {
        require((0...1).contains(value), "\(name) \(value) is not between 0 and 1")
    }

    mutating func range(
        _ range: ClosedRange<Double>, within limits: ClosedRange<Double>, _ name: String
    ) {
        let isWithin =
            limits.lowerBound <= range.lowerBound && range.upperBound <= limits.upperBound
        let limit = "\(limits.lowerBound) to \(limits.upperBound)"
        require(
            isWithin, "\(name) \(range.lowerBound) to \(range.upperBound) is not within \(limit)")
    }

    mutating func require(_ holds: Bool, _ sentence: String) {
        if !holds { sentences.append(sentence) }
    }
}
