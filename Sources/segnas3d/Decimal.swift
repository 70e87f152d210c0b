import Glibc

/// A number with so many decimals: `0.870`.
func decimal(_ number: Double, _ places: Int = 3) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
    let scale = pow(10, Double(places))
    let whole = Int((abs(number) * scale).rounded())
    let sign = number < 0 && whole > 0 ? "-" : ""
    let digits = "\(whole % Int(scale))"
    guard places > 0 else { return sign + "\(whole)" }
    let zeros = String(repeating: "0", count: places - digits.count)
    return sign + "\(whole / Int(scale))." + zeros + digits
}
