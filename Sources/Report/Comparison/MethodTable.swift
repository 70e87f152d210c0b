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

/// The sign for a missing value in tables.
let absent = "–"

extension MethodTable {
    /// The notes below the table.
    var notes: [String] {
        let means = hasSplits ? "Mean ± standard deviation (n − 1) over splits. " : ""
        let dice = """
            The test Dice is the mean over the test cases\(hasSplits ? " of a split" : ""), that of a case the mean \
            over its labels; the highest is bold. Days are those of all epochs of a method, added up over workers.
            """
        return [means + dice] + gaps + operations + methods.flatMap(problems)
    }

    private var gaps: [String] {
        methods.contains { $0.dice != nil && !$0.gaps.isEmpty }
            ? [
                """
                A mean over some of the splits is one over other test cases than that over all: paired tests compare \
                methods on the same ones.
                """
            ] : []
    }

    private var operations: [String] {
        let lists = Set(choices.joined().map { $0.choice.operations.map { "\($0.edge)" } })
        guard !lists.isEmpty else { return [] }
        // Spaces may differ in their number of nodes.
        let edges = lists.sorted { $0.count < $1.count }.map { $0.joined(separator: ", ") }
        let meanings = Operation.allCases.map { "\($0.number) \($0)" }.joined(separator: ", ")
        return [
            """
            n: channels of the first block; p: poolings; sup: deep supervision; res: residual connections. Operations \
            stand in the order of the edges \(edges.joined(separator: " or ")): \(meanings), where Conv(k,d) is a \
            k×k×k convolution with dilation d.\(hasUnused ? Self.unusedWords : "")
            """
        ]
    }

    private var hasUnused: Bool {
        choices.joined().contains { !$0.choice.numbers(used: false).isEmpty }
    }

    private static let unusedWords =
        " Those struck through were proposed for edges that the block with its number of nodes does not have."

    /// The reasons why there is no network, or no test, on some splits.
    private func problems(_ method: MethodSummary) -> [String] {
        let known = method.outcomes.enumerated().compactMap { split, outcome in
            outcome?.problem.map { (split: split, words: $0) }
        }
        let alike = Dictionary(grouping: known, by: \.words)
        return alike.sorted { $0.value[0].split < $1.value[0].split }.map { words, known in
            let names = known.map { comparison.name(ofSplit: $0.split) }.joined(separator: ", ")
            let place = " on split\(known.count > 1 ? "s" : "") \(names)"
            return "\(method.name)\(hasSplits ? place : ""): \(words)."
        }
    }
}
