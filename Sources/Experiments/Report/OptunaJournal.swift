internal import FoundationEssentials
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
public import SegNASStudy

/// A study as a journal of Optuna 5, which `optuna.storages.JournalStorage` and `optuna-dashboard` open.
///
/// Each line is an operation on the journal, numbered as in `optuna/storages/journal/_storage.py`: one creates the
/// study, some describe it and name its objective, and one for each trial creates it as it is.
public struct OptunaJournal {
    private let record: StudySnapshot
    private let name: String
    private let version: String

    /// - Parameters:
    ///   - record: The study's trials.
    ///   - name: The name of the study in Optuna.
    public init(_ record: StudySnapshot, name: String) {
        self.record = record
        self.name = name
        version = Release.version
    }

    /// The lines of the journal.
    ///
    /// - Throws: `EncodingError` for a Dice that is not finite, which no study has.
    public func text() throws -> String {
        let trials = record.trials.compactMap(operation)
        return try (heading + trials).map { fields in
            let fields = fields.merging(["worker_id": .string("segnas3d")]) { $1 }
            return try JSONDocument.text(of: JSONValue.object(fields), .line) + "\n"
        }.joined()
    }

    private typealias Fields = [String: JSONValue]

    private enum Code {
        static let createStudy = 0, userAttribute = 2, systemAttribute = 3, createTrial = 4
    }

    private var heading: [Fields] {
        [
            [
                "op_code": .integer(Int64(Code.createStudy)), "study_name": .string(name),
                // Larger is better.
                "directions": .array([.integer(2)]),
            ],
            attribute("segnas3d", version), attribute("space", record.plan.space),
            attribute("sampler", record.plan.sampler.method.rawValue),
            [
                "op_code": .integer(Int64(Code.systemAttribute)), "study_id": .integer(0),
                "system_attr": .object([
                    "study:metric_names": .array([.string("validation Dice")])
                ]),
            ],
        ]
    }

    /// An attribute of the study, one to a line.
    private func attribute(_ name: String, _ value: String) -> Fields {
        [
            "op_code": .integer(Int64(Code.userAttribute)), "study_id": .integer(0),
            "user_attr": .object([name: .string(value)]),
        ]
    }

    /// The creation of a trial; nil if it has not begun.
    private func operation(_ record: TrialRecord) -> Fields? {
        let trial = record.trial
        guard let began = record.began ?? record.ended else { return nil }
        let state = State(trial.state)
        let dice: JSONValue = state == .running ? .null : trial.dice.map { .real($0) } ?? .null
        let parameters = OptunaParameter.all(of: trial, in: self.record.space)
        let curve = record.epochs.map { ("\($0.number)", JSONValue.real($0.dice)) }
        return [
            "op_code": .integer(Int64(Code.createTrial)), "study_id": .integer(0),
            "datetime_start": .string(Self.date(began)),
            "datetime_complete": record.ended.map { .string(Self.date($0)) } ?? .null,
            "state": .integer(Int64(state.rawValue)), "value": dice, "values": .null,
            "params": .object(
                Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })),
            "distributions": .object(
                Dictionary(
                    uniqueKeysWithValues: parameters.map { ($0.name, .string($0.distribution)) })),
            "intermediate_values": .object(Dictionary(uniqueKeysWithValues: curve)),
            "user_attrs": .object(attributes(record)), "system_attrs": .object([:]),
        ]
    }

    /// What the dashboard shows of a trial beside its parameters.
    private func attributes(_ record: TrialRecord) -> Fields {
        let trial = record.trial
        let numbers = [
            "parameters": trial.cost?.parameters, "multiply-adds": trial.cost?.operations,
            "result taken from trial": trial.source,
        ].compactMapValues { $0.map { JSONValue.integer(Int64($0)) } }
        var others: Fields = [
            "state": .string(trial.state.rawValue), "network": .string("\(trial.architecture)"),
        ]
        if record.attempts > 0 { others["seconds"] = .real(record.seconds) }
        if let reason = trial.reason { others["reason"] = .string(reason) }
        return numbers.merging(others) { $1 }
    }

    /// Optuna's numbers of states.
    private enum State: Int {
        case running = 0
        case complete = 1
        case pruned = 2
        case failed = 3

        init(_ state: TrialState) {
            switch state {
            case .completed, .cached: self = .complete
            case .stopped: self = .pruned
            case .illegal, .outOfMemory, .failed: self = .failed
            case .queued, .running, .paused: self = .running
            }
        }
    }

    /// A time as Python's `datetime.fromisoformat` reads it, before 3.11 too.
    private static func date(_ seconds: Double) -> String {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return Date(timeIntervalSince1970: seconds).formatted(style)
            .replacing("Z", with: "+00:00")
    }
}
