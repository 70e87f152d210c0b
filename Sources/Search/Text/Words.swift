/// The text of a user in an error: in quotes, cut where it is long, without control characters.
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
