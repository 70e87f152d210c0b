#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Numbers as people read them.

/// Four significant digits, fewer where they say as much; no digit of a whole number is lost: `0.001235`, `12.35`, `32767`.
package func significant(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
    var scale = 1.0
    while abs(value) * scale < 1000, scale < 1e15 { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
}

/// A number with so many decimals: `0.870`.
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

/// Digits in groups of three: `141,178,800`.
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

/// A length of time: `40 s`, `12 min`, `5 h 20 min`.
package func duration(_ seconds: Double) -> String {
    let minutes = Int((seconds / 60).rounded())
    if seconds < 90 { return "\(Int(seconds.rounded())) s" }
    return minutes < 90 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
}
