internal import SegNASHost

extension MethodSummary {
    /// Of what splits there is no result, if there is one of others: `2 of 3 splits; OOM in 1 of 3`.
    var gaps: String {
        let count = outcomes.count
        return [
            known < count ? "\(known) of \(count) splits" : nil,
            outOfMemory > 0 ? "OOM in \(outOfMemory) of \(count)" : nil,
            failed > 0 ? "failed in \(failed) of \(count)" : nil,
        ].compactMap { $0 }.joined(separator: "; ")
    }

    /// What it came to where it has no test Dice.
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
    /// Why there is no network or no test, as a phrase; nil where there is both.
    var trouble: String? {
        switch self {
        case .judged(let result): result.test == nil ? "there are no test cases" : nil
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
