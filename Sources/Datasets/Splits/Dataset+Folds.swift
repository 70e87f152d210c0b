extension Dataset {
    /// Divides the cases with a label map for cross-validation: each validates in one fold, and trains in the others.
    ///
    /// Shuffled splits become folds of equal size, by the same shuffle; shares do not count. A file's entries and the
    /// folds of a datalist are the folds, and there must be as many. No fold has a test part: cases that only a file
    /// or a datalist names for testing are left out.
    ///
    /// - Parameters:
    ///   - count: The number of folds, 2 or more.
    ///   - options: The shuffle and the groups that stay together, or the file.
    /// - Returns: The split of each fold.
    /// - Throws: ``SplitError``, also for folds without a case, and for a case that two folds validate.
    public func folds(
        _ count: Int, _ options: SplitOptions = SplitOptions()
    ) throws(SplitError) -> [Split] {
        precondition(count >= 2, "\(count) folds")
        let splits =
            switch options.plan {
            case .shuffled: try shuffledFolds(count, options)
            case .file(let path): try listedFolds(count, SplitFile(path, cases: labelled))
            case .folds: try listedFolds(count)
            case .everything, .listed: throw .noFoldsIn("\(options.plan)")
            }
        let validated = Dictionary(grouping: splits.flatMap(\.validation)) { $0 }
        let repeated = validated.filter { $0.value.count > 1 }.keys.sorted()
        guard repeated.isEmpty else { throw .inTwoFolds(repeated) }
        for (fold, split) in splits.enumerated()
        where split.validation.isEmpty || split.training.isEmpty {
            throw .emptyFold(fold)
        }
        return splits
    }

    private var labelled: [String] { training.map(\.identifier).sorted() }

    private func shuffledFolds(
        _ count: Int, _ options: SplitOptions
    ) throws(SplitError) -> [Split] {
        let cases = labelled
        let groups = try shuffledGroups(of: cases, options)
        guard groups.count >= count else {
            throw .fewForFolds(
                groups.count, folds: count, areGroups: options.groups != nil)
        }
        return deal(groups, to: count).map { validation in
            let left = Set(validation)
            return Split(
                training: cases.filter { !left.contains($0) }, validation: validation, test: [])
        }
    }

    private func listedFolds(_ count: Int, _ file: SplitFile) throws(SplitError) -> [Split] {
        guard file.count == count else { throw .foldCount(count, found: file.count) }
        var splits: [Split] = []
        for index in 0..<count { splits.append(try file.split(index).untested) }
        return splits
    }

    private func listedFolds(_ count: Int) throws(SplitError) -> [Split] {
        let names = Set(training.compactMap(\.fold)).sorted()
        guard !names.isEmpty else { throw .noFolds }
        guard names.count == count else { throw .foldCount(count, found: names.count) }
        var splits: [Split] = []
        for name in names {
            splits.append(try split(SplitOptions(plan: .folds, index: name)).untested)
        }
        return splits
    }
}

extension Split {
    fileprivate var untested: Split {
        Split(training: training, validation: validation, test: [])
    }
}

/// Gives each group, the largest first, to the fold that lacks the most cases, of several to the first.
private func deal(_ groups: [[String]], to count: Int) -> [[String]] {
    let total = groups.reduce(0) { $0 + $1.count }
    var lacking = (0..<count).map { total / count + ($0 < total % count ? 1 : 0) }
    var folds = [[String]](repeating: [], count: count)
    for group in groups.sorted(by: { $0.count > $1.count }) {
        let needy = lacking.indices.max { lacking[$0] < lacking[$1] } ?? 0
        folds[needy] += group
        lacking[needy] -= group.count
    }
    return folds
}
