/// How wide a text is at most, as nothing here can ask the reader's font.
///
/// Widths of DejaVu Sans, one of the widest sans-serif fonts, rounded up: boxes fit other fonts too.
func textWidth(_ text: String, size: Double, bold: Bool = false) -> Double {
    size * (bold ? 1.12 : 1) * text.reduce(0) { $0 + widthInEms($1) }
}

private func widthInEms(_ character: Character) -> Double {
    switch character {
    case "i", "j", "l", ".", ",", ":", ";", "'", "|", "!", " ", "I", "·": 0.35
    case "f", "t", "r", "(", ")", "[", "]", "-", "/", "J": 0.42
    case "m", "M", "W", "@", "%", "–", "—", "…": 1.01
    case "w", "+", "=", "<", ">", "×", "→", "±": 0.84
    case "A"..."Z": 0.79
    case _ where character.isASCII: 0.65
    default: 1.4
    }
}

/// Breaks a text between words into lines no wider than asked, except for longer words.
func wrapped(_ text: String, width: Double, size: Double) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
        let longer = (lines.last.map { $0 + " " } ?? "") + word
        if !lines.isEmpty, textWidth(longer, size: size) <= width {
            lines[lines.count - 1] = longer
        } else {
            lines.append(String(word))
        }
    }
}
