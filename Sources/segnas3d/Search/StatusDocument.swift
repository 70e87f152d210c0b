internal import FoundationEssentials
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// The status of a study as text or JSON.
struct StatusDocument: Encodable {
    let schema = 1
    /// Trials with a result, and the number of trials, or of completed ones, to reach.
    let iterations: Int
    let budget: Budget
    /// The epochs of all trainings so far, and the number to reach; nil unless trials may stop at rungs.
    let epochs: Epochs?
    let sampler: SamplerPlan.Method
    /// The epochs of the rungs; nil if all trials are trained to the end.
    let rungs: [Int]?
    /// The number of devices among which each training divides its batches; nil for one.
    let devicesPerTrial: Int?
    /// Limits on the networks; nil for none.
    let limits: NetworkLimits?
    /// The earlier studies that a model learns from; nil for none.
    let warmStart: [WarmStart]?
    /// The number of trials in every state.
    let states: [String: Int]
    let best: Best?
    /// The network that the search began with; nil before it is trained to the end.
    let baseline: Baseline?
    /// What several networks that were trained again came to; nil if none of them is delivered.
    let candidates: FinalCandidates?
    /// What came of weighing an ensemble of several networks; nil if none was asked for.
    let ensemble: EnsembleOutcome?
    /// How the best network compares with the first one and with the best of those drawn at random; nil before there
    /// is one.
    let comparisons: [RivalComparison]?
    /// The epochs for which networks are trained again after the search; 0 for none.
    let finalEpochs: Int
    /// Of the search, without that.
    let secondsLeft: Double?
    /// The ends of where they likely are.
    let likelySecondsLeft: [Double]?
    /// Nil if no process is working on the study.
    var owner: StudyOwner?

    struct Budget: Encodable {
        var iterations: Int?
        var effectiveIterations: Int?
        var effectiveEpochs: Int?
    }

    struct WarmStart: Encodable {
        let study: String
        /// What was taken over of the networks that it had trained.
        let networks: Int
        let trained: Int
        /// Networks of another space.
        let outside: Int
        /// Settings of the training that count for nothing.
        let unshared: [String]

        fileprivate let words: String

        private enum CodingKeys: CodingKey {
            case study, networks, trained, outside, unshared
        }

        fileprivate init(_ study: EarlierStudy) {
            self.study = study.name
            networks = Set(study.networks.map(\.number)).count
            trained = study.trained
            outside = study.outside
            unshared = study.unshared.map { "\($0)" }
            words = study.words
        }
    }

    struct Epochs: Encodable {
        let done: Int
        let all: Int
    }

    struct Best: Encodable {
        let trial: Int
        let dice: Double?
        /// The Dice that a model of the search expects, and the ends of one standard deviation; nil without a model.
        let expectedDice: Double?
        let likelyDice: [Double]?
        let architecture: Architecture
        let hyperparameters: [String: HyperparameterValue]
    }

    struct Baseline: Encodable {
        let trial: Int
        let dice: Double?
    }

