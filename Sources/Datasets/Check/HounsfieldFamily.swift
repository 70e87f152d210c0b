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

    /// Of the firm landmarks so many must agree: where air ends in the histogram, one may jump.
    private static let agreement = 0.6

    /// By how much the firm landmarks lie higher than usual; nil where they do not agree, or by little.
    private func shift(of profile: ChannelProfile) -> Double? {
        let shifts = zip(profile.landmarks, landmarks).map { value, usual -> Double? in
            guard let value, let usual, usual.deviation <= Self.firm else { return nil }
            return value - usual.median
        }
        let known = shifts.compactMap(\.self)
        guard known.count > 1, let middle = RobustSpread(known)?.median,
            abs(middle) >= Self.leastShift
        else { return nil }
        func agrees(_ index: Int) -> Bool? {
            shifts[index].map {
                abs($0 - middle) <= 100 + 4 * (landmarks[index]?.deviation ?? 0)
            }
        }
        let agreeing = shifts.indices.count { agrees($0) == true }
        // Air and the labelled voxels move with all others; without them a scan is only cropped.
        guard Double(agreeing) >= Self.agreement * Double(known.count),
            agrees(0) != false, agrees(shifts.count - 1) != false
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
        // Of the two air is the firmer.
        let factor = lower
        guard max(factor, 1 / factor) >= Self.leastStretch,
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
