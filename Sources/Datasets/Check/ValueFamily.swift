#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Cases whose values are unlike those of most others.
func valueFaults(
    _ examinations: [CaseExamination], of dataset: Dataset
) -> [DatasetFault] {
    dataset.channels.enumerated().flatMap { channel, name in
        ValueFamily(examinations, channel: channel, name: name).faults
    } + exchangedChannels(examinations, of: dataset)
}

/// One channel of all cases.
///
/// The middle of the cases and their median deviation say what is usual, so that a case out of line, or some, does not
/// hide itself. Hounsfield units are the same on every scanner, and judged closely; other values have no unit, and
/// differ a thousandfold between the scanners of good datasets: they are judged where all others agree.
struct ValueFamily {
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
        let inAir = members.filter { $0.profile.minimum <= HounsfieldFamily.air }
        let isCT = IntensityNormalization.byChannelName.rule(for: name) == .ct
        // Some must show what is right; without a name most.
        let least = isCT ? max(2, members.count / 3) : max(3, members.count / 2 + 1)
        guard inAir.count >= least else { return unusualWidths }
        let family = HounsfieldFamily(inAir.map(\.profile))
        return members.compactMap { member in
            family.deviation(of: member.profile).map { deviation in
                fault(deviation.problem(comparison(member, family.usual)), member)
            }
        }
    }

    private func fault(_ problem: FamilyProblem, _ member: Member) -> DatasetFault {
        DatasetFault(
            .family(problem), file: member.file,
            caseIdentifier: member.examination.identifier)
    }

    private func comparison(
        _ member: Member, _ usual: (lower: Double, upper: Double)
    ) -> FamilyProblem.Comparison {
        FamilyProblem.Comparison(
            channel: name, lower: member.profile.lower, upper: member.profile.upper,
            usualLower: usual.lower, usualUpper: usual.upper)
    }

    // MARK: - Values without a unit

    /// Cases need so many others, and of these so few may be unusual: else it is the dataset that varies.
    private static let leastMembers = 5
    private static let mostUnusual = 0.1
    /// Of the ranges of values, on a logarithmic scale.
    private static let leastFactor = 20.0
    private static let leastDeviations = 8.0

    private var unusualWidths: [DatasetFault] {
        let known = members.filter { $0.profile.upper > $0.profile.lower }
        let widths = known.map { log($0.profile.upper - $0.profile.lower) }
        guard known.count >= Self.leastMembers, let spread = RobustSpread(widths) else { return [] }
        let limit = max(log(Self.leastFactor), Self.leastDeviations * spread.deviation)
        let unusual = zip(known, widths).filter { abs($0.1 - spread.median) > limit }.map(\.0)
        guard unusual.count <= max(1, Int(Self.mostUnusual * Double(known.count))) else {
            return []
        }
        let lower = RobustSpread(known.map(\.profile.lower))?.median ?? 0
        let upper = RobustSpread(known.map(\.profile.upper))?.median ?? 0
        return unusual.map { fault(.unusualValues(comparison($0, (lower, upper))), $0) }
    }
}
