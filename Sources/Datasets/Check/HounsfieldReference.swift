/// The usual Hounsfield units in the CT scans of a dataset: air at −1000, water at 0, whatever the scanner.
struct HounsfieldReference {
    /// The usual value at each of a profile's landmarks; nil if no scan has it.
    private let landmarks: [RobustSpread?]
    /// The range of values of most scans.
    let usual: (lower: Double, upper: Double)

    /// A scan without lower values has no air in it, and no fat: it hardly has Hounsfield units.
    static let air = -300.0
    private static let noHounsfield = -50.0

    /// A way in which a scan is unlike the others.
    enum Deviation: Equatable {
        case shift(Double)
        case stretch(Double)
        case notHounsfield

        func problem(_ comparison: OutlierProblem.Comparison) -> OutlierProblem {
            switch self {
            case .shift(let shift): .shifted(comparison, by: shift)
            case .stretch(let factor): .stretched(comparison, by: factor)
            case .notHounsfield: .notHounsfield(comparison)
            }
        }
    }

    /// The reference of scans that all, or most, have Hounsfield units.
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

    /// The deviation of a scan; nil for one like the others.
    func deviation(of profile: ChannelProfile) -> Deviation? {
        if let shift = shift(of: profile) { return .shift(shift) }
        if let factor = stretch(of: profile) { return .stretch(factor) }
        return profile.minimum > Self.noHounsfield ? .notHounsfield : nil
    }

    // MARK: - Shift

    /// A smaller shift may be another window of the body.
    private static let minShift = 500.0
    /// Landmarks that differ more between scans are no evidence.
    private static let firm = 120.0

    /// The share of the firm landmarks that must agree: where air ends in the histogram, one may jump.
    private static let agreement = 0.6

    /// The shift of the firm landmarks; nil if they do not agree, or if it is small.
    private func shift(of profile: ChannelProfile) -> Double? {
        let shifts = zip(profile.landmarks, landmarks).map { value, usual -> Double? in
            guard let value, let usual, usual.deviation <= Self.firm else { return nil }
            return value - usual.median
        }
        let known = shifts.compactMap(\.self)
        guard known.count > 1, let middle = RobustSpread(known)?.median,
            abs(middle) >= Self.minShift
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

    private static let minStretch = 1.5
    /// The largest ratio of the factors at the two ends, of which bone varies between scans.
    private static let maxUnevenness = 1.5

    /// The factor by which both ends and the labelled voxels are larger than usual; nil if that is 1, or if they do not
    /// agree, as without air or without bone.
    private func stretch(of profile: ChannelProfile) -> Double? {
        guard usual.lower < Self.air, usual.upper > 100 else { return nil }
        let lower = profile.lower / usual.lower
        let upper = profile.upper / usual.upper
        guard lower > 0, upper > 0 else { return nil }
        // Of the two ends, air is the firmer.
        let factor = lower
        guard max(factor, 1 / factor) >= Self.minStretch,
            max(upper / lower, lower / upper) <= Self.maxUnevenness
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
