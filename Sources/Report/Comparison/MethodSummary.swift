internal import SegNASDatasets

/// What a method came to over the splits.
struct MethodSummary {
    /// Its place among the methods.
    let index: Int
    let name: String
    /// One for each split of the comparison; nil where it is not known yet.
    let outcomes: [Comparison.Outcome?]

    /// - Parameters:
    ///   - method: Its outcomes on the first splits, or on all.
    ///   - index: Its place among the methods.
    ///   - splits: How many there are.
    init(_ method: Comparison.Method, index: Int, splits: Int) {
        self.index = index
        name = method.name
        let unknown = [Comparison.Outcome?](repeating: nil, count: splits - method.outcomes.count)
        outcomes = method.outcomes + unknown
    }

    /// By the index of their split.
    var results: [(split: Int, result: Comparison.Result)] {
        outcomes.enumerated().compactMap { split, outcome in
            if case .judged(let result)? = outcome { (split, result) } else { nil }
        }
    }

    /// Of the test Dice of splits.
    var dice: Spread? {
        Spread(results.compactMap { $0.result.test?.foreground[.dice]?.mean })
    }

    var parameters: Spread? { Spread(results.map { Double($0.result.parameters) }) }

    var seconds: Spread? { Spread(results.map(\.result.seconds)) }

    /// Of the means of splits of a label's Dice over the cases in which it is defined.
    func dice(ofLabel value: Int) -> Spread? {
        Spread(
            results.compactMap { _, result in
                result.test?.labelStatistics.first { $0.label.value == value }?
                    .metrics[.dice]?.mean
            })
    }

    // MARK: - Splits without a network

    var outOfMemory: Int {
        outcomes.count { if case .outOfMemory? = $0 { true } else { false } }
    }

    var failed: Int {
        outcomes.count { if case .failed? = $0 { true } else { false } }
    }

    var known: Int { outcomes.count { $0 != nil } }
}

extension Comparison {
    /// How many splits there are: as many as the method with the most of them has.
    var splits: Int { methods.map(\.outcomes.count).max() ?? 0 }

    /// In the order of the methods.
    var summaries: [MethodSummary] {
        methods.enumerated().map { MethodSummary($1, index: $0, splits: splits) }
    }

    /// What a split is called, as its folder is.
    func name(ofSplit index: Int) -> String { "\(firstSplit + index)" }

    /// Outcomes that are known, and all there are to be.
    var progress: (known: Int, all: Int) {
        (summaries.reduce(0) { $0 + $1.known }, methods.count * splits)
    }

    /// Its days are counted of this.
    var device: String { isOnGPU ? "GPU" : "CPU" }
}
