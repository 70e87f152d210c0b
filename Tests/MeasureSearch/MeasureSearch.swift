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
            let serial = least(function, .crs, 1)
            let others =
                [3, 8, 16].map { least(function, .crs, $0) } + [least(function, .random, 1)]
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

    /// For each seed the least values after each count.
    private static func least(
        _ function: TestFunction, _ method: SamplerPlan.Method, _ slots: Int
    ) -> [[Double]] {
        concurrentMap(seeds, threads: HostResources.current().cores) { seed in
            let plan = SamplerPlan(method: method, seed: UInt64(seed))
            return (try? leastValues(of: function, plan, inFlight: slots, after: counts)) ?? []
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
