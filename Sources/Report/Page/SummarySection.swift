internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASStudy

/// A study in words and numbers, readable without scripts: its results, and how the search went.
struct SummarySection {
    let report: StudyReport
    let data: ReportData

    var section: Section {
        Section(
            id: "summary", title: "Summary",
            body: """
                <p id="state" class="note">\(escaped(state))</p>
                <p>\(escaped(sentences.joined(separator: " ")))</p>
                \(figures)
                \(list(dataset + test))
                """)
    }

    /// How the search went: after the results.
    var search: Section {
        let facts =
            SearchFacts(record.plan, record.space, report.training).facts + network + comparisons
            + [time]
        return Section(
            id: "search", title: "The search",
            body: """
                \(list(facts))
                \(UntrainedTable(record)?.html ?? "")
                \(IllegalBlocks(record).html ?? "")
                """)
    }

    private func list(_ facts: [(String, String)]) -> String {
        let terms = facts.map { "<dt>\(escaped($0))</dt><dd>\(escaped($1))</dd>" }
        return "<dl class=\"facts\">\n\(terms.joined(separator: "\n"))\n</dl>"
    }

    private var record: StudySnapshot { report.record }
    private var best: TrialRecord? { record.best }

    private func count(_ state: TrialState) -> Int { data.states[state.rawValue] ?? 0 }

    /// A sentence about the progress of the search.
    private var state: String {
        let made = report.date.map { " This page was made on \($0)." } ?? ""
        if record.isComplete { return "The search is complete." + made }
        let goal = data.budget.map { " of \($0)" } ?? ""
        let ended = "\(data.iterations)\(goal) trials have ended."
        return (record.owner == nil ? "The search is interrupted: " : "The search is running: ")
            + ended + " All figures are those so far." + made
    }

    private var sentences: [String] {
        var sentences = [
            "\(count(.completed)) of \(record.trials.count) trials were completed."
        ]
        guard let best, let dice = best.trial.end?.dice else {
            return sentences + ["There is no result yet."]
        }
        sentences.append(
            "\(choice), trial \(best.number), has a validation Dice of \(decimal(dice))\(expected)."
        )
        if let plain = RivalComparison.plainWords(report.comparisons) { sentences.append(plain) }
        if let test = data.test, let dice = test.dice {
            let ensemble =
                report.ensemble?.isWritten == true ? ", as the ensemble with others," : nil
            let final = report.finalTraining.map { final in
                final.trainings.map { ", trained again \($0.phrase)," }
                    ?? ", trained again for longer,"
            }
            sentences.append(
                "On \(cases(test.cases.count, "test")), which the search has not used, it"
                    + "\(ensemble ?? final ?? "") has a Dice of \(dice.text).")
        } else {
            sentences.append(
                record.isComplete && record.owner == nil
                    ? "It was not evaluated on test cases."
                    : "It is evaluated on test cases in the end.")
        }
        return sentences
    }

    /// Why the network that the study delivers is that one.
    private var choice: String {
        if let candidates = report.candidates {
            return "The best of \(candidates.candidates.count) that were trained again"
        }
        if record.plan.preference == .small {
            return "The smallest of those that are as good as the best, as far as is known"
        }
        return record.expectations.isEmpty
            ? "The best of them" : "The one of which the model of the search expects most"
    }

    /// What the model of the search expects of the best network.
    private var expected: String {
        guard let best, let expectation = record.expectations[best.number] else { return "" }
        return "; \(decimal(expectation.dice)) is expected of it (\(likely(expectation)))"
    }

    private func likely(_ expectation: Expectation) -> String {
        "one standard deviation: \(decimal(expectation.likely.lowerBound)) to "
            + decimal(expectation.likely.upperBound)
    }

    /// The four main figures.
    private var figures: String {
        var figures: [(String, String)] = []
        if let dice = data.test?.dice { figures.append(("test Dice", decimal(dice.mean))) }
        if let dice = best?.trial.end?.dice {
            figures.append(("validation Dice in the search", decimal(dice)))
        }
        if let parameters = best?.trial.cost?.parameters {
            figures.append(("parameters", millions(parameters)))
        }
        figures.append(("training in all", duration(seconds)))
        return Section.figures(figures.map { ($0, escaped($1)) })
    }

    private var searchSeconds: Double { record.trials.reduce(0) { $0 + $1.seconds } }
    private var finalSeconds: Double { report.finalTraining?.seconds ?? 0 }
    private var seconds: Double { searchSeconds + finalSeconds }

    // MARK: - Facts

    private var dataset: [(String, String)] {
        guard let images = report.images else { return [] }
        let split = images.split
        let dataset = images.dataset
        let size = images.preparation.options.size
        return [
            (
                "Dataset",
                "\(dataset.name): \(cases(split.training.count, "training")), "
                    + "\(cases(split.validation.count, "validation")) and \(cases(split.test.count, "test"))"
            ),
            (
                "Images",
                "channels \(dataset.channels.joined(separator: ", ")); "
                    + "\(dataset.labels.structures.count) \(dataset.labels.structureNoun)s; "
                    + "prepared to \(size.x)×\(size.y)×\(size.z) voxels"
            ),
        ]
    }

