public import Datasets
internal import Host

/// Cases in slices and as surfaces for a page, their references beside what was predicted: the paper's fourth figure.
///
/// The page must have loaded plotly.js as `Plotly` before, and defines the colours `--ink`, `--paper`, `--line` and
/// `--accent` in its style sheet.
public struct AnatomySection: Sendable {
    private let payload: AnatomyPayload

    /// Prepares cases, of which the first is shown at first, and labels in the order of the palette's colours.
    ///
    /// A label is off at first among surfaces where it hides others in any of the cases.
    public init(
        cases: [AnatomyCase], labels: [AnatomyLabel], options: AnatomyOptions = AnatomyOptions()
    ) {
        let packings = concurrentMap(cases.count, threads: options.threads) {
            CasePacking(cases[$0], labels: labels, options: options)
        }
        let colours = LabelPalette(count: labels.count).css
        payload = AnatomyPayload(
            labels: labels.indices.map { label in
                AnatomyPayload.Label(
                    name: labels[label].name, colour: colours[label],
                    isOuter: packings.contains { !$0.enclosed[label].isEmpty })
            },
            cases: packings.map(\.packed))
    }

    /// A fragment for a `<section>` that needs nothing else of the page; empty where there is no case.
    public var html: String {
        guard !payload.cases.isEmpty else { return "" }
        return AnatomyMarkup(payload).html
    }
}
