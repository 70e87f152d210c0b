internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// A trial as the page's tables and charts take it.
struct TrialEntry: Encodable {
    let number: Int
    let state: TrialState
    /// `n 21 p 3 sup 1 res 0 {2,0,2}`, and what else was searched.
    let form: String
    let parameters: Int?
    /// Bytes of a training step, predicted.
    let memory: UInt64?
    /// On validation cases.
    let dice: Double?
    /// In the order of the report's labels.
    let dicePerLabel: [Double?]
    /// Of its own training.
    let seconds: Double?
    /// Seconds of training that all trials had taken when its value became known.
    let elapsed: Double?
    let attempts: Int
    /// The trial whose result it took.
    let source: Int?
    /// Why it has no result.
    let reason: String?

    /// All trials of a study, their label's Dice in the order of values.
    static func all(of record: StudySnapshot, labels: [Int]) -> [TrialEntry] {
        let elapsed = record.elapsedSeconds
        return record.trials.map { trial in
            // Who took the result of another took all of it.
            let trained = trial.trial.source.map { record.trials[$0] } ?? trial
            return TrialEntry(
                trial, elapsed: elapsed[trial.number],
                labels: labels.map { trained.dicePerLabel["\($0)"] })
        }
    }

    private init(_ record: TrialRecord, elapsed: Double?, labels: [Double?]) {
        let trial = record.trial
        number = trial.number
        state = trial.state
        form = trial.form
        parameters = trial.cost?.parameters
        memory = trial.cost?.memory?.bytes
        dice = trial.end?.dice
        dicePerLabel = labels
        seconds = record.attempts > 0 ? record.seconds : nil
        self.elapsed = elapsed
        attempts = record.attempts
        source = trial.source
        reason = trial.reason
    }
}

extension StudySnapshot {
    /// The training of all trials up to the end of each, in the order in which values became known.
    fileprivate var elapsedSeconds: [Int: Double] {
        let known = trials.compactMap { trial in
            trial.trial.tellSerial.map { (serial: $0, trial: trial) }
        }
        var sum = 0.0
        var elapsed: [Int: Double] = [:]
        for (_, trial) in known.sorted(by: { $0.serial < $1.serial }) {
            sum += trial.seconds
            elapsed[trial.number] = sum
        }
        return elapsed
    }
}

extension Trial {
    /// The short form of all that was chosen.
    var form: String {
        let others = hyperparameters.sorted { $0.key.rawValue < $1.key.rawValue }
        return others.reduce("\(architecture)") { text, other in
            text + " \(other.key.rawValue) \(significant(other.value))"
        }
    }

    fileprivate var source: Int? {
        guard case .cached(let source, _)? = end else { return nil }
        return source
    }

    /// Why it has no result of its own; nil where it has one, or may get one.
    var reason: String? {
        switch end {
        case .illegal(let reason)?, .failed(let reason)?: reason
        case .outOfMemory(let shortage)?:
            "needs \(ByteCount(shortage.needed)) of \(ByteCount(shortage.limit))"
                + (shortage.kind == .predicted ? ", as predicted" : ", as tried")
        case .cached(let source, _)?: "the same network as trial \(source)"
        case .completed?, nil: nil
        }
    }
}
