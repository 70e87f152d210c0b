internal import SegNASHost

/// Which cases must stay together in one part of a split, such as the scans of one patient.
public enum SplitGroups: Hashable, Sendable {
    /// A regular expression; cases for which its first capture (or the whole match) is the same are a group.
    case pattern(String)
    /// A table with a row for each case: its name in the first column, its group in the named one.
    case table(path: String, column: String)

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
            }
        let ungrouped = cases.filter { found[$0] == nil }
        guard ungrouped.isEmpty else { throw .ungrouped(ungrouped) }
        return found
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
            groups[row[0]] = row[index]
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
