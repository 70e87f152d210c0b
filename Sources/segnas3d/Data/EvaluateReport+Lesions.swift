internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging

extension EvaluateReport {
    /// A table of the lesions, if they were counted.
    func lesions() -> [String] {
        guard let lesions = evaluation.lesions, let volume = evaluation.options.lesionVolume else {
            return []
        }
        var rows = zip(evaluation.labels.structures, lesions.labels).map {
            row($0.name.printable, $1)
        }
        if rows.count > 1 {
            rows.append(row("all \(evaluation.labels.structureNoun)s", lesions.foreground))
        }
        let size = volume > 0 ? " of \(significant(volume)) mm³ or more" : ""
        let title = "Lesions (connected components, 26 neighbours)\(size):"
        let note =
            "found: shares a voxel with the prediction; false: predicted, and shares none with the reference"
        let columns =
            ["lesions", "predicted", "found", "missed", "false", "sens.", "prec.", "F1"]
            + ["F1 per case", "std", "cases"]
        return [title]
            + TextTable(
                columns: [.left(evaluation.labels.structureNoun)] + columns.map { .right($0) },
                rows: rows
            ).lines + [note]
    }

    private func row(_ name: String, _ statistics: LesionEvaluation.Statistics) -> [String] {
        let all = statistics.all
        let counts = [all.reference, all.prediction, all.found, all.missed, all.falsePositives]
        let f1 = statistics.metrics[.f1]
        return [name] + counts.map { "\($0)" }
            + [all.sensitivity, all.precision, all.f1, f1?.mean, f1?.std].map { share($0) }
            + ["\(f1?.count ?? 0)"]
    }
}
