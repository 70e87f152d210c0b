public import SegNASHost

/// The cases that train a network, those that choose among networks, and those that test the chosen one.
///
/// As JSON, its record: reading it back gives the same split, whatever the options that made it.
public struct Split: Hashable, Codable, Sendable {
    public private(set) var schema = 1
    /// Identifiers of cases, sorted.
    public var training: [String]
    public var validation: [String]
    public var test: [String]

    public init(training: [String], validation: [String], test: [String]) {
        self.training = training.sorted()
        self.validation = validation.sorted()
        self.test = test.sorted()
    }

    /// The parts of a split.
    public enum Part: String, CaseIterable, Sendable {
        case training, validation, test
    }

    public subscript(part: Part) -> [String] {
        switch part {
        case .training: training
        case .validation: validation
        case .test: test
        }
    }
}

/// A file of splits: nnU-Net's list of folds, or the record of one split.
struct SplitFile {
    private let path: String
    private let splits: [Split]
    private let cases: Set<String>

    init(_ path: String, cases: [String]) throws(SplitError) {
        let text: String
        do { text = try readText(at: path, limit: 64 << 20) } catch { throw .file(path, error) }
        guard let json = JSONValue(text: text) else { throw .notJSON(path) }
        if let key = JSONKeyOrder.repeatedKey(in: text) { throw .keyTwice(key, path) }
        guard let list = json.array ?? json.object.map({ [.object($0)] }), !list.isEmpty else {
            throw .notSplits(path)
        }
        for entry in list {
            guard let keys = entry.object?.keys else { throw .notSplits(path) }
            if let key = keys.filter({ !Split.keys.contains($0) }).min() {
                throw .unknownKey(key, path)
            }
        }
        let splits = list.compactMap(Split.init)
        guard splits.count == list.count else { throw .notSplits(path) }
        self.path = path
        self.splits = splits
        self.cases = Set(cases)
    }

    var count: Int { splits.count }

    /// One of its splits, whose cases the dataset must have, each in one part.
    func split(_ index: Int) throws(SplitError) -> Split {
        guard splits.indices.contains(index) else {
            throw .noSuchSplit(index: index, of: splits.count, path)
        }
        let split = splits[index]
        let named = Split.Part.allCases.flatMap { split[$0] }
        let unknown = Set(named).subtracting(cases)
        guard unknown.isEmpty else {
            throw .unknownCases(unknown.sorted(), of: Set(named).count, path)
        }
        let repeated = Dictionary(grouping: named) { $0 }.filter { $0.value.count > 1 }.keys
        guard repeated.isEmpty else { throw .inTwoParts(repeated.sorted(), path) }
        guard !split.training.isEmpty else {
            throw .empty(.training, cases: named.count, groups: nil)
        }
        return split
    }
}

extension Split {
    /// What an entry of a file may have: a misspelt part would be an empty one.
    fileprivate static let keys: Set = ["train", "training", "val", "validation", "test", "schema"]

    /// Reads nnU-Net's `{"train": …, "val": …}` or a record's `{"training": …, "validation": …, "test": …}`.
    fileprivate init?(_ json: JSONValue) {
        guard let object = json.object else { return nil }
        func list(_ names: String...) -> [String]? {
            let value = names.lazy.compactMap { object[$0] }.first
            let texts = value?.array?.compactMap(\.string)
            return texts?.count == value?.array?.count ? texts : nil
        }
        guard let training = list("train", "training"), let validation = list("val", "validation"),
            let test = object["test"] == nil ? [] : list("test")
        else { return nil }
        self.init(training: training, validation: validation, test: test)
    }
}

