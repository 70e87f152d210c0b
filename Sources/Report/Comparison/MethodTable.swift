internal import SegNASHost
internal import SegNASSearch

/// The paper's Table 3: a row for each method, and in it a line for the network of each split.
struct MethodTable {
    let comparison: Comparison
    let methods: [MethodSummary]
    let choices: [[(split: String, choice: NetworkChoice)]]

    init(_ comparison: Comparison) {
        self.comparison = comparison
        methods = comparison.summaries
        choices = methods.map { method in
            let all = method.results.compactMap { split, result in
                NetworkChoice(result).map { (comparison.name(ofSplit: split), $0, result) }
            }
            // What was not searched is the same on all splits.
            if let first = all.first, first.2.optimum == nil { return [("all", first.1)] }
            return all.map { ($0.0, $0.1) }
        }
    }

    var table: Table {
        Table(
            caption: "Methods on \(comparison.dataset)", columns: columns,
            rows: zip(methods, choices).map { method, choices in
                Table.Row(cells(method), lines: choices.isEmpty ? [noChoice] : choices.map(line))
            })
    }

    // MARK: - Columns

    var hasSplits: Bool { comparison.splits > 1 }

    private var hasChoices: Bool { choices.contains { !$0.isEmpty } }

    private var hasOthers: Bool {
        choices.contains { $0.contains { !$0.choice.others.isEmpty } }
    }

    private var columns: [Table.Column] {
        let results: [Table.Column] = [
            ("method", false), ("test Dice (%)", true), ("parameters (M)", true),
            ("\(comparison.device) days", true),
        ]
        guard hasChoices else { return results }
        return results + (hasSplits ? [("split", true)] : [])
            + [
                ("n", true), ("p", true), ("sup", true), ("res", true),
                ("nodes", true), ("operations", false),
            ] + (hasOthers ? [("other", false)] : [])
    }

    private func cells(_ method: MethodSummary) -> [RichText] {
        [
            RichText(method.name), dice(method),
            RichText(method.parameters?.text(times: 1e-6) ?? absent),
            RichText(method.seconds?.text(times: 1.0 / 86_400) ?? absent),
        ]
    }

    private func line(_ split: String, _ choice: NetworkChoice) -> [RichText] {
        let network = choice.network
        let values = [
            "\(network.n)", "\(network.p)", network.sup ? "1" : "0", network.res ? "1" : "0",
            "\(choice.nodes)",
        ]
        let others = choice.others.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        return ((hasSplits ? [split] : []) + values).map { RichText($0) } + [choice.numbers]
            + (hasOthers ? [RichText(others.isEmpty ? absent : others)] : [])
    }

    private var noChoice: [RichText] { columns.dropFirst(4).map { _ in RichText(absent) } }

    // MARK: - Dice

    private func dice(_ method: MethodSummary) -> RichText {
        let isHighest = method.dice != nil && method.dice?.mean == highest
        let value = method.dice.map {
            RichText($0.text(times: 100, places: 1), isHighest ? .strong : nil)
        }
        if let value { return method.gaps.isEmpty ? value : value + RichText(" (\(method.gaps))") }
        return RichText(method.end)
    }

    private var highest: Double? { methods.compactMap(\.dice?.mean).max() }
}

/// Stands for what there is not.
let absent = "–"
