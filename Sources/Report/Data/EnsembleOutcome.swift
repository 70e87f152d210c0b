internal import SegNASHost

/// What came of weighing several networks of a search, on the validation cases.
public struct EnsembleOutcome: Hashable, Codable, Sendable {
    private(set) var schema = 1
    /// All networks that were weighed, in the order of their ranking, and how much each counts, together 1.
    public let members: [Member]
    /// The mean validation Dice of the ensemble.
    public let dice: Double
    /// The trial of the best single network on these cases, and its Dice.
    public let single: Int
    public let singleDice: Double
    /// The Dice of the ensemble minus that of the single network, over the cases; nil if it is not known.
    public let difference: PairedDifference?
    /// True if the ensemble is the model of the study.
    public private(set) var isWritten: Bool

    public struct Member: Hashable, Codable, Sendable {
        public let trial: Int
        /// The checksum of the model's weights.
        public let model: String
        public let weight: Double

        public init(trial: Int, model: String, weight: Double) {
            self.trial = trial
            self.model = model
            self.weight = weight
        }
    }

    /// What weights came to: the mean Dice, and that of each case.
    public struct Trial {
        public var weights: [Double]
        public var dice: Double
        public var caseDice: [Double?]?

        public init(weights: [Double], dice: Double, caseDice: [Double?]?) {
            self.weights = weights
            self.dice = dice
            self.caseDice = caseDice
        }

        fileprivate var size: Int { weights.count { $0 > 0 } }
    }

    /// Chooses the weights of the highest Dice; of equal ones those of the fewest networks, and then the first.
    ///
    /// - Parameters:
    ///   - trials: Weights, those of each single network among them.
    ///   - members: The trials and models, in the order of the weights.
    ///   - isForced: True if the ensemble is the model even where it is no better.
    public init(
        _ trials: [Trial], of members: [(trial: Int, model: String)], isForced: Bool
    ) {
        func best(_ trials: [Trial]) -> Trial? {
            let order = trials.indices.sorted { first, second in
                (-trials[first].dice, trials[first].size, first)
                    < (-trials[second].dice, trials[second].size, second)
            }
            return order.first.map { trials[$0] }
        }
        guard let mean = best(trials.filter { $0.size > 1 }),
            let alone = best(trials.filter { $0.size == 1 }),
            let index = alone.weights.firstIndex(where: { $0 > 0 })
        else { preconditionFailure("single networks and several are weighed") }
        self.members = zip(members, mean.weights).map {
            Member(trial: $0.trial, model: $0.model, weight: $1)
        }
        (dice, single, singleDice) = (mean.dice, members[index].trial, alone.dice)
        difference = mean.caseDice.flatMap { first in
            alone.caseDice.flatMap { PairedDifference(first, minus: $0) }
        }
        isWritten = isForced || Self.isBetter(difference)
    }

    /// The same, with an ensemble that is the model even where it is no better, or only where it is.
    public func forced(_ isForced: Bool) -> EnsembleOutcome {
        var outcome = self
        outcome.isWritten = isForced || Self.isBetter(difference)
        return outcome
    }

    /// True if the ensemble is shown to be better than the single network.
    private static func isBetter(_ difference: PairedDifference?) -> Bool {
        difference.map { $0.isShown && $0.mean > 0 } ?? false
    }

    /// What follows, in sentences.
    public var words: String {
        let parts = members.filter { $0.weight > 0 }.map {
            "trial \($0.trial) (\(decimal($0.weight, 2)))"
        }
        let means =
            "The mean of \(listed(parts)) has a Dice of \(decimal(dice, 4)) on the validation cases, "
            + "and the best of them, trial \(single), \(decimal(singleDice, 4))"
        let difference = difference.map { ": \($0.words)" } ?? ""
        guard !Self.isBetter(self.difference) else {
            return means + difference + ". The ensemble is the model."
        }
        return means + difference + ". It is not shown to be better"
            + (isWritten ? ", but is the model, as was asked for." : ": no ensemble is made.")
    }
}
