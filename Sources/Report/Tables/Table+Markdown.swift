internal import SegNASHost

extension Table {
    /// As GitHub Flavored Markdown, its columns padded so that it can be read as it stands.
    var markdown: String {
        let lines = [columns.map { RichText($0.title).markdown }] + lines.map { $0.map(\.markdown) }
        let widths = columns.indices.map { column in
            max(3, lines.map { $0[column].count }.max() ?? 0)
        }
        let rule = zip(columns, widths).map { column, width in
            String(repeating: "-", count: width - 1) + (column.isNumber ? ":" : "-")
        }
        let padded = lines.map { line in
            columns.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - line[column].count)
                return columns[column].isNumber ? space + line[column] : line[column] + space
            }
        }
        return ([padded[0], rule] + padded.dropFirst()).map { cells in
            "| " + cells.joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }
}

extension RichText {
    var markdown: String {
        written { part in
            switch part.mark {
            case nil: escapedForMarkdown(part.text)
            case .strong: "**\(escapedForMarkdown(part.text))**"
            case .struck: "~~\(escapedForMarkdown(part.text))~~"
            }
        }
    }
}

/// Text in which nothing is taken for markup, on one line; what cannot be is left as it is, to be read as it stands.
func escapedForMarkdown(_ text: String) -> String {
    let characters = Array(text.printable.unicodeScalars)
    return characters.indices.map { index in
        let character = characters[index]
        let next = index + 1 < characters.count ? characters[index + 1] : " "
        let last = index > 0 ? characters[index - 1] : " "
        let isMarkup =
            switch character {
            case "\\", "|", "*", "`", "[", "]", "~": true
            case "<", "&": next.properties.isAlphabetic || "/!?#".unicodeScalars.contains(next)
            case "_": !isOfWord(last) || !isOfWord(next)
            default: false
            }
        return isMarkup ? "\\\(character)" : "\(character)"
    }.joined()
}

private func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
}
