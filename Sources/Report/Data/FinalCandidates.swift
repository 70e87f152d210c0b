public import SegNASDatasets
internal import SegNASHost

/// What the best networks of a search came to when they were trained again, each with a seed that no trial had.
public struct FinalCandidates: Hashable, Codable, Sendable {
    private(set) var schema = 1
    /// The epochs of each training.
    public let epochs: Int
    /// The number of folds on which each was trained; nil for one division of the cases.
    public let folds: Int?
    /// The number of seeds with which each, or each fold, was trained; nil for one.
    public let seeds: Int?
    /// The networks by falling Dice: the first one is delivered.
    public let candidates: [Candidate]
    /// The trial whose network is delivered.
    public var chosen: Int { candidates[0].trial }
    /// The Dice of the first minus that of the second, over the cases; nil for a single network.
    public let difference: PairedDifference?
    /// The network that the search began with, if it is among them.
    public let baseline: Baseline?

    public struct Baseline: Hashable, Codable, Sendable {
        public let trial: Int
        public let dice: Double
        /// The Dice of the first minus its own, over the cases; nil if it is the first, or if that is not known.
        public let difference: PairedDifference?
    }

    public struct Candidate: Hashable, Codable, Sendable {
        public let trial: Int
        /// The validation Dice of the chosen epoch; of folds and seeds, that of all cases, each by the mean of the
        /// networks that have not seen it.
        public let dice: Double
    }

    /// What a network came to.
    public struct Outcome {
        public var trial: Int
        public var dice: Double
        /// The Dice of each case, in an order that is the same for all; nil if it is not known.
        public var caseDice: [Double?]?

        public init(trial: Int, dice: Double, caseDice: [Double?]?) {
            self.trial = trial
            self.dice = dice
            self.caseDice = caseDice
        }

        fileprivate func difference(to other: Outcome) -> PairedDifference? {
            caseDice.flatMap { first in
                other.caseDice.flatMap { PairedDifference(first, minus: $0) }
            }
        }
    }

    /// - Parameters:
    ///   - outcomes: At least one, in the order of their ranking in the search, which decides between equal Dice.
    ///   - epochs: The epochs of each training.
    ///   - trainings: The folds and seeds on which each was trained; nil for one training.
    ///   - baseline: The trial that the search began with.
    public init(
        _ outcomes: [Outcome], epochs: Int, trainings: FoldTrainings?, baseline: Int? = nil
    ) {
        precondition(!outcomes.isEmpty, "no network was trained again")
        self.epochs = epochs
        folds = trainings.flatMap { $0.folds == 1 ? nil : $0.folds }
        seeds = trainings.flatMap { $0.seeds == 1 ? nil : $0.seeds }
        let order = outcomes.indices.sorted { first, second in
            (-outcomes[first].dice, first) < (-outcomes[second].dice, second)
        }
        let sorted = order.map { outcomes[$0] }
        candidates = sorted.map { Candidate(trial: $0.trial, dice: $0.dice) }
        difference = sorted.dropFirst().first.flatMap { sorted[0].difference(to: $0) }
        self.baseline = sorted.first { $0.trial == baseline }.map { outcome in
            Baseline(
                trial: outcome.trial, dice: outcome.dice,
                difference: outcome.trial == sorted[0].trial
                    ? nil : sorted[0].difference(to: outcome))
        }
    }

    /// What follows, in sentences.
    public var words: String {
        let first = candidates[0]
        let isOne = folds == nil && seeds == nil
        let trainings = FoldTrainings(folds: folds ?? 1, seeds: seeds ?? 1)
        let training =
            "for \(counted(epochs, "epoch"))" + (isOne ? "" : " " + trainings.phrase)
        let kind = folds == nil ? "validation" : "cross-validated"
        guard candidates.count > 1 else {
            return "Of the best networks, trained again \(training), "
                + "only trial \(first.trial) has a result, a \(kind) Dice of \(decimal(first.dice, 4))."
        }
        let second = candidates[1]
        let others = baseline.map { ", trial \($0.trial) of the beginning among them" } ?? ""
        return "Of \(candidates.count) networks, trained again \(training)\(others), "
            + "trial \(first.trial) has the highest \(kind) Dice, \(decimal(first.dice, 4)), and is delivered; "
            + "next is trial \(second.trial) with \(decimal(second.dice, 4)). \(verdict)"
    }

    private var verdict: String {
        guard let difference else { return "Their difference over the cases is not known." }
        if difference.hasTooFewCases {
            return "They cannot be told apart by so few cases: \(difference.words)."
        }
        return difference.isShown
            ? "It is better: \(difference.words)."
            : "They cannot be told apart: \(difference.words)."
    }
}
