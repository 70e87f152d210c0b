public import SegNASHost

/// Everything that is wrong with a file that describes a search space.
public struct SearchSpaceError: Error, Equatable, Sendable {
    /// The faults in the order of their lines.
    public var faults: [LocatedFault]
    /// Nil for text that does not come from a file.
    public var file: String?

    init(_ faults: [LocatedFault], file: String? = nil) {
        func order(_ item: LocatedFault) -> (Int, String) {
            (item.line ?? .max, item.fault.description)
        }
        self.faults = faults.sorted { order($0) < order($1) }
        self.file = file
    }

    public struct LocatedFault: Error, Equatable, Sendable {
        /// The line, counted from 1; nil if the fault is of the whole text.
        public var line: Int?
        public var fault: SearchSpaceFault
    }
}

/// One thing that is wrong with the description of a search space; `found` is shown as it stands there.
public enum SearchSpaceFault: Error, Equatable, Sendable {
    case file(TextFileFault)
    case tooManyAliases(limit: Int)
    case syntax(String)
    case duplicates([String])
    case noNames
    case unknownName(String)
    case schema(found: String)
    case base(found: String)
    case missing([String])
    case value(String, found: String)
    case emptyRange(String, found: String)
    case logarithmOfZero(String)
    case block(BlockGraphError)
    case nodesOfBlock(Int)
    case unusedEdge(Edge, nodes: Int)
    /// A dimension whose `when` is no mapping of categories to names.
    case condition(String, found: String)
    /// A dimension with a condition on what is no category of the space, or on one that has a condition.
    case conditionCategory(String, String)
    /// A dimension with a condition on a name that its category does not have.
    case conditionName(String, String, String, of: [String])
    /// A condition of a dimension that always has a value.
    case unconditional(String)
    /// One of several ranges of a dimension that has no condition.
    case rangeWithoutCondition(String, found: String)
    /// Two ranges of a dimension that both count where this holds: `when optimizer is sgd`.
    case overlappingRanges(String, String)
    /// Several ranges of names.
    case rangesOfNames(String)
    case nothingSearched
    case nothingLegal
}

extension SearchSpaceError: CustomStringConvertible {
    /// A line for each fault.
    public var description: String {
        faults.map { place($0.line) + $0.fault.description }.joined(separator: "\n")
    }

    private func place(_ line: Int?) -> String {
        switch (file, line) {
        case (let file?, let line?): "\(file):\(line): "
        case (let file?, nil): "\(file): "
        case (nil, let line?): "line \(line): "
        case (nil, nil): ""
        }
    }
}

extension SearchSpaceFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let fault): "\(fault)"
        case .tooManyAliases(let limit):
            "more than \(limit) words begin with *, as YAML's aliases do; write the values out"
        case .syntax(let problem): "no valid YAML: \(problem)"
        case .duplicates(let names) where names.allSatisfy({ Int($0) != nil }):
            "braces hold names; write a list in brackets, for example [2, 0, 2]"
        case .duplicates(let names): "\(listed(names.map(quoted))) appears more than once; keep one"
        case .noNames:
            "no search space: write a name and its values on each line, for example n: [8, 33]"
        case .unknownName(let name):
            "there is no \(quoted(name)); \(advice(for: name, among: SearchSpaceReader.names))"
        case .schema(let found):
            "schema is \(found), and it must be \(SearchSpaceReader.schema), the only one that this program reads"
        case .base(let found):
            "base is \(found), and it must be \(SearchSpace.Preset.names)"
        case .missing(let names):
            "there are no values for \(listed(names)); write a value or a range, or start from a preset with base: "
                + "segnas11"
        case .value(let name, let found): "\(name) is \(found), and it must be \(Self.rule(name))"
        case .emptyRange(let name, let found):
            "the range \(found) of \(name) is empty; its end must be larger than its start, and does not belong to it"
        case .logarithmOfZero(let name):
            "\(name) has a logarithmic scale, so its range must start above 0"
        case .block(let error): "ops: \(error)"
        case .nodesOfBlock(let nodes):
            "the block that ops or the base lists has \(nodes) nodes; remove nodes, or give ops a range"
        case .unusedEdge(let edge, let nodes):
            "op\(edge) is never used, as blocks have at most \(nodes) nodes; remove it, or raise nodes"
        case .condition(let name, let found):
            "the condition of \(name) is \(found), and it must name a category and what must be chosen of it, for "
                + "example when: {optimizer: sgd}"
        case .conditionCategory(let name, let category):
            "\(name) has a condition on \(quoted(category)), which is no category of this space without a condition of "
                + "its own; \(listed(Hyperparameter.categories)) can be such"
        case .conditionName(let name, let category, let other, let names):
            "\(name) has a condition on \(category) being \(quoted(other)), and the space has \(listed(names))"
        case .unconditional(let name):
            "\(name) cannot have a condition; settings of the training can: "
                + listed(Hyperparameter.allCases.map(\.rawValue))
        case .rangeWithoutCondition(let name, let found):
            "\(found) of \(name) has no condition, and each of several ranges must have one, for example {from: 0.003, "
                + "to: 0.03, when: {optimizer: sgd}}"
        case .overlappingRanges(let name, let words):
            "\(name) has two ranges \(words); change their conditions, so that one counts at a time"
        case .rangesOfNames(let name):
            "\(name) has names and not numbers, so it cannot have several ranges; write one list, with one condition "
                + "if need be"
        case .nothingSearched:
            "nothing is searched; give at least one name a range, for example n: [8, 33]"
        case .nothingLegal:
            "no block of this space is legal: only the first node may be a source, only the last a sink; allow more "
                + "operations"
        }
    }

    /// The rule for the values of a name.
    private static func rule(_ name: String) -> String {
        let limits = Dimension.Name(name)?.limits ?? .operation
        let range: String
        switch limits {
        case .whole: range = "[from, below]"
        case .real, .closed: range = "{from: …, to: …, scale: linear or log}"
        case .choice, .sizes, .spacings:
            return "\(limits), or a list of different ones in brackets"
        }
        let rule = "\(limits), or a range \(range) of them"
        return name == "ops" ? rule + "; or the list of one block, for example [2, 0, 2]" : rule
    }
}
