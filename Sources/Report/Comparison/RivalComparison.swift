internal import SegNASHost
internal import SegNASSearch
public import SegNASStudy

/// How the network that a study delivers compares with another one of the study, by their trainings in the search, or
/// both trained again, and over the same validation cases.
///
/// Both were trained alike, but the delivered one was chosen by these very cases: what looks a little better need not
/// be.
public struct RivalComparison: Hashable, Sendable, Encodable {
    public let rival: Rival
    /// The trial of the rival; nil if there is none.
    public let trial: Int?
    /// The validation Dice of the rival, in the search or trained again.
    public let dice: Double?
    /// True if both were trained again when the search was over.
    public let isTrainedAgain: Bool
    /// The number of networks of which the rival is the best; nil for a single one.
    public let networks: Int?
    /// The Dice of the delivered network minus the rival's; nil if it is not known.
    public let difference: PairedDifference?
    public let verdict: Verdict

    public enum Rival: String, Encodable, Sendable {
        /// The network that the search began with.
        case baseline
        /// The best of those that were drawn at random: a random search.
        case random
    }

    public enum Verdict: String, Encodable, Sendable {
        case better, worse
        /// They cannot be told apart.
        case notShown
        /// The delivered network is the rival itself.
        case same
        /// There is no rival, or too few networks were drawn at random to be one.
        case noRival
        /// The Dice of each case is not known.
        case unknown
    }

    /// The networks that a random search needs at least, to say something of it.
    static let minNetworks = 5

    /// The comparisons of a study.
    ///
    /// - Parameters:
    ///   - best: The trial whose network is delivered.
    ///   - rivals: The trials to compare it with.
    ///   - plan: The plan of the study.
    ///   - candidates: What several networks came to that were trained again; nil if none of them is delivered.
    ///   - folder: The study, whose files have the Dice of each case.
    /// - Returns: With the first network and with the best drawn at random; of a random search with the first alone.
    public static func all(
        of best: Trial, _ rivals: Rivals, _ plan: StudyPlan, candidates: FinalCandidates?,
        in folder: StudyFolder
    ) -> [RivalComparison] {
        func caseDice(_ trial: Trial) -> [Double?]? {
            folder.caseDice(of: trial, rungs: plan.rungs)
        }
        let baseline =
            candidates?.baseline.map { RivalComparison(best, trainedAgain: $0) }
            ?? RivalComparison(best, .baseline, rivals.baseline, caseDice: caseDice)
        guard plan.sampler.method != .random else { return [baseline] }
        let isEnough = rivals.randomCount >= minNetworks
        return [
            baseline,
            RivalComparison(
                best, .random, isEnough ? rivals.random : nil, networks: rivals.randomCount,
                caseDice: caseDice),
        ]
    }

    init(
        _ best: Trial, _ rival: Rival, _ trial: Trial?, networks: Int? = nil,
        caseDice: (Trial) -> [Double?]?
    ) {
        self.rival = rival
        self.networks = networks
        self.trial = trial?.number
        dice = trial?.dice
        isTrainedAgain = false
        guard let trial, trial.number != best.number else {
            difference = nil
            verdict = trial == nil ? .noRival : .same
            return
        }
        difference = caseDice(best).flatMap { first in
            caseDice(trial).flatMap { PairedDifference(first, minus: $0) }
        }
        verdict = Verdict(difference)
    }

    /// The comparison with the network that the search began with, both trained again.
    init(_ best: Trial, trainedAgain baseline: FinalCandidates.Baseline) {
        rival = .baseline
        networks = nil
        trial = baseline.trial
        dice = baseline.dice
        isTrainedAgain = true
        difference = baseline.difference
        verdict = baseline.trial == best.number ? .same : Verdict(baseline.difference)
    }

    private enum CodingKeys: String, CodingKey {
        case rival, trial, dice, networks, trainedAgain, difference, verdict, sentence
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rival, forKey: .rival)
        try container.encodeIfPresent(trial, forKey: .trial)
        try container.encodeIfPresent(dice, forKey: .dice)
        try container.encodeIfPresent(networks, forKey: .networks)
        if isTrainedAgain { try container.encode(true, forKey: .trainedAgain) }
        try container.encodeIfPresent(difference, forKey: .difference)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(sentence, forKey: .sentence)
    }
}

extension RivalComparison.Verdict {
    /// That of two different networks.
    fileprivate init(_ difference: PairedDifference?) {
        self =
            difference.map { difference in
                guard difference.isShown else { return .notShown }
                return difference.mean > 0 ? .better : .worse
            } ?? .unknown
    }
}

extension RivalComparison {
    /// What follows, in a sentence.
    public var sentence: String {
        guard let trial else { return none }
        let name =
            "\(self.name), trial \(trial)" + (isTrainedAgain ? ", both trained again" : "")
        switch verdict {
        case .same, .noRival:
            return rival == .baseline
                ? "The delivered network is the one that the search began with, trial \(trial): "
                    + (isTrainedAgain
                        ? "trained again, no other has a higher Dice."
                        : "it has found no better one.")
                : "The delivered network, trial \(trial), was itself drawn at random: "
                    + "proposals that were not have found no better one."
        case .unknown:
            return "Whether the delivered network is better than \(name), is not known: "
                + "the Dice of each case was not recorded when they were trained."
        case .better, .worse, .notShown: return "\(judgement(name)): \(words)."
        }
    }

    /// A sentence that says with what the delivered network is no better; nil if it is better than all that is known.
    static func plainWords(_ comparisons: [RivalComparison]) -> String? {
        let equals = comparisons.filter { $0.trial != nil && $0.verdict != .better }
        let names = equals.map { comparison in
            switch comparison.rival {
            case .baseline: "the network that the search began with"
            case .random: "the best of \(comparison.networks ?? 0) drawn at random"
            }
        }
        guard !names.isEmpty else { return nil }
        return "It is not shown to be better than \(listed(names)), on the validation cases."
    }

    private var words: String { difference?.words ?? "" }

    private func judgement(_ name: String) -> String {
        switch verdict {
        case .better: "The delivered network is better than \(name)"
        case .worse: "The delivered network is worse than \(name)"
        default:
            difference?.hasTooFewCases == true
                ? "The validation cases are too few to tell the delivered network from \(name)"
                : "The delivered network is no better than \(name), as far as the validation cases tell"
        }
    }

    private var name: String {
        switch rival {
        case .baseline: "the one that the search began with"
        case .random: "the best of \(networks ?? 0) drawn at random"
        }
    }

    private var none: String {
        switch rival {
        case .baseline:
            "The delivered network cannot be compared with a baseline: "
                + "no given or usual first network was trained to the end."
        case .random:
            (networks ?? 0) < Self.minNetworks
                ? "The delivered network cannot be compared with a random search: "
                    + "\(counted(networks ?? 0, "network")) drawn at random "
                    + "\(networks == 1 ? "was" : "were") trained, and \(Self.minNetworks) are needed."
                : "The delivered network cannot be compared with a random search: "
                    + "none of the \(networks ?? 0) networks that were drawn at random was trained to the end."
        }
    }
}
