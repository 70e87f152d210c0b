public import SegNASHost

/// Why a dataset cannot be divided as it was asked.
public enum SplitError: Error, Equatable, Sendable {
    case notASplit(String)
    case shares([Double])
    /// A part of the split has no case.
    case empty(Split.Part, cases: Int, groups: Int?)
    case file(String, TextFileFault)
    case notJSON(String)
    case notSplits(String)
    case noSuchSplit(index: Int, of: Int, String)
    /// Cases of a split, of so many, that the dataset lacks.
    case unknownCases([String], of: Int, String)
    case inTwoParts([String], String)
    case noFolds
    case noSuchFold(Int, folds: [Int])
    case noLists
    case pattern(String)
    /// Cases that belong to no group.
    case ungrouped([String])
    case column(String, columns: [String], String)
}

extension SplitError: CustomStringConvertible {
    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .notASplit(let text):
            "'\(text)' is no split: give percent as 50/20/30, all, folds, listed, or a .json file"
        case .shares(let shares):
            """
            the shares \(shares.map(significant).joined(separator: "/")) must not be negative, sum to 100, and leave some \
            for training
            """
        case .empty(let part, let cases, let groups):
            """
            \(cases) cases\(groups.map { " in \($0) groups" } ?? "") leave none for \(part.rawValue): \
            give it a larger share, or more cases
            """
        case .file(let path, let fault): "\(path): \(fault)"
        case .notJSON(let path): "\(path): is not JSON"
        case .notSplits(let path):
            "\(path): must be a list such as [{\"train\": [\"case\"], \"val\": [\"case\"]}]"
        case .noSuchSplit(let index, let count, let path):
            "\(path): there is no split \(index): the file has \(count), counted from 0"
        case .unknownCases(let cases, let count, let path):
            """
            \(path): the dataset has no labelled case \(some(cases)): \(cases.count) of the \(count) that the split names are \
            not there; is it the split of this dataset?
            """
        case .inTwoParts(let cases, let path): "\(path): \(some(cases)) must be in one part only"
        case .noFolds:
            "the dataset's list has no folds: add \"fold\" to its cases, or give 50/20/30"
        case .noSuchFold(let fold, let folds):
            "no case has fold \(fold): the folds are \(folds.map(String.init).joined(separator: ", "))"
        case .noLists: "the dataset lists no \"validation\" or \"testing\" cases: give 50/20/30"
        case .pattern(let text): "the pattern '\(text)' is no regular expression"
        case .ungrouped(let cases):
            "\(some(cases)) belong to no group: each case needs one"
        case .column(let name, let columns, let path):
            "\(path): there is no column \(name): the columns are \(columns.joined(separator: ", "))"
        }
    }
}
