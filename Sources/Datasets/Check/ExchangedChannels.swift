/// Cases in which two channels have each the values that the other has in the rest.
///
/// Only properties that tell the two channels apart in all the rest count, and each of them must say so.
func exchangedChannels(
    _ examinations: [CaseExamination], of dataset: Dataset
) -> [DatasetFault] {
    dataset.channels.indices.flatMap { second in
        (0..<second).flatMap { first -> [DatasetFault] in
            let pair = ChannelPair(examinations, first, second)
            return pair.exchanged.map { examination in
                DatasetFault(
                    .family(.swappedChannels(dataset.channels[first], dataset.channels[second])),
                    caseIdentifier: examination.identifier)
            }
        }
    }
}

private struct ChannelPair {
    private let members: [(examination: CaseExamination, first: [Double?], second: [Double?])]

    private static let leastMembers = 4
    /// More cases than this are not the exception.
    private static let mostExchanged = 0.25

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
        guard members.count >= Self.leastMembers else { return [] }
        let differences = differences
        guard differences.count > 1 else { return [] }
        let found = members.filter { member in
            differences.allSatisfy {
                $0.isExchanged(member.first[$0.index], member.second[$0.index])
            }
        }
        return Double(found.count) <= Self.mostExchanged * Double(members.count)
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
