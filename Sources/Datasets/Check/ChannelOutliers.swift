internal import Glibc

/// The faults of cases whose values are unlike those of most others.
func valueFaults(
    _ examinations: [CaseExamination], of dataset: Dataset
) -> [DatasetFault] {
    dataset.channels.enumerated().flatMap { channel, name in
        ChannelOutliers(examinations, channel: channel, name: name).faults
    } + exchangedChannels(examinations, of: dataset)
}

/// One channel of all cases, and the cases in which it is an outlier.
///
/// The median of the cases and their median deviation say what is usual, so that outliers do not hide themselves.
/// Hounsfield units are the same on every scanner, and compared closely; other values have no unit, and differ a
/// thousandfold between the scanners of good datasets: they are only compared where all other cases agree.
struct ChannelOutliers {
    private let members: [Member]
    private let name: String

    struct Member {
        var examination: CaseExamination
        var file: String?
        var profile: ChannelProfile
    }

    init(_ examinations: [CaseExamination], channel: Int, name: String) {
        self.name = name
        members = examinations.compactMap { examination in
            guard examination.profiles.indices.contains(channel),
                let profile = examination.profiles[channel]
            else { return nil }
            let file = examination.digests.first { $0.channel == channel }?.file
            return Member(examination: examination, file: file, profile: profile)
        }
    }

    var faults: [DatasetFault] {
        let inAir = members.filter { $0.profile.minimum <= HounsfieldReference.air }
        let isCT = IntensityNormalization.byChannelName.rule(for: name) == .ct
        // Some cases must show what is right; without a channel name most must.
        let minimum = isCT ? max(2, members.count / 3) : max(3, members.count / 2 + 1)
        guard inAir.count >= minimum else { return unusualWidths }
        let reference = HounsfieldReference(inAir.map(\.profile))
        return members.compactMap { member in
            reference.deviation(of: member.profile).map { deviation in
                fault(deviation.problem(comparison(member, reference.usual)), member)
            }
        }
    }

    private func fault(_ problem: OutlierProblem, _ member: Member) -> DatasetFault {
        DatasetFault(
            .outlier(problem), file: member.file,
            caseIdentifier: member.examination.identifier)
    }

    private func comparison(
        _ member: Member, _ usual: (lower: Double, upper: Double)
    ) -> OutlierProblem.Comparison {
        OutlierProblem.Comparison(
            channel: name, lower: member.profile.lower, upper: member.profile.upper,
            usualLower: usual.lower, usualUpper: usual.upper)
    }

    // MARK: - Values without a unit

    /// The fewest cases to compare, and the largest share of outliers: beyond it the dataset itself varies.
    private static let minMembers = 5
    private static let maxUnusualShare = 0.1
    /// Bounds for the widths of the ranges of values, on a logarithmic scale.
    private static let minFactor = 20.0
    private static let minDeviations = 8.0

    private var unusualWidths: [DatasetFault] {
        let known = members.filter { $0.profile.upper > $0.profile.lower }
        let widths = known.map { log($0.profile.upper - $0.profile.lower) }
        guard known.count >= Self.minMembers, let spread = RobustSpread(widths) else { return [] }
        let limit = max(log(Self.minFactor), Self.minDeviations * spread.deviation)
        let unusual = zip(known, widths).filter { abs($0.1 - spread.median) > limit }.map(\.0)
        guard unusual.count <= max(1, Int(Self.maxUnusualShare * Double(known.count))) else {
            return []
        }
        let lower = RobustSpread(known.map(\.profile.lower))?.median ?? 0
        let upper = RobustSpread(known.map(\.profile.upper))?.median ?? 0
        return unusual.map { fault(.unusualValues(comparison($0, (lower, upper))), $0) }
    }
}

/// The cases in which two channels have each other's usual values.
///
/// Only properties that distinguish the two channels in all other cases count, and each of them must agree.
func exchangedChannels(
    _ examinations: [CaseExamination], of dataset: Dataset
) -> [DatasetFault] {
    dataset.channels.indices.flatMap { second in
        (0..<second).flatMap { first -> [DatasetFault] in
            let pair = ChannelPair(examinations, first, second)
            return pair.exchanged.map { examination in
                DatasetFault(
                    .outlier(.swappedChannels(dataset.channels[first], dataset.channels[second])),
                    caseIdentifier: examination.identifier)
            }
        }
    }
}

private struct ChannelPair {
    private let members: [(examination: CaseExamination, first: [Double?], second: [Double?])]

    private static let minMembers = 4
    /// The largest share of cases that is still an exception.
    private static let maxExchangedShare = 0.25

    init(_ examinations: [CaseExamination], _ first: Int, _ second: Int) {
        members = examinations.compactMap { examination in
            func profile(_ channel: Int) -> ChannelProfile? {
                examination.profiles.indices.contains(channel)
                    ? examination.profiles[channel] : nil
            }
            guard let a = profile(first), let b = profile(second) else { return nil }
            return (examination, a.properties, b.properties)
        }
    }

    /// A property by which the two channels differ in nearly all cases.
    private struct Difference {
        var index: Int
        var first: Double
        var second: Double

        func isExchanged(_ a: Double?, _ b: Double?) -> Bool {
            guard let a, let b else { return false }
            let limit = abs(first - second) * 0.3
            return abs(a - second) <= limit && abs(b - first) <= limit
        }
    }

    var exchanged: [CaseExamination] {
        guard members.count >= Self.minMembers else { return [] }
        let differences = differences
        guard differences.count > 1 else { return [] }
        let found = members.filter { member in
            differences.allSatisfy {
                $0.isExchanged(member.first[$0.index], member.second[$0.index])
            }
        }
        return Double(found.count) <= Self.maxExchangedShare * Double(members.count)
            ? found.map(\.examination) : []
    }

    private var differences: [Difference] {
        (members.first?.first.indices ?? 0..<0).compactMap { index in
            guard let a = RobustSpread(members.compactMap { $0.first[index] }),
                let b = RobustSpread(members.compactMap { $0.second[index] }),
                abs(a.median - b.median) > 6 * max(a.deviation, b.deviation),
                a.median != b.median
            else { return nil }
            return Difference(index: index, first: a.median, second: b.median)
        }
    }
}

extension ChannelProfile {
    /// The values, and where they lie between the ends, which says the same of scans in other units.
    fileprivate var properties: [Double?] {
        let width = upper - lower
        let inner = Array(percentiles[1...5]) + [labelled].compactMap(\.self)
        let missing: [Double?] = labelled == nil ? [nil] : []
        let relative = inner.map { width > 0 ? Optional(($0 - lower) / width) : nil }
        return percentiles.map(Optional.some) + [labelled] + relative + missing
    }
}
