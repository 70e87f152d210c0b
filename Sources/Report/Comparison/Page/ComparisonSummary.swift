internal import SegNASDatasets
internal import SegNASHost

/// What a comparison comes to, in words and numbers, readable without scripts.
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
        comparison.state + (comparison.date.map { " This page was made on \($0)." } ?? "")
    }

    private var best: MethodSummary? {
        let judged = methods.filter { $0.dice != nil }
        return judged.max { ($0.dice?.mean ?? 0, -$0.index) < ($1.dice?.mean ?? 0, -$1.index) }
    }

    private var sentences: [String] {
        let labels = comparison.labels.foreground.count
        let subject =
            "\(counted(methods.count, "method")) on \(counted(comparison.splits, "split")) of "
            + "\(comparison.dataset), which has \(counted(labels, "label"))."
        guard let best, let dice = best.dice else {
            return [
                subject, "None was judged on test cases\(comparison.isComplete ? "" : " so far").",
            ]
        }
        let text = dice.text(times: 100, places: 1)
        return [subject, "\(best.name) has the highest mean test Dice, \(text) %.", tests(best)]
            .compactMap { $0 }
    }

    /// What tests say of the best.
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
