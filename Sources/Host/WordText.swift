// Counts and lists as people read them.

/// `1 case`, `2 cases`.
package func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)" + (count == 1 ? "" : "s")
}

/// `a, b and c`.
package func listed(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
}

/// The first ones of many: `a, b and 3 more`.
package func some(_ words: [String], limit: Int = 5) -> String {
    let shown = words.prefix(limit).joined(separator: ", ")
    return words.count > limit ? shown + " and \(words.count - limit) more" : shown
}

/// A whole number with zeros before it, so that names sort as numbers do: `0007`.
package func padded(_ number: some BinaryInteger, to digits: Int, radix: Int = 10) -> String {
    let text = String(number, radix: radix)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