/// A reason why a dataset cannot be divided as requested.
public enum SplitError: Error, Equatable, Sendable {
    case notASplit(String)
    case shares([Double])
    /// A part of the split has no case.
    case empty(Split.Part, cases: Int, groups: Int?)
    case file(String, TextFileFault)
    case notJSON(String)
    /// A key that an object of a file has twice.
    case keyTwice(String, String)
    case notSplits(String)
    /// A key that is no part of a split.
    case unknownKey(String, String)
    case noSuchSplit(index: Int, of: Int, String)
    /// Cases of a split that the dataset lacks, and the number of all that it names.
    case unknownCases([String], of: Int, String)
    case inTwoParts([String], String)
    case noFolds
    case noSuchFold(Int, folds: [Int])
    case noLists
    /// Folds of a division that has none, by its text.
    case noFoldsIn(String)
    /// Another number of folds than a file or a datalist has.
    case foldCount(Int, found: Int)
    /// A fold that validates or trains no case.
    case emptyFold(Int)
    /// Cases that more than one fold validates.
    case inTwoFolds([String])
    /// Fewer cases, or groups of them, than folds.
    case fewForFolds(Int, folds: Int, areGroups: Bool)
    case pattern(String)
    /// Cases that belong to no group.
    case ungrouped([String])
    case column(String, columns: [String], String)
    /// A case of a table that is in two groups.
    case twoGroups(case: String, [String], String)
}

extension SplitError: CustomStringConvertible {
    /// The fault and its remedy.
    public var description: String {
        switch self {
        case .notASplit(let text):
            "'\(text)' is no split: give percent as 50/20/30, all, folds, listed, or a .json file"
        case .shares(let shares):
            """
            the shares \(shares.map(significant).joined(separator: "/")) must not be negative, sum to 100, and leave \
            some for training
            """
        case .empty(let part, let cases, let groups):
            """
            \(counted(cases, "case"))\(groups.map { " in \(counted($0, "group"))" } ?? "") \
            \(cases == 1 ? "leaves" : "leave") none for \(part.rawValue): \
            give it a larger share, or more cases
            """
        case .file(let path, let fault): "\(path): \(fault)"
        case .notJSON(let path): "\(path): is not JSON"
        case .keyTwice(let key, let path):
            "\(path): \"\(key)\" appears more than once in an object: keep one"
        case .notSplits(let path):
            "\(path): must be a list such as [{\"train\": [\"case\"], \"val\": [\"case\"]}]; a part without cases is []"
        case .unknownKey(let key, let path):
            "\(path): \"\(key)\" is no part of a split: these are \"train\", \"val\" and \"test\""
        case .noSuchSplit(let index, let count, let path):
            "\(path): there is no split \(index): the file has \(count), counted from 0"
        case .unknownCases(let cases, let count, let path):
            """
            \(path): the dataset has no labelled case \(some(cases)): \(cases.count) of the \(count) that the split \
            names are not there; is it the split of this dataset?
            """
        case .inTwoParts(let cases, let path): "\(path): \(some(cases)) must be in one part only"
        case .noFolds:
            "the dataset's list has no folds: add \"fold\" to its cases, or give 50/20/30"
        case .noSuchFold(let fold, let folds):
            "no case has fold \(fold): the folds are \(folds.map(String.init).joined(separator: ", "))"
        case .noLists: "the dataset lists no \"validation\" or \"testing\" cases: give 50/20/30"
        case .noFoldsIn(let plan):
            """
            `split` \(plan) has no folds: leave it out to divide the cases at random, or give folds for a datalist \
            that has them, or a .json file such as splits_final.json
            """
        case .foldCount(let count, let found):
            "`folds` is \(count), and the list has \(found): give `folds` \(found)"
        case .emptyFold(let fold):
            "fold \(fold) has no case to train on, or none to validate: correct the list of folds"
        case .inTwoFolds(let cases):
            "\(some(cases)) must be validated in one fold only: correct the list of folds"
        case .fewForFolds(let count, let folds, let areGroups):
            """
            \(count) \(areGroups ? "groups" : "cases") are too few for \(folds) folds: give fewer `folds`, or more cases
            """
        case .pattern(let text): "the pattern '\(text)' is no regular expression"
        case .ungrouped(let cases):
            "\(some(cases)) belong to no group: each case needs one"
        case .twoGroups(let identifier, let groups, let path):
            "\(path): \(identifier) is in the groups \(groups.joined(separator: " and ")): keep one of them"
        case .column(let name, let columns, let path):
            "\(path): there is no column \(name): the columns are \(columns.joined(separator: ", "))"
        }
    }
}
