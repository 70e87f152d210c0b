internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging

/// An evaluation for readers.
struct EvaluateReport {
    private let result: FolderEvaluation
    private var evaluation: Evaluation { result.evaluation }

    init(_ result: FolderEvaluation) {
        self.result = result
    }

    func text() -> String {
        var blocks: [[String]] = []
        if !evaluation.cases.isEmpty { blocks += [labels(), lowestCases()] }
        for (title, severity) in [("Warnings", DatasetFault.Severity.warning), ("Faults", .fault)] {
            let faults = result.faults.filter { $0.severity == severity }
            if !faults.isEmpty { blocks.append(["\(title):"] + Self.lines(faults)) }
        }
        blocks.append([verdict])
        return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
            .joined(separator: "\n\n")
    }

    private var verdict: String {
        let judged = evaluation.cases.count
        let all = counted(result.referenceCount, "case")
        return judged == result.referenceCount
            ? "\(all) judged." : "\(judged) of \(all) judged: the rest counts in no figure above."
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

    /// The fifth of the labels with the lowest Dice, at least one where there is a choice.
    private var hardestLabels: Set<LabelTable.Label> {
        let judged = evaluation.labelStatistics.compactMap { statistics in
            statistics.metrics[.dice].map { (statistics.label, $0.mean) }
        }
        guard judged.count > 1 else { return [] }
        let lowest = judged.sorted { $0.1 < $1.1 }.prefix((judged.count + 4) / 5).filter {
            $0.1 < 1
        }
        return Set(lowest.map(\.0))
    }

    // MARK: - Cases

    private func lowestCases() -> [String] {
        let dice = evaluation.cases.compactMap { judged in
            judged.foregroundMean(.dice).map { (judged, $0) }
        }
        guard dice.count > 5 else { return [] }
        let lowest = dice.filter { $0.1 < 1 }.sorted { $0.1 < $1.1 }.prefix(5).map { judged, mean in
            "  \(judged.identifier.printable)  \(share(mean))  (lowest: \(lowestLabel(of: judged)))"
        }
        return lowest.isEmpty ? [] : ["Cases of the lowest Dice:"] + lowest
    }

    private func lowestLabel(of judged: CaseEvaluation) -> String {
        let dice = evaluation.labels.foreground.compactMap { label in
            judged.scores[label.value]?.values[.dice].map { (label.name, $0) }
        }
        guard let lowest = dice.min(by: { $0.1 < $1.1 }) else { return "–" }
        return "\(lowest.0) \(share(lowest.1))"
    }

    // MARK: - Faults

    /// Of each kind the first ones only.
    private static func lines(_ faults: [EvaluationFault]) -> [String] {
        var counts: [String: Int] = [:]
        var lines: [String] = []
        for fault in faults {
            counts[fault.kind, default: 0] += 1
            if counts[fault.kind, default: 0] <= 8 { lines.append("  \(fault)") }
        }
        let rest = counts.filter { $0.value > 8 }.sorted { $0.key < $1.key }
        return lines
            + rest.map { "  … and \($0.value - 8) more of this kind (\($0.key)); --json lists all" }
    }

    private func share(_ value: Double?) -> String {
        value.map { decimal($0, 3) } ?? "–"
    }
}
