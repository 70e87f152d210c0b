import Glibc

/// A count with its noun: `1 case`, `2 cases`.
package func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)" + (count == 1 ? "" : "s")
}

/// A list of words: `a, b and c`.
package func listed(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
}

/// The first words of a list, and the number of the others: `a, b and 3 more`.
package func some(_ words: [String], limit: Int = 5) -> String {
    let shown = words.prefix(limit).joined(separator: ", ")
    return words.count > limit ? shown + " and \(words.count - limit) more" : shown
}

/// A whole number with zeros before it, so that names sort as numbers do: `0007`.
package func padded(_ number: some BinaryInteger, to digits: Int, radix: Int = 10) -> String {
    let text = String(number, radix: radix)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// A number with four significant digits, and with all digits of its whole part: `0.001235`, `12.35`, `32767`.
package func significant(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var scale = 1.0
    while abs(value) * scale < 1000, scale < 1e15 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
}

/// A number with a fixed number of decimals: `0.870`.
package func decimal(_ number: Double, _ places: Int = 3) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
    let scale = pow(10, Double(places))
    let whole = Int((abs(number) * scale).rounded())
    let sign = number < 0 && whole > 0 ? "-" : ""
    let digits = "\(whole % Int(scale))"
    guard places > 0 else { return sign + "\(whole)" }
    let zeros = String(repeating: "0", count: places - digits.count)
    return sign + "\(whole / Int(scale))." + zeros + digits
}

/// Digits in groups of three, with commas: `141,178,800`.
package func grouped(_ digits: String) -> String {
    var groups: [Substring] = []
    var rest = digits[...]
    while !rest.isEmpty {
        groups.insert(rest.suffix(3), at: 0)
        rest = rest.dropLast(3)
    }
    return groups.joined(separator: ",")
}

package func grouped(_ number: Int) -> String {
    grouped("\(number)")
}

/// A duration in seconds as text: `40 s`, `12 min`, `5 h 20 min`.
package func duration(_ seconds: Double) -> String {
    let minutes = Int((seconds / 60).rounded())
    if seconds < 90 { return "\(Int(seconds.rounded())) s" }
    return minutes < 90 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
}

/// Where a duration likely is: `12 to 20 min`, `50 s to 2 min`.
package func duration(_ range: ClosedRange<Double>) -> String {
    let (low, high) = (duration(range.lowerBound), duration(range.upperBound))
    guard low != high else { return low }
    let (first, last) = (low.split(separator: " "), high.split(separator: " "))
    let isOfOneUnit = first.count == 2 && last.count == 2 && first[1] == last[1]
    return "\(isOfOneUnit ? String(first[0]) : low) to \(high)"
}

extension String {
    /// The text fit for one line of a terminal.
    ///
    /// Names and headers may hold characters that control a terminal; they are shown as `\n`, `\t`, `\x1B` or
    /// `\u{202E}`.
    package var printable: String {
        guard !unicodeScalars.allSatisfy(\.isPrintable) else { return self }
        return unicodeScalars.map(\.printable).joined()
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    fileprivate var printable: String {
        guard !isPrintable else { return String(self) }
        switch self {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let digits = String(value, radix: 16, uppercase: true)
            return value < 256
                ? "\\x" + (digits.count < 2 ? "0" : "") + digits : "\\u{\(digits)}"
        }
    }
}

/// A path, or another word, as a shell reads it.
package func shellQuoted(_ path: String) -> String {
    let isPlain = path.allSatisfy { $0.isLetter || $0.isNumber || "/._-+~".contains($0) }
    guard !isPlain else { return path }
    let parts = path.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\\''") + "'"
}
