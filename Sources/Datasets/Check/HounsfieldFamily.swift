/// What Hounsfield units look like in the CT scans of a dataset: air at −1000, water at 0, whatever the scanner.
struct HounsfieldFamily {
    /// What is usual at each of a profile's landmarks; nil where no scan has it.
    private let landmarks: [RobustSpread?]
    /// Where the values of most scans begin and end.
    let usual: (lower: Double, upper: Double)

    /// A scan with no value so low has no air in it, and no fat: it has hardly Hounsfield units.
    static let air = -300.0
    private static let noHounsfield = -50.0

    /// How a scan is unlike the others.
    enum Deviation: Equatable {
        case shift(Double)
        case stretch(Double)
        case notHounsfield

        func problem(_ comparison: FamilyProblem.Comparison) -> FamilyProblem {
            switch self {
            case .shift(let shift): .shifted(comparison, by: shift)
            case .stretch(let factor): .stretched(comparison, by: factor)
            case .notHounsfield: .notHounsfield(comparison)
            }
        }
    }

    /// The family of scans that have Hounsfield units, or mostly.
    init(_ profiles: [ChannelProfile]) {
        let all = profiles.map(\.landmarks)
        landmarks = (all.first?.indices ?? 0..<0).map { index in
            RobustSpread(all.compactMap { $0[index] })
        }
        usual = (
            RobustSpread(profiles.map(\.lower))?.median ?? 0,
            RobustSpread(profiles.map(\.upper))?.median ?? 0
        )
    }

    /// Nil for a scan like the others.
    func deviation(of profile: ChannelProfile) -> Deviation? {
        if let shift = shift(of: profile) { return .shift(shift) }
        if let factor = stretch(of: profile) { return .stretch(factor) }
        return profile.minimum > Self.noHounsfield ? .notHounsfield : nil
    }

    // MARK: - Shift

    /// Less may be another window of the body.
    private static let leastShift = 500.0
    /// Landmarks that differ more between the scans are no evidence; those of fewer differ by as much by chance.
    private static let firm = 120.0

    /// By how much all firm landmarks lie higher than usual; nil where they do not agree, or by little.
    private func shift(of profile: ChannelProfile) -> Double? {
        let shifts = zip(profile.landmarks, landmarks).compactMap {
            value, usual -> (shift: Double, tolerance: Double)? in
            guard let value, let usual, usual.deviation <= Self.firm else { return nil }
            return (value - usual.median, 100 + 4 * usual.deviation)
        }
        guard shifts.count > 1, let middle = RobustSpread(shifts.map(\.shift))?.median,
            abs(middle) >= Self.leastShift,
            shifts.allSatisfy({ abs($0.shift - middle) <= $0.tolerance })
        else { return nil }
        return middle
    }

    // MARK: - Stretch

    private static let leastStretch = 1.5
    /// Between the two ends, of which bone is not the same in all scans.
    private static let mostUnevenness = 1.5

    /// How many times as large as usual both ends and the labelled voxels are; nil where that is one time, or where
    /// they do not agree, as without air or without bone.
    private func stretch(of profile: ChannelProfile) -> Double? {
        guard usual.lower < Self.air, usual.upper > 100 else { return nil }
        let lower = profile.lower / usual.lower
        let upper = profile.upper / usual.upper
        guard lower > 0, upper > 0 else { return nil }
        let factor = (lower * upper).squareRoot()
        guard max(factor, 1 / factor) >= Self.leastStretch,
            max(lower, 1 / lower) >= Self.leastStretch,
            max(upper / lower, lower / upper) <= Self.mostUnevenness
        else { return nil }
        guard let value = profile.labelled, let labelled = landmarks.last??.median,
            abs(labelled) > 20
        else { return factor }
        return abs(value - factor * labelled) < abs(value - labelled) / 2 ? factor : nil
    }
}

extension ChannelProfile {
    /// Values at some places of the histogram, and last that of the labelled voxels.
    fileprivate var landmarks: [Double?] { percentiles.map(Optional.some) + [labelled] }
}
