/// A user's text as errors show it: in quotes, shortened, without control characters.
func quoted(_ text: String) -> String {
    shortened(text).debugDescription
}

func shortened(_ text: String) -> String {
    let longest = 40
    return text.count > longest ? text.prefix(longest - 1) + "…" : text
}

/// The shortest text that reads back as the same value, whole numbers without a fraction: `3`, `0.001`.
func number(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
}

/// A suggestion for an unknown name: the one that was probably meant, else the first names.
package func advice(for text: String, among names: [String]) -> String {
    if let name = suggestion(for: text, among: names) { return "did you mean \(name)?" }
    let shown = names.prefix(12).joined(separator: ", ")
    return "the names are " + shown + (names.count > 12 ? ", …" : "")
}

/// The name that was probably meant, nil if none is close: at most one letter in three is wrong.
private func suggestion(for text: String, among names: [String]) -> String? {
    // Names are short, and the distance takes time in proportion to the length of the text.
    guard text.count <= 40 else { return nil }
    let typed = text.lowercased()
    let distances = names.map { editDistance(typed, $0) }
    guard let closest = distances.min(), 3 * closest <= typed.count else { return nil }
    return distances.firstIndex(of: closest).map { names[$0] }
}

/// The number of letters to insert, delete or replace (Levenshtein), one row of the table at a time.
private func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let replaced = diagonal + (letter == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
