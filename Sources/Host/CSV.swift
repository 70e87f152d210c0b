/// A table of comma-separated values as in RFC 4180.
package struct CSV {
    package private(set) var text = ""

    /// - Parameter header: The names of the columns.
    package init(header: [String]) {
        append(header)
    }

    package mutating func append(_ values: [String]) {
        text += Self.line(values) + "\r\n"
    }

    /// A row without the end of its line, which is a carriage return and a line feed.
    package static func line(_ values: [String]) -> String {
        values.map(field).joined(separator: ",")
    }

    /// The value, in quotes if it has separators or spaces at its ends.
    private static func field(_ value: String) -> String {
        let isPlain = value.unicodeScalars.allSatisfy { !",\"\r\n".unicodeScalars.contains($0) }
        guard !isPlain || value.first == " " || value.last == " " else { return value }
        let doubled = value.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }
        return "\"" + doubled.joined() + "\""
    }
}

extension CSV {
    /// The rows of a table, the header too; an unfinished one at the end, as a killed process leaves it, is left out.
    package static func rows(of text: String) -> [[String]] {
        var rows: [[String]] = []
        var row = [""]
        var isQuoted = false
        // Characters would take the two of a line's end for one, and an accent behind a quote for a part of it.
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            switch scalar {
            case "\"" where isQuoted && next == "\"":
                row[row.count - 1] += "\""
                next = scalars.next()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: row.append("")
            case "\n" where !isQuoted:
                // A line without anything is no row.
                if row != [""] { rows.append(row) }
                row = [""]
            case "\r" where !isQuoted && next == "\n": break
            default: row[row.count - 1].unicodeScalars.append(scalar)
            }
        }
        return rows
    }
}
