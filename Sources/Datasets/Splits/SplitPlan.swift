internal import SegNASHost

/// A way to divide the cases of a dataset.
public enum SplitPlan: Hashable, Sendable {
    /// A random division, by shares in percent.
    case shuffled(Shares)
    /// All cases train: for a final model.
    case everything
    /// The split of a file: nnU-Net's `splits_final.json`, or the record of a ``Split``.
    case file(String)
    /// The folds of a MONAI datalist: one validates, all others train.
    case folds
    /// The lists of a MONAI datalist: training, validation, testing.
    case listed

    /// Percent of the cases for each part; they sum to 100.
    public struct Shares: Hashable, Sendable {
        public let training: Double
        public let validation: Double
        public let test: Double

        /// Refuses negative shares, none for training, and sums other than 100.
        public init(training: Double, validation: Double, test: Double) throws(SplitError) {
            let all = [training, validation, test]
            guard all.allSatisfy({ $0 >= 0 }), training > 0, abs(all.reduce(0, +) - 100) < 1e-6
            else { throw .shares(all) }
            self.training = training
            self.validation = validation
            self.test = test
        }

        private init(paper training: Double, _ validation: Double, _ test: Double) {
            self.training = training
            self.validation = validation
            self.test = test
        }

        /// The paper's 50 % for training, 20 % for validation and 30 % for test.
        public static let paper = Shares(paper: 50, 20, 30)

        subscript(part: Split.Part) -> Double {
            switch part {
            case .training: training
            case .validation: validation
            case .test: test
            }
        }
    }

    /// True if cases are divided at random.
    public var isShuffled: Bool {
        if case .shuffled = self { true } else { false }
    }

    /// Reads `50/20/30`, `all`, `folds`, `listed` or the name of a `.json` file.
    public init(parsing text: String) throws(SplitError) {
        switch text {
        case "all": self = .everything
        case "folds": self = .folds
        case "listed": self = .listed
        case _ where text.lowercased().hasSuffix(".json"): self = .file(text)
        default:
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let shares = parts.compactMap { Double($0) }.filter(\.isFinite)
            guard shares.count == 3, parts.count == 3 else { throw .notASplit(text) }
            self = .shuffled(
                try Shares(training: shares[0], validation: shares[1], test: shares[2]))
        }
    }
}

extension SplitPlan: CustomStringConvertible {
    /// The text as written on the command line; a file is not named, because this goes into models and plans.
    public var description: String {
        switch self {
        case .shuffled(let shares):
            Split.Part.allCases.map { significant(shares[$0]) }.joined(separator: "/")
        case .everything: "all"
        case .file: "a file"
        case .folds: "folds"
        case .listed: "listed"
        }
    }
}

/// Groups of cases that must stay together in one part of a split, such as the scans of one patient.
public enum SplitGroups: Hashable, Sendable {
    /// A regular expression; cases for which its first capture (or the whole match) is the same are a group.
    case pattern(String)
    /// A table with a row for each case: its name in the first column, its group in the named one.
    case table(path: String, column: String)
    /// The cases of each group, in the order of the groups' names: what a table said once.
    case known([[String]])

    /// Reads `subjects.csv:patient`, or a regular expression such as `^(sub-\d+)`.
    public init(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let path = parts.dropLast().joined(separator: ":")
        guard let column = parts.last, !column.isEmpty,
            [".csv", ".tsv"].contains(where: { path.lowercased().hasSuffix($0) })
        else {
            self = .pattern(text)
            return
        }
        self = .table(path: path, column: String(column))
    }

    /// The group of each case.
    func groups(of cases: [String]) throws(SplitError) -> [String: String] {
        let found =
            switch self {
            case .pattern(let text): try matches(of: text, in: cases)
            case .table(let path, let column): try rows(of: path, column: column)
            case .known(let groups): Self.numbered(groups)
            }
        let ungrouped = cases.filter { found[$0] == nil }
        guard ungrouped.isEmpty else { throw .ungrouped(ungrouped) }
        return found
    }

    /// Groups named by numbers, the order of whose texts is theirs.
    private static func numbered(_ groups: [[String]]) -> [String: String] {
        let digits = "\(groups.count)".count
        let named = groups.enumerated().flatMap { number, cases in
            let text = "\(number)"
            let name = String(repeating: "0", count: digits - text.count) + text
            return cases.map { ($0, name) }
        }
        return Dictionary(named) { first, _ in first }
    }

    private func matches(of text: String, in cases: [String]) throws(SplitError) -> [String: String]
    {
        guard let expression = try? Regex(text) else { throw .pattern(text) }
        var groups: [String: String] = [:]
        for identifier in cases {
            guard let match = try? expression.firstMatch(in: identifier) else { continue }
            let capture = match.output.count > 1 ? match.output[1].substring : nil
            groups[identifier] = String(capture ?? identifier[match.range])
        }
        return groups
    }

    private func rows(of path: String, column: String) throws(SplitError) -> [String: String] {
        let text: String
        do { text = try readText(at: path, limit: 16 << 20) } catch { throw .file(path, error) }
        let separator: Character = path.lowercased().hasSuffix(".tsv") ? "\t" : ","
        let rows = text.split(whereSeparator: \.isNewline).map { fields($0, separator) }
        let columns = rows.first ?? []
        guard let index = columns.firstIndex(of: column) else {
            throw .column(column, columns: columns, path)
        }
        var groups: [String: String] = [:]
        for row in rows.dropFirst() where row.count > index && !row[index].isEmpty {
            if let other = groups.updateValue(row[index], forKey: row[0]), other != row[index] {
                throw .twoGroups(case: row[0], [other, row[index]], path)
            }
        }
        return groups
    }
}

/// The fields of a line, which may stand in quotes.
private func fields(_ line: Substring, _ separator: Character) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
        if character == "\"" {
            isQuoted.toggle()
        } else if character == separator, !isQuoted {
            fields.append("")
        } else {
            fields[fields.count - 1].append(character)
        }
    }
    return fields.map { field in
        String(field.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
