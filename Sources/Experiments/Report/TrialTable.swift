public import SegNASDatasets
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
public import SegNASStudy

/// The trials of a study as a table of comma-separated values, a row each; what is missing is left empty.
public struct TrialTable {
    private let record: StudySnapshot
    private let labels: [LabelTable.Label]
    /// Settings of the training that the space mentions, in the order of points.
    private let settings: [Hyperparameter]

    /// - Parameters:
    ///   - record: The study's trials.
    ///   - labels: The structures whose Dice are told; nil if the images are not known yet.
    public init(_ record: StudySnapshot, labels: LabelTable?) {
        self.record = record
        self.labels = labels?.structures ?? []
        settings = record.space.dimensions.compactMap {
            if case .hyperparameter(let name) = $0.name { name } else { nil }
        }
    }

    /// The header and a row for each trial, in the order of their numbers.
    public var csv: String {
        var table = CSV(header: header)
        for trial in record.trials { table.append(row(trial)) }
        return table.text
    }

    private var header: [String] {
        ["trial", "state", "validation_dice"] + labels.map { "dice \($0.name)" }
            + ["value", "origin", "n", "p", "sup", "res", "nodes", "block", "dropout"]
            + settings.map(\.rawValue)
            + ["parameters", "multiply_adds", "memory_bytes", "epochs", "attempts", "seconds"]
            + ["taken_from_trial", "reason"]
    }

    private func row(_ record: TrialRecord) -> [String] {
        let trial = record.trial
        let source = trial.source
        // The result that was taken over includes the Dice of labels.
        let dice = (source.map { self.record.trials[$0] } ?? record).dicePerLabel
        return ["\(trial.number)", trial.state.rawValue, text(trial.dice)]
            + labels.map { text(dice["\($0.value)"]) }
            + [text(trial.value), trial.proposal.origin.name] + network(trial.architecture)
            + settings.map { trial.hyperparameters[$0].map(setting) ?? "" }
            + [
                text(trial.cost?.parameters), text(trial.cost?.operations),
                text(trial.cost?.memory?.bytes), "\(record.epochs.count)", "\(record.attempts)",
                record.attempts > 0 ? decimal(record.seconds, 1) : "", text(source),
                trial.reason ?? "",
            ]
    }

    private func network(_ architecture: Architecture) -> [String] {
        guard case .segnas(let network) = architecture else {
            return [String](repeating: "", count: 7)
        }
        return [
            "\(network.n)", "\(network.p)", network.sup ? "1" : "0", network.res ? "1" : "0",
            "\(network.block.nodes)", "\(network.block)", "\(Float(network.dropout))",
        ]
    }

    private func setting(_ value: HyperparameterValue) -> String {
        value.number.map { Int(exactly: $0).map(String.init) ?? "\($0)" } ?? "\(value)"
    }

    private func text(_ value: (some CustomStringConvertible)?) -> String {
        value.map { "\($0)" } ?? ""
    }
}

extension Proposal.Origin {
    /// A word for it, as the study's database has it.
    fileprivate var name: String {
        switch self {
        case .given: "given"
        case .uniform: "uniform"
        case .reflection: "reflection"
        case .mutation: "mutation"
        case .model: "model"
        }
    }
}
