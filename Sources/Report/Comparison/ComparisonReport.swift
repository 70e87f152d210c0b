internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch

/// The report of a comparison: page, tables, document.
///
/// It can be made at any time, also while outcomes are outstanding; it names no case.
///
/// ```swift
/// let report = ComparisonReport(comparison, version: "0.1.0")
/// print(report.markdown)
/// ```
public struct ComparisonReport {
    private let comparison: Comparison
    private let version: String

    /// - Parameters:
    ///   - comparison: The results to report.
    ///   - version: The version of segnas3d that makes the report.
    public init(_ comparison: Comparison, version: String) {
        self.comparison = comparison
        self.version = version
    }

    private var data: ComparisonData { ComparisonData(comparison, program: version) }

    /// One self-contained page.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func html() throws -> String { try html(at: nil) }

    /// The whole page; with a position one that is watched.
    package func html(at position: LivePosition?) throws -> String {
        Page(
            title: "Comparison: \(comparison.dataset)", sections: sections,
            data: try pageText(), script: .comparison, version: version, position: position
        ).html
    }

    /// The data of the page, as JSON on one line.
    package func pageText() throws -> String { try pageJSON(data) }

    /// The parts of the page by their ids.
    package var parts: [(id: String, html: String)] { sections.map { ($0.id, $0.html) } }

    private var sections: [Section] {
        [
            ComparisonSummary(comparison).section, Section.methods(comparison),
            Section.testCases(comparison), Section.pairs(comparison), Section.labels(comparison),
            Section.splits(comparison), Section.optima(comparison), Section.trials(comparison),
            Section.conditions(comparison),
        ].compactMap { $0 }
    }

    /// The paper's Table 3 and the paired tests in Markdown.
    public var markdown: String {
        let methods = MethodTable(comparison)
        let pairs = PairTable(comparison)
        let parts =
            [
                escapedForMarkdown(
                    "Comparison of methods on \(comparison.dataset). \(comparison.state)")
            ]
            + [methods.table.markdown] + methods.notes.map(escapedForMarkdown)
            + [pairs.table?.markdown].compactMap { $0 } + pairs.notes.map(escapedForMarkdown)
        return parts.joined(separator: "\n\n")
    }

    /// A CSV file with one line for each method and split.
    public var csv: String { ComparisonCSV(comparison).text }

    /// The paper's Table 3 in LaTeX.
    public var latex: String {
        let methods = MethodTable(comparison)
        let notes = ["\\usepackage{booktabs} and \\usepackage[normalem]{ulem} are needed."]
        return (notes + [comparison.state.printable] + methods.notes.map(\.printable)).map {
            "% \($0)\n"
        }.joined() + methods.table.latex
    }

    /// The JSON document, schema 1.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func json() throws -> String { try data.document() }
}

extension Comparison {
    var isComplete: Bool { progress.known == progress.all }

    /// A sentence about the progress of the comparison.
    var state: String {
        guard !isComplete else { return "The comparison is complete." }
        let (known, all) = progress
        return
            "The comparison is running or interrupted, so far \(known) of \(all) outcomes are known: "
            + "all figures are those so far."
    }
}

/// A line for each method and split, for spreadsheets; missing values are left empty.
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
                        + trials(entry.proposals)
                        + [text(entry.needed), text(entry.limit), entry.report ?? ""])
            }
        }
        return csv.text
    }

    private var columns: [String] {
        ["method", "split", "outcome", "reason", "test_cases", "dice", "hd95_mm", "assd_mm"]
            + comparison.labels.structures.map { "dice \($0.name)" }
            + ["validation_dice", "parameters", "seconds", "n", "p", "sup", "res", "nodes"]
            + ["operations", "unused_operations", "dropout"]
            + hyperparameters.map(\.rawValue)
            + ["trained", "cached", "illegal", "out_of_memory", "failed"]
            + ["needed_bytes", "limit_bytes", "report"]
    }

    /// Batch and learning rate, which always have a column, and what else was searched.
    private var hyperparameters: [Hyperparameter] {
        let choices = comparison.summaries.flatMap(\.outcomes).compactMap {
            $0?.result.flatMap(NetworkChoice.init)
        }
        let searched = Set(choices.flatMap(\.hyperparameters.keys)).union([.batch, .learningRate])
        return Hyperparameter.allCases.filter(searched.contains)
    }

    private func test(_ test: TestEntry?) -> [String] {
        let means = [test?.dice?.mean, test?.hausdorff95?.mean, test?.averageSurfaceDistance?.mean]
        let labels = comparison.labels.structures.map { label in
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
            + hyperparameters.map { text(choice?.hyperparameters[$0]) }
    }

    private func trials(_ counts: Comparison.TrialCounts?) -> [String] {
        [
            counts?.completed, counts?.cached, counts?.illegal, counts?.outOfMemory, counts?.failed,
        ].map { text($0) }
    }

    private func text(_ value: (some CustomStringConvertible)?) -> String {
        value.map { "\($0)" } ?? ""
    }
}

extension Comparison.Outcome {
    var result: Comparison.Result? {
        if case .evaluated(let result) = self { result } else { nil }
    }
}
