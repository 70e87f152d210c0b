public import SegNASDatasets
internal import SegNASHost

/// Cases in slices and as surfaces for a page, their references beside what was predicted: the paper's fourth figure.
///
/// A part of the report of a study: ``StudyReport/cases``.
public struct AnatomySection: Sendable {
    let payload: AnatomyPayload

    /// Prepares cases, of which the first is shown at first, and labels in the order of the palette's colours.
    ///
    /// A label is off at first among surfaces where it hides others in any of the cases. Nil where there is no case.
    public init?(
        cases: [AnatomyCase], labels: [AnatomyLabel], options: AnatomyOptions = AnatomyOptions()
    ) {
        guard !cases.isEmpty else { return nil }
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

    /// What stands in the page's `<section>`, to be filled by its script.
    var html: String { AnatomyMarkup(payload).html }
}

/// How the anatomy of cases is brought to a page.
public struct AnatomyOptions: Sendable {
    /// The most bytes that a case adds to the page.
    public var bytesPerCase = 1_000_000
    /// Mm around the labels that slices show.
    public var margin = 8.0
    /// The most voxels of a case; the browser draws a picture of as many pixels, and small ones refuse 16 million.
    public var voxelLimit = 8_000_000
    /// Vertices of a map's surfaces, which decide how coarse those of large labels are.
    public var vertices = 60_000
    public var threads = HostResources.current().cores

    public init() {}
}