    private var network: [(String, String)] {
        guard let best, let dice = best.trial.end?.dice else { return [] }
        var facts = [("Best network", "trial \(best.number): \(best.trial.form)")]
        facts.append(("Validation Dice", decimal(dice)))
        if let cost = best.trial.cost {
            let memory = cost.memory.map { "; \($0) for a training step, as predicted" } ?? ""
            facts.append(("Parameters", grouped(cost.parameters) + memory))
            if let operations = cost.operations {
                facts.append(("Multiply-adds", grouped(operations) + " for an image or patch"))
            }
        }
        facts.append(("Its training", duration(best.seconds)))
        if let final = report.finalTraining {
            let kind = final.trainings?.folds ?? 1 == 1 ? "validation" : "cross-validated"
            let dice = final.dice.map { ", \(kind) Dice \(decimal($0))" } ?? ""
            let folds = final.trainings.map { "\($0.phrase) " } ?? ""
            let time = final.seconds.map { ", in \(duration($0))" } ?? ""
            facts.append(("Trained again", "\(folds)for \(final.epochs) epochs\(dice)\(time)"))
        }
        return facts
    }

    private var comparisons: [(String, String)] {
        let candidates = report.candidates.map { [("Candidates", $0.words)] } ?? []
        let ensemble = report.ensemble.map { [("Ensemble", $0.words)] } ?? []
        return candidates + ensemble
            + report.comparisons.map { comparison in
                switch comparison.rival {
                case .baseline: ("Against the baseline", comparison.sentence)
                case .random: ("Against random search", comparison.sentence)
                }
            }
    }

    private var test: [(String, String)] {
        guard let test = data.test else { return [] }
        let metrics = [
            ("Test Dice", test.dice?.text), ("Test HD95", test.hausdorff95?.text(2, "mm")),
            ("Test ASSD", test.averageSurfaceDistance?.text(2, "mm")),
        ]
        return metrics.map { ($0, $1 ?? "not defined in any case") }
    }

    /// The training time of all attempts, also of those without a result.
    private var time: (String, String) {
        let device = report.training?.device ?? "CPU"
        let days = seconds < 864 ? "less than 0.01" : decimal(seconds / 86_400, 2)
        let attempts = record.trials.reduce(0) { $0 + $1.attempts }
        let parts =
            finalSeconds > 0
            ? "; \(duration(searchSeconds)) of it in the search, \(duration(finalSeconds)) in the final training"
            : ""
        return (
            "Training in all",
            "\(duration(seconds)), or \(days) \(device) days, of all workers together in \(attempts) runs\(parts)"
        )
    }

    private func cases(_ count: Int, _ kind: String) -> String {
        "\(count) \(kind) \(count == 1 ? "case" : "cases")"
    }

    private func millions(_ count: Int) -> String {
        count < 100_000 ? grouped(count) : "\(decimal(Double(count) / 1e6, 2)) M"
    }
}

extension TestEntry.Statistics {
    var text: String { text(3, nil) }

    /// `0.812 (95 % interval 0.790 to 0.834)`.
    func text(_ places: Int, _ unit: String?) -> String {
        let unit = unit.map { " \($0)" } ?? ""
        guard let low, let high else { return decimal(mean, places) + unit }
        return "\(decimal(mean, places))\(unit) (95 % interval "
            + "\(decimal(low, places)) to \(decimal(high, places)))"
    }
}

/// The table of trials that were not completed, and the reasons.
struct UntrainedTable {
    private let rows: [[String]]

    /// Makes the table of a study; nil if all trials were completed.
    init?(_ record: StudySnapshot) {
        // In the order of `segnas3d status`.
        rows = TrialState.allCases.filter { $0 != .completed }.compactMap { state in
            let trials = record.trials.filter { $0.trial.state == state }
            guard !trials.isEmpty else { return nil }
            let share = Int((100 * Double(trials.count) / Double(record.trials.count)).rounded())
            return [state.words, "\(trials.count)", "\(share) %", Self.reasons(trials)]
        }
        guard !rows.isEmpty else { return nil }
    }

    var html: String {
        Table(
            caption: "Trials that were not completed",
            columns: [("state", false), ("trials", true), ("share", true), ("reasons", false)],
            rows: rows
        ).html
    }

    /// The most frequent reasons.
    private static func reasons(_ trials: [TrialRecord]) -> String {
        let counts = Dictionary(grouping: trials.compactMap(\.kindOfReason)) { $0 }
            .mapValues(\.count).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = counts.prefix(3).map { "\($0.key) (\($0.value))" }
        let rest = counts.count > 3 ? ["\(counts.count - 3) others"] : []
        return (shown + rest).joined(separator: "; ")
    }
}

extension TrialRecord {
    /// The reason without the numbers of a single trial.
    fileprivate var kindOfReason: String? {
        switch trial.end {
        case .outOfMemory(let shortage)?:
            shortage.kind == .predicted
                ? "predicted to need too much" : "tried, and needed too much"
        case .cached?: nil
        default: trial.reason
        }
    }
}
