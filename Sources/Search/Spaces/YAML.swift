internal import SegNASHost
internal import Yams

/// A name and its value in a YAML mapping.
struct YAMLEntry {
    var name: String
    /// The line, counted from 1.
    var line: Int
    var value: Node
}

/// Reads YAML that consists of one mapping.
func yamlEntries(_ text: String) throws(SearchSpaceError.LocatedFault) -> [YAMLEntry] {
    guard text.utf8.count <= textFileLimit else {
        throw .init(line: nil, fault: .file(.tooLarge(limit: textFileLimit)))
    }
    guard aliasCount(text) <= maxAliases else {
        throw .init(line: nil, fault: .tooManyAliases(limit: maxAliases))
    }
    let root: Node?
    do { root = try Parser(yaml: text, encoding: .utf8).singleRoot() } catch { throw .init(error) }
    guard let root, case .mapping(let mapping) = root else {
        throw .init(line: root?.mark?.line, fault: .noNames)
    }
    return mapping.map { key, value in
        YAMLEntry(name: key.scalar?.string ?? key.shown, line: key.mark?.line ?? 1, value: value)
    }
}

/// A name and its values in a YAML file that gives options.
package struct YAMLOption {
    package var name: String
    /// The line, counted from 1.
    package var line: Int
    /// One value, or those of a list, as they are written; nil for anything else.
    package var values: [String]?

    /// Reads YAML that consists of one mapping of names to values; an empty text has none.
    package static func all(in text: String) throws(YAMLFault) -> [YAMLOption] {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
        guard lines.contains(where: { !$0.isEmpty && !$0.hasPrefix("#") }) else { return [] }
        do {
            return try yamlEntries(text).map { entry in
                YAMLOption(name: entry.name, line: entry.line, values: entry.value.written)
            }
        } catch {
            let reason =
                error.fault == .noNames
                ? "no options: write a name and its value on each line, for example epochs: 30"
                : "\(error.fault)"
            throw YAMLFault(line: error.line, reason: reason)
        }
    }
}

/// What keeps a YAML file from being read.
package struct YAMLFault: Error {
    /// The line, counted from 1; nil if the fault is of the whole text.
    package var line: Int?
    package var reason: String
}

/// The most aliases in a file: they multiply its content, and a chain of them would keep the parser busy for years.
private let maxAliases = 8

/// Counts the stars before a name: all aliases, and perhaps words in comments.
private func aliasCount(_ text: String) -> Int {
    zip(text.utf8, text.utf8.dropFirst()).count { star, next in
        star == UInt8(ascii: "*") && next > UInt8(ascii: " ") && next != UInt8(ascii: "*")
    }
}

// MARK: - Faults of the parser

extension SearchSpaceError.LocatedFault {
    fileprivate init(_ error: any Error) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _):
            let start = context.map { "\($0.text) (line \($0.mark.line)), " } ?? ""
            self.init(line: mark.line, fault: .syntax(start + problem))
        case YamlError.composer(let context, let problem, let mark, _):
            let start = context.map { "\($0.text), " } ?? ""
            self.init(line: mark.line, fault: .syntax(start + problem))
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            self.init(line: context.mark.line, fault: .duplicates(duplicates))
        case YamlError.reader(let problem, let offset, _, let yaml):
            let line = offset.map { yaml.prefix($0).count(where: \.isNewline) + 1 }
            self.init(line: line, fault: .syntax(problem))
        default: self.init(line: nil, fault: .syntax("\(error)"))
        }
    }
}

// MARK: - Values

extension Node {
    /// The node as a person would write it, shortened.
    var shown: String {
        switch self {
        case .scalar(let scalar) where scalar.string.isEmpty: "empty"
        case .scalar(let scalar):
            // Without control characters.
            shortened(String(scalar.string.debugDescription.dropFirst().dropLast()))
        case .sequence(let items):
            shortened("[" + items.prefix(8).map(\.shown).joined(separator: ", ") + "]")
        case .mapping(let pairs):
            shortened(
                "{" + pairs.prefix(8).map { "\($0.shown): \($1.shown)" }.joined(separator: ", ")
                    + "}")
        case .alias: "an alias"
        }
    }

    /// The whole number in decimal digits: YAML 1.1 would read 010 as 8.
    var wholeNumber: Int? { scalar.flatMap { Int($0.string) } }

    /// A scalar, or the scalars of a list; nil for anything else.
    fileprivate var written: [String]? {
        guard let items = sequence else { return scalar.map { [$0.string] } }
        let scalars = items.compactMap { $0.scalar?.string }
        return scalars.count == items.count ? scalars : nil
    }

    var truth: Int? { ["false": 0, "true": 1][shown] }

    var realNumber: Double? { scalar.flatMap { Double($0.string) } }

    /// A name, or a list of different ones; nil for anything else.
    var names: [String]? {
        guard let items = sequence else { return scalar.map { [$0.string] } }
        let names = items.compactMap { $0.scalar?.string }
        let isList = names.count == items.count && !names.isEmpty && Set(names).count == names.count
        return isList ? names : nil
    }
}

/// Values, and what must hold for a dimension to have one of them: `when` beside `from` and `to`, or beside `values`.
struct ConditionalNode {
    var values: Node
    var conditions: [Dimension.Condition] = []

