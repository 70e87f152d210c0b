internal import SegNASDatasets
internal import SegNASHost
internal import SegNASStudy

extension Section {
    /// The paper's Table 3.
    static func methods(_ comparison: Comparison) -> Section {
        let methods = MethodTable(comparison)
        return Section(
            id: "methods", title: "Methods",
            body: methods.table.html + "\n" + paragraphs(methods.notes))
    }

    /// The test Dice of each case as points.
    static func testCases(_ comparison: Comparison) -> Section? {
        let evaluated = comparison.summaries.filter { $0.dice != nil }
        guard !evaluated.isEmpty else { return nil }
        return Section(
            id: "cases", title: "Test cases",
            body: """
                <p>Each point is a test case on a split, its Dice the mean over its labels; boxes reach from the first \
                to the third quartile, with a line at the median. Cases have the numbers that they have in the reports \
                of the searches.</p>
                \(chart(
                    "cases", "Test Dice of each case by method, as boxes and points",
                    count: evaluated.count))
                """)
    }

    static func pairs(_ comparison: Comparison) -> Section {
        let pairs = PairTable(comparison)
        return Section(
            id: "pairs", title: "Paired tests",
            body: (pairs.table.map { $0.html + "\n" } ?? "") + paragraphs(pairs.notes))
    }

    /// The Dice of each label, that with the lowest mean over the methods first.
    static func labels(_ comparison: Comparison) -> Section? {
        let methods = comparison.summaries.filter { $0.dice != nil }
        guard !methods.isEmpty else { return nil }
        let labels = comparison.labels.structures.map { label in
            (name: label.name, dice: methods.map { $0.dice(ofLabel: label.value) })
        }.hardestFirst { Spread($0.dice.compactMap { $0?.mean })?.mean }
        let table = Table(
            caption: "Test Dice of labels (%), the hardest first",
            columns: [("label", false)] + methods.map { ($0.name, true) },
            rows: labels.map { label in
                [label.name] + label.dice.map { $0?.text(times: 100, places: 1) ?? absent }
            })
        return Section(
            id: "labels", title: "Labels",
            body: """
                <p>Means over the cases of a split in which the Dice of the label is defined, and of these over \
                splits; “\(absent)” if it is defined in none.</p>
                \(table.html)
                """)
    }

    /// The trials of searches by their ends.
    static func trials(_ comparison: Comparison) -> Section? {
        let rows = comparison.summaries.flatMap { method in
            method.results.compactMap { split, result in
                result.trials.map { counts in
                    let all = [
                        counts.completed, counts.cached, counts.illegal, counts.outOfMemory,
                        counts.failed,
                    ]
                    return [method.name, comparison.name(ofSplit: split)]
                        + ([all.reduce(0, +)] + all).map { grouped($0) }
                }
            }
        }
        guard !rows.isEmpty else { return nil }
        let states: [TrialState] = [.completed, .cached, .illegal, .outOfMemory, .failed]
        let table = Table(
            caption: "Trials of searches by their ends",
            columns: [("method", false), ("split", true), ("trials", true)]
                + states.map { ($0.words, true) },
            rows: rows)
        return Section(id: "trials", title: "Trials", body: table.html)
    }

    /// The settings of all trainings.
    static func conditions(_ comparison: Comparison) -> Section? {
        guard !comparison.conditions.isEmpty else { return nil }
        let facts = comparison.conditions.map {
            "<dt>\(escaped($0.name))</dt><dd>\(escaped($0.words))</dd>"
        }
        return Section(
            id: "conditions", title: "Conditions",
            body: "<dl class=\"facts\">\n\(facts.joined(separator: "\n"))\n</dl>")
    }

    private static func paragraphs(_ texts: [String]) -> String {
        texts.map { "<p>\(escaped($0))</p>" }.joined(separator: "\n")
    }
}

/// The summary of a comparison in words and numbers, readable without scripts.
struct ComparisonSummary {
    private let comparison: Comparison
    private let methods: [MethodSummary]
    private let pairs: [PairedComparison]

    init(_ comparison: Comparison) {
        self.comparison = comparison
        methods = comparison.summaries
        pairs = PairedComparison.all(of: comparison)
    }

    var section: Section {
        Section(
            id: "summary", title: "Summary",
            body: """
                <p id="state" class="note">\(escaped(state))</p>
                <p>\(escaped(sentences.joined(separator: " ")))</p>
                <ul class="figures">
                \(figures.map { "<li><b>\(escaped($1))</b> \(escaped($0))</li>" }.joined(separator: "\n"))
                </ul>
                """)
    }

    private var state: String {
        let date = comparison.date.map { LocalTime.text(ofISO8601: $0) }
        return comparison.state + (date.map { " This page was made on \($0)." } ?? "")
    }

    private var best: MethodSummary? {
        let evaluated = methods.filter { $0.dice != nil }
        return evaluated.max { ($0.dice?.mean ?? 0, -$0.index) < ($1.dice?.mean ?? 0, -$1.index) }
    }

    private var sentences: [String] {
        let labels = comparison.labels.structures.count
        let subject =
            "\(counted(methods.count, "method")) on \(counted(comparison.splits, "split")) of "
            + "\(comparison.dataset), which has \(counted(labels, comparison.labels.structureNoun))."
        guard let best, let dice = best.dice else {
            return [
                subject,
                "None was evaluated on test cases\(comparison.isComplete ? "" : " so far").",
            ]
        }
        let text = dice.text(times: 100, places: 1)
        return [subject, "\(best.name) has the highest mean test Dice, \(text) %.", tests(best)]
            .compactMap { $0 }
    }

    /// The results of the paired tests of the best method.
    private func tests(_ best: MethodSummary) -> String? {
        let pairs = pairs.filter { $0.first.index == best.index || $0.second.index == best.index }
        guard !pairs.isEmpty else { return nil }
        let rivals = pairs.filter(\.isDifferent).map {
            $0.first.index == best.index ? $0.second.name : $0.first.name
        }
        guard let last = rivals.last else {
            return "Paired tests over cases show no difference between it and another method."
        }
        let names = rivals.count > 1 ? rivals.dropLast().joined(separator: ", ") + " and " : ""
        let rest = rivals.count < pairs.count ? ", and between it and no other" : ""
        return "Paired tests over cases show a difference between it and \(names)\(last)\(rest)."
    }

    private var figures: [(String, String)] {
        let seconds = methods.flatMap(\.results).reduce(0) { $0 + $1.result.seconds }
        return [
            best?.dice.map { ("highest test Dice (%)", $0.text(times: 100, places: 1)) },
            ("outcomes known", "\(comparison.progress.known) of \(comparison.progress.all)"),
            ("training in all", duration(seconds)),
        ].compactMap { $0 }
    }
}
