internal import SegNASDatasets
internal import SegNASHost

// How a test is shown in a table: the cases that count stand there where a label is not judged in all.

extension Evaluation {
    private var countsCases: Bool {
        labelStatistics.contains { ($0.metrics[.dice]?.count ?? 0) < cases.count }
    }

    /// Columns of a test, behind those of labels.
    var columns: [TextTable.Column] {
        (["test Dice", "std", "HD95"] + (countsCases ? ["of cases"] : [])).map { .right($0) }
    }

    /// The cells of a label, or of all.
    func cells(_ metrics: [EvaluationMetric: SampleStatistics]) -> [String] {
        let (dice, distance) = (metrics[.dice], metrics[.hausdorff95])
        return [
            dice.map { decimal($0.mean) } ?? "–", dice?.std.map { decimal($0) } ?? "–",
            distance.map { decimal($0.mean, 2) } ?? "–",
        ] + (countsCases ? ["\(dice?.count ?? 0)"] : [])
    }
}
