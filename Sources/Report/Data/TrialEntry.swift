internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// A trial as the page's tables and charts take it.
struct TrialEntry: Hashable, Encodable {
    let number: Int
    let state: TrialState
    /// The short form of the network, `n 21 p 3 sup 1 res 0 {2,0,2}`, and of its hyperparameters.
    let form: String
    let parameters: Int?
    /// The multiply-adds of a forward pass.
    let operations: Int?
    /// The predicted bytes of a training step.
    let memory: UInt64?
    /// The validation Dice.
    let dice: Double?
    /// The Dice that a model of the search expects, and from where to where it is likely; nil without a model.
    let expectedDice: [Double]?
    /// The validation Dice of labels in the order of the report.
    let dicePerLabel: [Double?]
    /// The duration of its training; nil if it was not trained.
    let seconds: Double?
    /// Seconds of training of all trials up to its end.
    let elapsed: Double?
    let attempts: Int
    /// What it came to at each rung to which it was trained, or is; nil if all trials are trained to the end.
    let stages: [TrialStage]?
    /// The trial whose result it took.
    let source: Int?
    /// The reason why it has no result.
    let reason: String?
    /// The key of the drawing that shows why its block is illegal.
    let drawing: String?

    /// All trials of a study, with the Dice of labels in the order of their values.
    static func all(of record: StudySnapshot, labels: [Int]) -> [TrialEntry] {
        let elapsed = record.elapsedSeconds
        let stages = Dictionary(grouping: record.stages, by: \.trial)
        return record.trials.map { trial in
            // A cached result includes the Dice of labels.
            let trained = trial.trial.source.map { record.trials[$0] } ?? trial
            return TrialEntry(
                trial, elapsed: elapsed[trial.number],
                expectation: record.expectations[trial.number],
                stages: record.plan.rungs.map { _ in
                    (stages[trial.number] ?? []).map { TrialStage($0, of: trial.trial) }
                },
                labels: labels.map { trained.dicePerLabel["\($0)"] })
        }
    }

    private init(
        _ record: TrialRecord, elapsed: Double?, expectation: Expectation?,
        stages: [TrialStage]?, labels: [Double?]
    ) {
        let trial = record.trial
        number = trial.number
        state = trial.state
        form = trial.form
        parameters = trial.cost?.parameters
        operations = trial.cost?.operations
        memory = trial.cost?.memory?.bytes
        dice = trial.dice
        expectedDice = expectation.map { [$0.dice, $0.likely.lowerBound, $0.likely.upperBound] }
        dicePerLabel = labels
        seconds = record.attempts > 0 ? record.seconds : nil
        self.elapsed = elapsed
        attempts = record.attempts
        self.stages = stages
        source = trial.source
        reason = trial.reason
        drawing = state == .illegal ? BlockFigure(illegal: trial)?.pattern : nil
    }
}

/// The training of a trial to a rung.
struct TrialStage: Hashable, Encodable {
    /// The epochs to which it is trained, those of lower rungs included.
    let epochs: Int
    /// The validation Dice there; nil if there is none.
    let dice: Double?
    /// Completed if it was trained so far; else that of the trial.
    let state: TrialState

    init(_ stage: Stage, of trial: Trial) {
        epochs = stage.epochs
        dice = stage.report?.dice
        state = stage.report?.isTrained == true ? .completed : trial.state
    }
}

extension StudySnapshot {
    /// The training time of all trials up to the end of each, in the order in which they ended.
    fileprivate var elapsedSeconds: [Int: Double] {
        let ended = trials.compactMap { trial in
            trial.trial.tellSerial.map { (serial: $0, trial: trial) }
        }
        var sum = 0.0
        var elapsed: [Int: Double] = [:]
        for (_, trial) in ended.sorted(by: { $0.serial < $1.serial }) {
            sum += trial.seconds
            elapsed[trial.number] = sum
        }
        return elapsed
    }
}

extension Trial {
    /// The short form of the network and its hyperparameters.
    package var form: String {
        let others = hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }
        return others.reduce("\(architecture)") { text, other in
            text + " \(other.key.rawValue) \(other.value.words)"
        }
    }

    /// The trial whose result it took; nil if it has its own.
    package var source: Int? {
        guard case .cached(let source, _)? = end else { return nil }
        return source
    }

    /// The reason why it was not completed; nil if it was, or may be.
    package var reason: String? {
        switch end {
        case .illegal(let reason)?: BlockFigure(illegal: self)?.faultWords ?? reason
        case .failed(let reason)?: reason
        case .outOfMemory(let shortage)?:
            "needs \(ByteCount(shortage.needed)) of \(ByteCount(shortage.limit))"
                + (shortage.kind == .predicted ? ", as predicted" : ", as tried")
        case .cached(let source, _)?: "the same network as trial \(source)"
        case .stopped?: "the budget was spent"
        case .completed?, nil: nil
        }
    }
}

/// The epochs of a training.
struct LearningCurve: Hashable, Encodable {
    let epochs: [Int]
    let loss: [Double?]
    let dice: [Double?]

    /// The most epochs of all trials together; more are thinned, as the page must open quickly.
    static let maxEpochs = 400_000

    /// The curves of trials by their numbers.
    static func all(of record: StudySnapshot) -> [String: LearningCurve] {
        let count = record.trials.reduce(0) { $0 + $1.epochs.count }
        let step = max(1, (count + maxEpochs - 1) / maxEpochs)
        let trained = record.trials.filter { !$0.epochs.isEmpty }
        return Dictionary(
            uniqueKeysWithValues: trained.map { ("\($0.number)", LearningCurve($0, step: step)) })
    }

    /// Takes every `step`-th epoch, the last among them.
    init(_ trial: TrialRecord, step: Int = 1) {
        let shown = trial.epochs.reversed().enumerated().filter { $0.offset % step == 0 }
            .map(\.element).reversed()
        epochs = shown.map(\.number)
        loss = shown.map { rounded($0.loss) }
        dice = shown.map { rounded($0.dice) }
    }
}

/// The value with five decimals, more than a chart shows; nil if it is not finite, which JSON cannot write.
private func rounded(_ value: Double) -> Double? {
    value.isFinite ? (value * 1e5).rounded() / 1e5 : nil
}

extension TrialState {
    /// The name of the state on a page, as `segnas3d status` has it.
    var words: String { self == .outOfMemory ? "out of memory" : rawValue }
}
