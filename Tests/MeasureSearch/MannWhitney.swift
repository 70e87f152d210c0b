#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The probability that two samples of one distribution differ in rank as much as these: Mann & Whitney 1947.
///
/// Two-sided, normal approximation with corrections for ties and continuity, as scipy's `mannwhitneyu`.
package func mannWhitney(_ a: [Double], _ b: [Double]) -> Double {
    let all = (a.map { ($0, true) } + b.map { ($0, false) }).sorted { $0.0 < $1.0 }
    var (rankSum, ties) = (0.0, 0.0)
    var start = 0
    while start < all.count {
        var end = start
        while end < all.count, all[end].0 == all[start].0 { end += 1 }
        let count = Double(end - start)
        let rank = Double(start + end + 1) / 2
        rankSum += rank * Double(all[start..<end].count { $0.1 })
        ties += count * count * count - count
        start = end
    }
    let (n, m) = (Double(a.count), Double(b.count))
    let total = n + m
    let u = rankSum - n * (n + 1) / 2
    let variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    guard variance > 0 else { return 1 }
    let z = (abs(u - n * m / 2) - 0.5) / variance.squareRoot()
    return min(1, erfc(z / 2.0.squareRoot()))
}

/// The middle of a sample.
package func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}
