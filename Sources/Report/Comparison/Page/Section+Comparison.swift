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
        let judged = comparison.summaries.filter { $0.dice != nil }
        guard !judged.isEmpty else { return nil }
        return Section(
            id: "cases", title: "Test cases",
            body: """
                <p>Each point is a test case on a split, its Dice the mean over its labels; boxes reach from the first to the third \
                quartile, with a line at the median. Cases have the numbers that they have in the reports of the searches.</p>
                \(chart("cases", "Test Dice of each case by method, as boxes and points"))
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
        let labels = comparison.labels.foreground.map { label in
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
                <p>Means over the cases of a split in which the Dice of the label is defined, and of these over splits; “\(absent)” \
                where it is in none.</p>
                \(table.html)
                """)
    }

    /// How the proposals of searches ended.
    static func proposals(_ comparison: Comparison) -> Section? {
        let rows = comparison.summaries.flatMap { method in
            method.results.compactMap { split, result in
                result.proposals.map { counts in
                    let all = [
                        counts.trained, counts.cached, counts.illegal, counts.outOfMemory,
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
            caption: "Proposals of searches by what became of them",
            columns: [("method", false), ("split", true), ("proposals", true)]
                + states.map { ($0.words, true) },
            rows: rows)
        return Section(id: "proposals", title: "Proposals", body: table.html)
    }

    /// How all methods were trained.
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
