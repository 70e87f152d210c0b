internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation

/// The epochs of runs as a table of comma-separated values, a row each; what is missing is left empty.
///
/// Of a cross-validation or a cascade all runs have a part in it, which its first column names.
public struct EpochTable {
    /// The runs, and what each is: `fold_0`, or `low/fold_0`; empty for a single one.
    private let runs: [(part: String, run: String)]
    private let labels: [LabelTable.Label]

    /// Reads the runs that have begun, also while they are trained.
    ///
    /// - Parameter path: The folder of a run, a cross-validation or a cascade.
    public init(of path: String) {
        runs = Self.runs(of: path, part: "")
        struct Plan: Decodable { var preparation: Preparation }
        let plans = runs.lazy.compactMap {
            try? JSONDocument.read(Plan.self, from: "\($0.run)/plan.json")
        }
        labels = plans.first?.preparation.labels.structures ?? []
    }

    private static func runs(of path: String, part: String) -> [(part: String, run: String)] {
        func parts(_ names: [String]) -> [(part: String, run: String)] {
            names.flatMap { runs(of: "\(path)/\($0)", part: part.isEmpty ? $0 : "\(part)/\($0)") }
        }
        switch FolderKind(of: path) {
        case .cascade: return parts(["low", "full"])
        case .crossValidation:
            return parts(CrossValidationFolder(path).trainings?.all.map(\.name) ?? [])
        case .run: return [(part, path)]
        case .comparison, nil: return []
        }
    }

    /// The header and a row for each epoch, run by run.
    public var csv: String {
        var table = CSV(header: header)
        for (part, run) in runs {
            for record in EpochRecord.all(ofRun: run) {
                table.append((hasParts ? [part] : []) + row(record))
            }
        }
        return table.text
    }

    private var hasParts: Bool { runs.contains { !$0.part.isEmpty } }

    private var header: [String] {
        (hasParts ? ["run"] : []) + ["epoch", "loss", "learning_rate", "validation_dice"]
            + labels.map { "dice \($0.name)" }
            + ["seconds", "validation_seconds", "wait_seconds", "finished"]
    }

    private func row(_ record: EpochRecord) -> [String] {
        let dice = record.validation
        return ["\(record.epoch)", "\(record.loss)", "\(record.learningRate)", text(dice?.mean)]
            + labels.map { text(dice?.perLabel["\($0.value)"]) }
            + [record.seconds, record.validationSeconds, record.waitSeconds].map { decimal($0, 3) }
            + [record.finished]
    }

    private func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
