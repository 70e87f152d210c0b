import Glibc
internal import SegNASHost
internal import SegNASSearch

/// Prints what 3, 8 and 16 evaluations in flight cost controlled random search, and what random search reaches: medians
/// of 200 searches, and the probability that the one with one in flight is no better.
@main
enum MeasureSearch {
    static let counts = [300, 3000]
    static let seeds = 200

    static func main() throws {
        print("| function | evaluations | 1 | 3 | 8 | 16 | random |")
        print("|---|---|---|---|---|---|---|")
        for function in TestFunction.allCases {
            let serial = best(function, .crs, 1)
            let others =
                [3, 8, 16].map { best(function, .crs, $0) } + [best(function, .random, 1)]
            for (index, count) in counts.enumerated() {
                let one = serial.map { $0[index] }
                let cells = others.map { other in
                    let values = other.map { $0[index] }
                    return "\(rounded(median(values))) (\(probability(mannWhitney(one, values))))"
                }
                print(
                    "| \(function.rawValue) | \(count) | \(rounded(median(one))) | "
                        + cells.joined(separator: " | ") + " |")
            }
        }
    }

    /// The best values after each count, for each seed.
    private static func best(
        _ function: TestFunction, _ method: SamplerPlan.Method, _ slots: Int
    ) -> [[Double]] {
        concurrentMap(seeds, threads: HostResources.current().cores) { seed in
            let plan = SamplerPlan(method: method, seed: UInt64(seed))
            return (try? bestValues(of: function, plan, inFlight: slots, after: counts)) ?? []
        }
    }

    private static func probability(_ p: Double) -> String {
        p < 0.001 ? "<0.001" : "\((p * 1000).rounded() / 1000)"
    }

    /// Three significant digits.
    private static func rounded(_ value: Double) -> String {
        guard value != 0 else { return "0" }
        var scale = 1.0
        while abs(value) * scale < 100, scale < 1e9 { scale *= 10 }
        let result = (value * scale).rounded() / scale
        return result == result.rounded() ? "\(Int(result))" : "\(result)"
    }
}

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
