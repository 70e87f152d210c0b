internal import SegNASDatasets
internal import SegNASSearch

/// A line for each method and split, for spreadsheets; what there is not is left empty.
struct ComparisonCSV {
    private let comparison: Comparison

    init(_ comparison: Comparison) {
        self.comparison = comparison
    }

    var text: String {
        var csv = CSV(header: columns)
        for method in comparison.summaries {
            for (split, outcome) in method.outcomes.enumerated() {
                let entry = SplitEntry(outcome, split: comparison.firstSplit + split)
                csv.append(
                    [method.name, "\(entry.split)", entry.outcome.rawValue, entry.reason ?? ""]
                        + test(entry.test) + costs(entry)
                        + network(outcome?.result.flatMap(NetworkChoice.init))
                        + proposals(entry.proposals)
                        + [text(entry.needed), text(entry.limit), entry.report ?? ""])
            }
        }
        return csv.text
    }

    private var columns: [String] {
        ["method", "split", "outcome", "reason", "test_cases", "dice", "hd95_mm", "assd_mm"]
            + comparison.labels.foreground.map { "dice \($0.name)" }
            + ["validation_dice", "parameters", "seconds", "n", "p", "sup", "res", "nodes"]
            + ["operations", "unused_operations", "dropout"]
            + Hyperparameter.allCases.map(\.rawValue)
            + ["trained", "cached", "illegal", "out_of_memory", "failed"]
            + ["needed_bytes", "limit_bytes", "report"]
    }

    private func test(_ test: TestEntry?) -> [String] {
        let means = [test?.dice?.mean, test?.hausdorff95?.mean, test?.averageSurfaceDistance?.mean]
        let labels = comparison.labels.foreground.map { label in
            test?.labels.first { $0.value == label.value }?.dice?.mean
        }
        return [text(test?.cases.count)] + (means + labels).map { text($0) }
    }

    private func costs(_ entry: SplitEntry) -> [String] {
        [text(entry.validationDice), text(entry.parameters), text(entry.seconds)]
    }

    private func network(_ choice: NetworkChoice?) -> [String] {
        let network = choice?.network
        let whole = [
            network?.n, network?.p, network.map { $0.sup ? 1 : 0 }, network.map { $0.res ? 1 : 0 },
            network?.block.nodes,
        ]
        let operations = [true, false].map { used in
            choice?.numbers(used: used).map(String.init).joined(separator: " ") ?? ""
        }
        return whole.map { text($0) } + operations + [text(network?.dropout)]
            + Hyperparameter.allCases.map { text(choice?.hyperparameters[$0]) }
    }

    private func proposals(_ counts: Comparison.Proposals?) -> [String] {
        [
            counts?.trained, counts?.cached, counts?.illegal, counts?.outOfMemory, counts?.failed,
        ].map { text($0) }
    }

    private func text(_ value: (some CustomStringConvertible)?) -> String {
        value.map { "\($0)" } ?? ""
    }
}

extension Comparison.Outcome {
    var result: Comparison.Result? {
        if case .judged(let result) = self { result } else { nil }
    }
}
