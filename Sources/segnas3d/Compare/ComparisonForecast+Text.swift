internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost

extension ComparisonForecast {
    func text() -> String {
        guard !methods.isEmpty else { return "\(dataset): nothing is left to train" }
        let cases =
            "\(trainingCases) training, \(validationCases) validation and \(testCases) test cases"
        let columns: [TextTable.Column] =
            [.left("on each split")]
            + ["splits", "proposals", "trainings", "epochs", "a step", "an epoch", "time"]
            .map { .right($0) }
        let table = TextTable(columns: columns, rows: methods.map(row))
        let head = ["\(dataset): \(splits) split\(splits == 1 ? "" : "s") into \(cases)", ""]
        let sum = [
            "",
            "left: at most \(grouped(trainings)) trainings, in about \(duration(seconds)) with "
                + "\(workers) worker\(workers == 1 ? "" : "s"), by steps that were measured just now",
        ]
        return (head + table.lines + sum + notes).joined(separator: "\n")
    }

    private func row(_ method: Method) -> [String] {
        [
            method.name, "\(method.splits)", method.proposals.map { "\($0)" } ?? "–",
            (method.trainableShare == nil ? "" : "≤ ") + "\(method.trainings)",
            "\(method.epochs)", method.stepSeconds.map { significant($0) + " s" } ?? "–",
            method.epochSeconds.map { significant($0) + " s" } ?? "–",
            method.seconds.map { duration($0) } ?? "–",
        ]
    }

    private var notes: [String] {
        methods.compactMap { method in
            method.reason.map { "\(method.name): \($0)" }
                ?? method.trainableShare.map {
                    "\(method.name): \(percent($0)) of random points can be trained, and so many are counted; "
                        + "a network that was trained before takes no time"
                }
        }
    }
}
