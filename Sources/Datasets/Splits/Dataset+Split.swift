internal import SegNASRandomness

/// A plan to divide a dataset, and the choice among the possible divisions.
public struct SplitOptions: Hashable, Sendable {
    public var plan: SplitPlan
    /// The shuffle of the seed, or the split or fold of a list, counted from 0.
    public var index: Int
    public var seed: UInt64
    public var groups: SplitGroups?

    public init(
        plan: SplitPlan = .shuffled(.paper), index: Int = 0, seed: UInt64 = 0,
        groups: SplitGroups? = nil
    ) {
        self.plan = plan
        self.index = index
        self.seed = seed
        self.groups = groups
    }
}

extension Dataset {
    /// Divides the cases with a label map; the same options give the same split on every machine.
    ///
    /// A part with a share above 0 is never empty. Groups only count where cases are shuffled.
    public func split(_ options: SplitOptions = SplitOptions()) throws(SplitError) -> Split {
        precondition(options.index >= 0, "splits are counted from 0")
        let cases = training.map(\.identifier).sorted()
        switch options.plan {
        case .everything: return Split(training: cases, validation: [], test: [])
        case .shuffled(let shares): return try shuffled(cases, shares, options)
        case .file(let path): return try SplitFile(path, cases: cases).split(options.index)
        case .folds: return try fold(options.index)
        case .listed:
            guard let listedSplit else { throw .noLists }
            return listedSplit
        }
    }

    private func shuffled(
        _ cases: [String], _ shares: SplitPlan.Shares, _ options: SplitOptions
    ) throws(SplitError) -> Split {
        let groups = try shuffledGroups(of: cases, options)
        let parts = divide(groups, into: counts(of: cases.count, shares))
        for part in Split.Part.allCases where shares[part] > 0 && parts[part] == nil {
            throw .empty(part, cases: cases.count, groups: options.groups.map { _ in groups.count })
        }
        return Split(
            training: parts[.training] ?? [], validation: parts[.validation] ?? [],
            test: parts[.test] ?? [])
    }

    /// The groups of cases, each alone where there are none, in the order that seed and index draw.
    func shuffledGroups(
        of cases: [String], _ options: SplitOptions
    ) throws(SplitError) -> [[String]] {
        var groups = try sortedGroups(of: cases, options.groups)
        var generator = SeededGenerator(seed: options.seed)
        for _ in 0...options.index { groups.shuffleExactly(using: &generator) }
        return groups
    }

    /// The cases of each group, or each alone, in the order of the groups' names.
    private func sortedGroups(
        of cases: [String], _ groups: SplitGroups?
    ) throws(SplitError) -> [[String]] {
        let names = try groups?.groups(of: cases)
        return Dictionary(grouping: cases) { names?[$0] ?? $0 }
            .sorted { $0.key < $1.key }.map(\.value)
    }

    /// What a table says of the labelled cases, for when it is not given again; nil where there is none to read.
    package func tableGroups(_ groups: SplitGroups?) throws(SplitError) -> [[String]]? {
        guard case .table(let path, _) = groups, !path.isEmpty else { return nil }
        return try sortedGroups(of: training.map(\.identifier).sorted(), groups)
    }

    private func fold(_ index: Int) throws(SplitError) -> Split {
        let folds = Set(training.compactMap(\.fold)).sorted()
        guard !folds.isEmpty else { throw .noFolds }
        guard folds.contains(index) else { throw .noSuchFold(index, folds: folds) }
        let test = Set(listedSplit?.test ?? [])
        let rest = training.filter { !test.contains($0.identifier) }
        return Split(
            training: rest.filter { $0.fold != index }.map(\.identifier),
            validation: rest.filter { $0.fold == index }.map(\.identifier), test: test.sorted())
    }
}

/// The number of cases that each part should have, by largest remainders.
private func counts(of total: Int, _ shares: SplitPlan.Shares) -> [Split.Part: Int] {
    let exact = Split.Part.allCases.map { (part: $0, count: Double(total) * shares[$0] / 100) }
    var counts = Dictionary(uniqueKeysWithValues: exact.map { ($0.part, Int($0.count + 1e-9)) })
    let missing = total - counts.values.reduce(0, +)
    // Sorting is stable: of equal remainders, the earlier part's comes first.
    let byRemainder = exact.sorted { a, b in
        a.count - a.count.rounded(.down) > b.count - b.count.rounded(.down)
    }
    for (part, _) in byRemainder.prefix(missing) { counts[part, default: 0] += 1 }
    return counts
}

/// Gives each group, the largest first, to the part that lacks the most cases.
private func divide(_ groups: [[String]], into counts: [Split.Part: Int]) -> [Split.Part: [String]]
{
    var lacking = counts
    var parts: [Split.Part: [String]] = [:]
    for group in groups.sorted(by: { $0.count > $1.count }) {
        let needy = Split.Part.allCases.max { lacking[$0, default: 0] < lacking[$1, default: 0] }
        guard let needy else { continue }
        parts[needy, default: []] += group
        lacking[needy, default: 0] -= group.count
    }
    return parts
}

extension Array {
    /// Fisher and Yates's shuffle, spelled out so that another version of Swift draws the same.
    fileprivate mutating func shuffleExactly(using generator: inout SeededGenerator) {
        for last in indices.dropFirst().reversed() {
            let drawn = generator.next().multipliedFullWidth(by: UInt64(last + 1)).high
            swapAt(last, Int(drawn))
        }
    }
}
