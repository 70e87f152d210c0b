internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging

/// An evaluation as text.
struct EvaluateReport {
    private let result: FolderEvaluation
    var evaluation: Evaluation { result.evaluation }

    init(_ result: FolderEvaluation) {
        self.result = result
    }

    func text() -> String {
        var blocks: [[String]] = []
        if !evaluation.cases.isEmpty { blocks += [labels(), lesions(), lowestCases()] }
        for (title, severity) in [("Warnings", DatasetFault.Severity.warning), ("Faults", .fault)] {
            let faults = result.faults.filter { $0.severity == severity }
            if !faults.isEmpty { blocks.append(["\(title):"] + Self.lines(faults)) }
        }
        blocks.append([verdict])
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
            .joined(separator: "\n\n")
    }

    private var verdict: String {
        let evaluated = evaluation.cases.count
        let all = counted(result.referenceCount, "case")
        return evaluated == result.referenceCount
            ? "\(all) evaluated."
            : "\(evaluated) of \(all) evaluated: the others count in none of the figures above."
    }

    // MARK: - Labels

    private func labels() -> [String] {
        let hardest = hardestLabels
        var rows = evaluation.labelStatistics.map { statistics in
            row(
                statistics.label.name.printable + (hardest.contains(statistics.label) ? " *" : ""),
                statistics.metrics, statistics)
        }
        if rows.count > 1 { rows.append(row("mean of labels", evaluation.foreground, nil)) }
        let tolerance = significant(evaluation.options.tolerance)
        let note =
            "distances in mm, over cases that have the label in both maps; tolerance of the NSD "
            + "\(tolerance) mm; missed: only in the reference, made up: only in the prediction"
        return TextTable(
            columns: [.left("label")]
                + [
                    "Dice", "std", "median", "95 % interval", "sens.", "prec.", "HD95", "ASSD",
                    "NSD", "cases", "missed", "made up",
                ].map { .right($0) },
            rows: rows
        ).lines + [note] + (hardest.isEmpty ? [] : ["* hardest by mean Dice"])
    }

    private func row(
        _ name: String, _ metrics: [EvaluationMetric: SampleStatistics],
        _ label: Evaluation.LabelStatistics?
    ) -> [String] {
        let dice = metrics[.dice]
        let interval = dice?.interval.map { "\(share($0.low)) to \(share($0.high))" } ?? "–"
        return [name, share(dice?.mean), share(dice?.std), share(dice?.median), interval]
            + [EvaluationMetric.sensitivity, .precision].map { share(metrics[$0]?.mean) }
            + [EvaluationMetric.hausdorff95, .averageSurfaceDistance].map {
                metrics[$0].map { decimal($0.mean, 2) } ?? "–"
            }
            + [share(metrics[.surfaceDice]?.mean), "\(dice?.count ?? 0)"]
            + [label?.presence[.referenceOnly], label?.presence[.predictionOnly]].map { count in
                count.map(String.init) ?? (label == nil ? "" : "0")
            }
    }

    /// The fifth of the labels with the lowest Dice; at least one if there are several labels.
    private var hardestLabels: Set<LabelTable.Label> {
        let means = evaluation.labelStatistics.compactMap { statistics in
            statistics.metrics[.dice].map { (statistics.label, $0.mean) }
        }
        guard means.count > 1 else { return [] }
        let lowest = means.sorted { $0.1 < $1.1 }.prefix((means.count + 4) / 5).filter {
            $0.1 < 1
        }
        return Set(lowest.map(\.0))
    }

    // MARK: - Cases

    private func lowestCases() -> [String] {
        let dice = evaluation.cases.compactMap { subject in
            subject.foregroundMean(.dice).map { (subject, $0) }
        }
        guard dice.count > 5 else { return [] }
        let lowest = dice.filter { $0.1 < 1 }.sorted { $0.1 < $1.1 }.prefix(5).map {
            subject, mean in
            "  \(subject.identifier.printable)  \(share(mean))  (lowest: \(lowestLabel(of: subject)))"
        }
        return lowest.isEmpty ? [] : ["Cases with the lowest Dice:"] + lowest
    }

    private func lowestLabel(of subject: CaseEvaluation) -> String {
        let dice = evaluation.labels.structures.compactMap { label in
            subject.scores[label.value]?.values[.dice].map { (label.name, $0) }
        }
        guard let lowest = dice.min(by: { $0.1 < $1.1 }) else { return "–" }
        return "\(lowest.0) \(share(lowest.1))"
    }

    // MARK: - Faults

    /// The first faults of each kind, in the words of `check`.
    private static func lines(_ faults: [EvaluationFault]) -> [String] {
        var kinds: [String] = []
        for fault in faults where !kinds.contains(fault.kind) { kinds.append(fault.kind) }
        return kinds.flatMap { kind in
            let all = faults.filter { $0.kind == kind }
            let shown = all.prefix(8).map { "  \(Flags.spelled(in: "\($0)"))" }
            let rest = all.dropFirst(shown.count)
            guard !rest.isEmpty, let last = shown.last else { return shown }
            let places = some(rest.compactMap { $0.file ?? $0.caseIdentifier }, limit: 3)
            return shown.dropLast() + ["\(last) (and \(rest.count) more like it: \(places))"]
        }
    }

    func share(_ value: Double?) -> String {
        value.map { decimal($0, 3) } ?? "–"
    }
}