    init(_ node: Node, of name: Dimension.Name) throws(SearchSpaceFault) {
        values = node
        guard let parts = node.mapping, parts["when"] != nil || parts["values"] != nil else {
            return
        }
        guard case .hyperparameter = name else { throw .unconditional("\(name)") }
        guard let condition = parts["when"] else { throw .value("\(name)", found: node.shown) }
        conditions = try Self.conditions(condition, of: name)
        if let inner = parts["values"] {
            guard parts.count == 2, inner.mapping == nil else {
                throw .value("\(name)", found: node.shown)
            }
            values = inner
        } else {
            let others = parts.filter { $0.key.scalar?.string != "when" }
            values = .mapping(Node.Mapping(others.map { ($0.key, $0.value) }))
        }
    }

    private static func conditions(
        _ node: Node, of name: Dimension.Name
    ) throws(SearchSpaceFault) -> [Dimension.Condition] {
        let fault = SearchSpaceFault.condition("\(name)", found: node.shown)
        guard let parts = node.mapping, !parts.isEmpty else { throw fault }
        var conditions: [Dimension.Condition] = []
        for (key, value) in parts {
            guard let names = value.names else { throw fault }
            let text = key.scalar?.string ?? key.shown
            guard let category = Hyperparameter(rawValue: text), category.isCategory else {
                throw .conditionCategory("\(name)", text)
            }
            conditions.append(Dimension.Condition(category: category, names: names))
        }
        return conditions.sorted { $0.category.rawValue < $1.category.rawValue }
    }
}

extension ConditionalRange {
    init(_ node: Node, of name: Dimension.Name) throws(SearchSpaceFault) {
        let range = try ConditionalNode(node, of: name)
        guard !range.conditions.isEmpty else {
            throw .rangeWithoutCondition("\(name)", found: node.shown)
        }
        self.init(
            values: try Dimension.Values(range.values, of: name), conditions: range.conditions)
    }
}

extension Dimension.Values {
    /// Reads a value, or a range: `[from, below]` of whole numbers, `{from: 1e-4, to: 1e-2, scale: log}` of others; or
    /// the names of a category.
    init(_ node: Node, of name: Dimension.Name) throws(SearchSpaceFault) {
        switch name.limits {
        case .whole: try self.init(whole: node, name: "\(name)", limits: name.limits)
        case .real, .closed: try self.init(real: node, name: "\(name)", limits: name.limits)
        case .choice(let names):
            try self.init(names: node, of: name) { names.contains($0) ? $0 : nil }
        case .sizes: try self.init(names: node, of: name, read: GridChoice.size)
        case .spacings:
            try self.init(names: node, of: name) { text in
                text == GridChoice.planned ? SIMD3.zero : GridChoice.spacing(text)
            }
        }
    }

    /// Reads names that have different meanings.
    private init<Meaning: Hashable>(
        names node: Node, of name: Dimension.Name, read: (String) -> Meaning?
    ) throws(SearchSpaceFault) {
        let chosen = node.names ?? []
        let meanings = chosen.compactMap(read)
        guard !chosen.isEmpty, Set(meanings).count == chosen.count else {
            throw .value("\(name)", found: node.shown)
        }
        self = .categories(chosen)
    }

    fileprivate init(whole node: Node, name: String, limits: Limits) throws(SearchSpaceFault) {
        guard let items = node.sequence else {
            let value = node.wholeNumber ?? (name == "sup" || name == "res" ? node.truth : nil)
            try self.init(fixed: value.map(Double.init), of: node, name: name, limits: limits)
            return
        }
        let ends = items.compactMap(\.wholeNumber)
        guard items.count == 2, ends.count == 2 else { throw .value(name, found: node.shown) }
        guard ends[0] < ends[1] else { throw .emptyRange(name, found: node.shown) }
        guard limits.contains(Double(ends[0])), limits.contains(Double(ends[1] - 1)) else {
            throw .value(name, found: node.shown)
        }
        // A single value is not searched.
        self = ends[1] - ends[0] == 1 ? .fixed(Double(ends[0])) : .integers(ends[0]..<ends[1])
    }

    private init(real node: Node, name: String, limits: Limits) throws(SearchSpaceFault) {
        guard let parts = node.mapping else {
            try self.init(fixed: node.realNumber, of: node, name: name, limits: limits)
            return
        }
        let others = parts.keys.filter { !["from", "to", "scale"].contains($0.scalar?.string) }
        guard others.isEmpty, let from = parts["from"]?.realNumber,
            let to = parts["to"]?.realNumber,
            let scale = Dimension.Scale(rawValue: parts["scale"]?.shown ?? "linear")
        else { throw .value(name, found: node.shown) }
        guard limits.contains(from) else { throw .value(name, found: node.shown) }
        guard from < to else { throw .emptyRange(name, found: node.shown) }
        guard limits.contains(to.nextDown) else { throw .value(name, found: node.shown) }
        guard scale == .linear || from > 0 else { throw .logarithmOfZero(name) }
        self = .reals(from..<to, scale)
    }

    private init(
        fixed value: Double?, of node: Node, name: String, limits: Limits
    ) throws(SearchSpaceFault) {
        guard let value, limits.contains(value) else { throw .value(name, found: node.shown) }
        self = .fixed(value)
    }
}

extension SpaceSettings.Operations {
    /// Reads the list of one block, or values for every edge.
    ///
    /// A list of two is a range, as no block has two operations.
    init(_ node: Node) throws(SearchSpaceFault) {
        guard let items = node.sequence, items.count != 2 else {
            self = .every(try .init(whole: node, name: "ops", limits: .operation))
            return
        }
        let numbers = items.compactMap(\.wholeNumber)
        guard numbers.count == items.count else { throw .value("ops", found: node.shown) }
        do { self = .block(try BlockGraph(numbers)) } catch { throw .block(error) }
    }
}
