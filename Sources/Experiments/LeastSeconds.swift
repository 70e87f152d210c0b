/// The least time of so many calls, after one that warms up.
public func leastSeconds(repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
    try body()
    return try (0..<repetitions).reduce(.infinity) { least, _ in
        let start = ContinuousClock.now
        try body()
        return min(least, (ContinuousClock.now - start) / .seconds(1))
    }
}
