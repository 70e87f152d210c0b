internal import SegNASHost
internal import Yams

/// A name and its value in a YAML mapping.
struct YAMLEntry {
    var name: String
    /// Counted from 1.
    var line: Int
    var value: Node
}

/// Reads YAML that is one mapping.
func yamlEntries(_ text: String) throws(SearchSpaceError.LocatedFault) -> [YAMLEntry] {
    guard text.utf8.count <= textFileLimit else {
        throw .init(line: nil, fault: .file(.tooLarge(limit: textFileLimit)))
    }
    guard aliasCount(text) <= mostAliases else {
        throw .init(line: nil, fault: .tooManyAliases(limit: mostAliases))
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

/// Aliases multiply what a file says: a chain of them would keep the parser busy for years.
private let mostAliases = 8

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
    /// The node as a person would write it, cut where it is long.
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

    /// Decimal digits only: YAML 1.1 would read 010 as 8.
    var wholeNumber: Int? { scalar.flatMap { Int($0.string) } }

    var truth: Int? { ["false": 0, "true": 1][shown] }

    var realNumber: Double? { scalar.flatMap { Double($0.string) } }
}
