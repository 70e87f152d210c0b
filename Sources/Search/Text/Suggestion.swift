/// What to write instead of an unknown name: the one that was probably meant, else the first ones.
func advice(for text: String, among names: [String]) -> String {
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
    guard let least = distances.min(), 3 * least <= typed.count else { return nil }
    return distances.firstIndex(of: least).map { names[$0] }
}

/// How many letters to insert, delete or replace (Levenshtein), one row of the table at a time.
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