    init(_ status: StudyStatus, in folder: StudyFolder) {
        baseline = status.rivals.baseline.map { Baseline(trial: $0.number, dice: $0.dice) }
        let candidates = folder.finalCandidates(status.plan)
        self.candidates = candidates
        ensemble = status.best.flatMap { folder.ensembleOutcome($0.number) }
        comparisons = status.best.map {
            RivalComparison.all(
                of: $0, status.rivals, status.plan, candidates: candidates, in: folder)
        }
        iterations = status.iterations
        budget =
            switch status.plan.budget {
            case .iterations(let count): Budget(iterations: count)
            case .effectiveIterations(let count): Budget(effectiveIterations: count)
            case .effectiveEpochs(let count): Budget(effectiveEpochs: count)
            }
        epochs = status.epochs.map { Epochs(done: $0.done, all: $0.all) }
        rungs = status.plan.rungs
        sampler = status.plan.sampler.method
        let conditions = (try? RecordedConditions(status.plan, in: folder))?.asked
        devicesPerTrial = conditions?.workers.devicesPerTrial
        finalEpochs = conditions?.allFinalEpochs ?? 0
        limits = status.plan.sampler.limits
        warmStart = status.plan.sampler.earlier.map { $0.map(WarmStart.init) }
        states = Dictionary(
            uniqueKeysWithValues: status.plan.states.map {
                ($0.rawValue, status.counts[$0, default: 0])
            })
        best = status.best.map { trial in
            Best(
                trial: trial.number, dice: trial.end?.dice,
                expectedDice: status.expectation?.dice,
                likelyDice: status.expectation.map {
                    [$0.likely.lowerBound, $0.likely.upperBound]
                },
                architecture: trial.architecture,
                hyperparameters: Dictionary(
                    uniqueKeysWithValues: trial.hyperparameters.map { ($0.key.rawValue, $0.value) })
            )
        }
        secondsLeft = status.secondsLeft
        likelySecondsLeft = status.likelySecondsLeft.map { [$0.lowerBound, $0.upperBound] }
        owner = status.owner
    }

    func text() -> String {
        var lines = [progress]
        let occurring = TrialState.allCases.compactMap { state in
            states[state.rawValue].flatMap { $0 > 0 ? "\($0) \(Self.words(state))" : nil }
        }
        if !occurring.isEmpty { lines.append(occurring.joined(separator: ", ")) }
        if let best {
            let others = best.hyperparameters.sorted { $0.key < $1.key }
                .map { ", \($0.key) \($0.value.words)" }.joined()
            lines.append(
                "best so far: trial \(best.trial), Dice \(decimal(best.dice ?? 0))"
                    + "\(best.words), \(best.architecture)\(others)")
        }
        if let baseline, let dice = baseline.dice {
            lines.append(
                "baseline, the network that the search began with: trial \(baseline.trial), Dice \(decimal(dice))"
            )
        }
        if secondsLeft == 0 {
            lines += [candidates?.words, ensemble?.words].compactMap(\.self)
            lines += comparisons?.map(\.sentence) ?? []
        }
        if let devicesPerTrial, devicesPerTrial > 1 {
            lines.append("each network is trained on \(devicesPerTrial) devices")
        }
        if let limits { lines.append("limits: at most \(limits.words.joined(separator: ", "))") }
        lines += (warmStart ?? []).map { "warm start: \($0.words)" }
        if let owner { lines.append("\(owner) is working on it") }
        return lines.joined(separator: "\n")
    }

    private var progress: String {
        let goal =
            budget.iterations.map { " of \($0)" }
            ?? budget.effectiveIterations.map { ", until \($0) are completed" } ?? ""
        let final =
            finalEpochs > 0 ? ", then \(counted(finalEpochs, "epoch")) of the best network" : ""
        let left =
            likelySecondsLeft.map {
                $0[1] > 0 ? "; \(duration($0[0]...$0[1])) left\(final)" : "; search complete"
            } ?? ""
        if let epochs {
            return "\(counted(iterations, "trial")) done, \(grouped(epochs.done)) of "
                + "\(counted(epochs.all, "epoch")) trained\(left)"
        }
        return budget.iterations == nil
            ? "\(counted(iterations, "trial")) done\(goal)\(left)"
            : "\(iterations)\(goal) trials done\(left)"
    }

    private static func words(_ state: TrialState) -> String {
        state == .outOfMemory ? "out of memory" : state.rawValue
    }
}

extension StatusDocument.Best {
    /// What a model expects: ` (expected 0.803, likely 0.796 to 0.810)`.
    fileprivate var words: String {
        guard let expectedDice, let likelyDice else { return "" }
        return " (expected \(decimal(expectedDice)), likely \(decimal(likelyDice[0])) to "
            + "\(decimal(likelyDice[1])))"
    }
}
