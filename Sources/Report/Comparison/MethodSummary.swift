internal import SegNASDatasets
internal import SegNASHost

/// The results of a method over the splits.
struct MethodSummary {
    /// The index among the methods.
    let index: Int
    let name: String
    /// An outcome for each split of the comparison; nil if it is not known yet.
    let outcomes: [Comparison.Outcome?]

    /// - Parameters:
    ///   - method: The method with its outcomes on the first splits, or on all.
    ///   - index: The index among the methods.
    ///   - splits: The number of splits.
    init(_ method: Comparison.Method, index: Int, splits: Int) {
        self.index = index
        name = method.name
        let unknown = [Comparison.Outcome?](repeating: nil, count: splits - method.outcomes.count)
        outcomes = method.outcomes + unknown
    }

    /// The results by the index of their split.
    var results: [(split: Int, result: Comparison.Result)] {
        outcomes.enumerated().compactMap { split, outcome in
            if case .evaluated(let result)? = outcome { (split, result) } else { nil }
        }
    }

    /// The spread of the test Dice over splits.
    var dice: Spread? {
        Spread(results.compactMap { $0.result.test?.foreground[.dice]?.mean })
    }

    var parameters: Spread? { Spread(results.map { Double($0.result.parameters) }) }

    var seconds: Spread? { Spread(results.map(\.result.seconds)) }

    /// The spread over splits of a label's mean Dice over the cases in which it is defined.
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
    /// The number of splits, which is that of the method with the most of them.
    var splits: Int { methods.map(\.outcomes.count).max() ?? 0 }

    /// The summaries in the order of the methods.
    var summaries: [MethodSummary] {
        methods.enumerated().map { MethodSummary($1, index: $0, splits: splits) }
    }

    /// The name of a split, which is that of its folder.
    func name(ofSplit index: Int) -> String { "\(firstSplit + index)" }

    /// The number of outcomes that are known, and of all.
    var progress: (known: Int, all: Int) {
        (summaries.reduce(0) { $0 + $1.known }, methods.count * splits)
    }

    /// The device whose days are counted.
    var device: String { isOnGPU ? "GPU" : "CPU" }
}

extension MethodSummary {
    /// The splits without a result, if others have one: `2 of 3 splits; OOM in 1 of 3`.
    var gaps: String {
        let count = outcomes.count
        return [
            known < count ? "\(known) of \(count) splits" : nil,
            outOfMemory > 0 ? "OOM in \(outOfMemory) of \(count)" : nil,
            failed > 0 ? "failed in \(failed) of \(count)" : nil,
        ].compactMap { $0 }.joined(separator: "; ")
    }

    /// The text for a method without a test Dice.
    var end: String {
        switch outcomes.count {
        case 0: absent
        case outOfMemory: "OOM"
        case failed: "failed"
        case _ where known == 0: "outstanding"
        case _ where gaps.isEmpty: absent
        default: "\(absent) (\(gaps))"
        }
    }
}

extension Comparison.Outcome {
    /// The reason why there is no network or no test, as a phrase; nil if there are both.
    var problem: String? {
        switch self {
        case .evaluated(let result): result.test == nil ? "there are no test cases" : nil
        case .outOfMemory(let needed?, let limit?):
            "out of memory (OOM): a training step needs \(needed) of \(limit)"
        case .outOfMemory(let needed?, nil):
            "out of memory (OOM): a training step needs \(needed)"
        case .outOfMemory(nil, let limit?): "out of memory (OOM), of which there were \(limit)"
        case .outOfMemory(nil, nil): "out of memory (OOM)"
        case .failed(let reason): reason.isEmpty ? "failed" : "failed: \(reason)"
        }
    }
}
