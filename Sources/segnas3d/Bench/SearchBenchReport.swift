internal import SegNASHost
internal import SegNASSearch

/// The comparison of samplers as text and as rows of JSON.
struct SearchBenchReport {
    private let comparison: SearchComparison
    private let scenario: String
    private let workers: Int

    init(_ comparison: SearchComparison, scenario: String, workers: Int) {
        self.comparison = comparison
        self.scenario = scenario
        self.workers = workers
    }

    // MARK: - Text

    /// Two tables of differences in 10⁻³ Dice, by epochs and by operations.
    func text() -> String {
        let count = comparison.landscapes
        let places = count == 1 ? "1 landscape" : "\(count) landscapes"
        let trainings = workers == 1 ? "1 training" : "\(workers) trainings"
        let reference = Contender.reference.name
        let budgets = SearchBenchmark.trainingBudgets.map { "\($0)" } + ["as \(reference)"]
        let shares = SearchBenchmark.operationBudgets.map { "\(Int(($0 * 100).rounded())) %" }
        return """
            \(scenario): \(places), \(trainings) at a time
            The reference, \(reference) with 300 iterations, ends after \
            \(decimal(comparison.trainings.mean, 1)) trainings with a regret of \
            \(Self.thousandths(comparison.regret)).
            Differences of regret to that, paired, in 10⁻³ Dice ± standard error; below 0 is better.

            \(table("trainings' worth of epochs", budgets, \.byEpochs))

            \(table("operations of the reference", shares, \.byOperations))

            """
    }

    private func table(
        _ title: String, _ budgets: [String],
        _ cells: (SearchComparison.Row) -> [SearchComparison.Cell?]
    ) -> String {
        let rows = comparison.rows.map { row in
            [row.contender.name]
                + cells(row).map { cell in
                    cell.map { Self.thousandths($0.difference, isDifference: true) } ?? "–"
                }
        }
        return TextTable(columns: [.left(title)] + budgets.map { .right($0) }, rows: rows).lines
            .joined(separator: "\n")
    }

    /// `+12.3 ± 1.4`, in 10⁻³.
    private static func thousandths(
        _ estimate: MeanEstimate, isDifference: Bool = false
    ) -> String {
        let number = decimal(estimate.mean * 1000, 1)
        let sign = isDifference && !number.hasPrefix("-") ? "+" : ""
        let error = estimate.standardError.map { " ± " + decimal($0 * 1000, 1) } ?? ""
        return sign + number + error
    }

    // MARK: - JSON

    /// One sampler in one scenario; regret and differences are in Dice.
    struct Row: Encodable {
        let schema = 1
        let workload = "search"
        var scenario: String
        var sampler: String
        var landscapes: Int
        var workers: Int
        /// The reference at its own end.
        var reference: Reference
        /// Null at budgets to which it was not followed.
        var byEpochs: [Cell?]
        var byOperations: [Cell?]
    }

    struct Reference: Encodable {
        var regret: Double
        var standardError: Double?
        var trainings: Double
    }

    struct Cell: Encodable {
        /// Whole trainings' worth of epochs; nil at the reference's end, and in budgets of operations.
        var trainings: Int?
        /// A share of the reference's operations; nil in budgets of epochs.
        var share: Double?
        /// The difference of regret to the reference at its end.
        var difference: Double
        var standardError: Double?
        var regret: Double
        var networks: Double
        /// What was spent, as shares of the reference's.
        var epochs: Double
        var operations: Double

        init(_ cell: SearchComparison.Cell, trainings: Int? = nil, share: Double? = nil) {
            self.trainings = trainings
            self.share = share
            difference = cell.difference.mean
            standardError = cell.difference.standardError
            regret = cell.regret.mean
            networks = cell.networks
            epochs = cell.epochs
            operations = cell.operations
        }
    }

    var rows: [Row] {
        let reference = Reference(
            regret: comparison.regret.mean, standardError: comparison.regret.standardError,
            trainings: comparison.trainings.mean)
        let trainings = SearchBenchmark.trainingBudgets.map(Optional.some) + [nil]
        return comparison.rows.map { row in
            Row(
                scenario: scenario, sampler: row.contender.name, landscapes: comparison.landscapes,
                workers: workers, reference: reference,
                byEpochs: zip(row.byEpochs, trainings).map { cell, trainings in
                    cell.map { Cell($0, trainings: trainings) }
                },
                byOperations: zip(row.byOperations, SearchBenchmark.operationBudgets).map {
                    cell, share in cell.map { Cell($0, share: share) }
                })
        }
    }
}
