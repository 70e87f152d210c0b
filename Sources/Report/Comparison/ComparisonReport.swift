internal import SegNASHost

/// What is told of a comparison: page, tables, document.
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
    ///   - comparison: What is told of.
    ///   - version: The version of segnas3d that tells it.
    public init(_ comparison: Comparison, version: String) {
        self.comparison = comparison
        self.version = version
    }

    private var data: ComparisonData { ComparisonData(comparison, program: version) }

    /// One self-contained page.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func html() throws -> String {
        let sections = [
            ComparisonSummary(comparison).section, Section.methods(comparison),
            Section.testCases(comparison), Section.pairs(comparison), Section.labels(comparison),
            Section.splits(comparison), Section.optima(comparison), Section.proposals(comparison),
            Section.conditions(comparison),
        ].compactMap { $0 }
        return Page(
            title: "Comparison: \(comparison.dataset)", sections: sections,
            data: try pageJSON(data), script: .comparison, version: version
        ).html
    }

    /// Table 3 and the paired tests.
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

    /// One line for each method and split.
    public var csv: String { ComparisonCSV(comparison).text }

    /// Table 3.
    public var latex: String {
        let methods = MethodTable(comparison)
        let notes = ["\\usepackage{booktabs} and \\usepackage[normalem]{ulem} are needed."]
        return (notes + [comparison.state.printable] + methods.notes.map(\.printable)).map {
            "% \($0)\n"
        }.joined() + methods.table.latex
    }

    /// All of it, as schema 1.
    ///
    /// - Throws: `EncodingError` never, as all its numbers are finite.
    public func json() throws -> String { try data.document() }
}

extension Comparison {
    var isComplete: Bool { progress.known == progress.all }

    /// Whether there is more to come.
    var state: String {
        guard !isComplete else { return "The comparison is complete." }
        let (known, all) = progress
        return
            "The comparison is running or interrupted, so far \(known) of \(all) outcomes are known: "
            + "all figures are those so far."
    }
}
