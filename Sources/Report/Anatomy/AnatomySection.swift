public import SegNASDatasets
internal import SegNASHost
public import SegNASImaging

/// Cases in slices and as surfaces for a page, references beside predictions: the paper's fourth figure.
///
/// It is a part of the report of a study: ``StudyReport/cases``.
public struct AnatomySection: Sendable {
    let payload: AnatomyPayload

    /// Prepares cases that are in memory, the first of which is shown first: ``init(_:labels:scored:options:read:)``.
    public init?(
        cases: [AnatomyCase], labels: [AnatomyLabel], options: AnatomyOptions = AnatomyOptions()
    ) {
        self.init(cases.map(\.summary), labels: labels, options: options) { cases[$0] }
    }

    /// Reads and prepares cases one after the other, as many as the page has room for.
    ///
    /// A surface that hides others in any of the cases is off at first. Nil if there are no cases; where none can be
    /// read, the section says so.
    ///
    /// - Parameters:
    ///   - summaries: The cases, the most interesting ones first.
    ///   - labels: The labels of their maps, in the order of the palette's colours.
    ///   - scored: The names of the labels, or regions, that their Dice is of.
    ///   - options: Limits.
    ///   - read: Reads a case by its index; nil leaves it out.
    public init?(
        _ summaries: [CaseSummary], labels: [AnatomyLabel], scored: [String] = [],
        options: AnatomyOptions = AnatomyOptions(), read: @Sendable (Int) -> AnatomyCase?
    ) {
        let section = try? Self(
            summaries, labels: labels, scored: scored, options: options, apart: nil, read: read)
        guard let section else { return nil }
        self = section
    }

    /// The same with the voxels of all cases in files of their own beside the page, which `write` takes by their names
    /// in the page's folder.
    package init?(
        _ summaries: [CaseSummary], labels: [AnatomyLabel], scored: [String],
        options: AnatomyOptions = AnatomyOptions(), write: (String, String) throws -> Void,
        read: @Sendable (Int) -> AnatomyCase?
    ) throws {
        let section = try withoutActuallyEscaping(write) { write in
            try Self(
                summaries, labels: labels, scored: scored, options: options, apart: write,
                read: read)
        }
        guard let section else { return nil }
        self = section
    }

    private init?(
        _ summaries: [CaseSummary], labels: [AnatomyLabel], scored: [String],
        options: AnatomyOptions, apart write: ((String, String) throws -> Void)?,
        read: @Sendable (Int) -> AnatomyCase?
    ) throws {
        var shown: [ShownCase] = []
        var isOuter = labels.map { _ in false }
        var (next, bytes, isFull) = (0, 0, false)
        while next < summaries.count, !isFull {
            let first = next
            let packings = concurrentMap(
                min(options.threads, summaries.count - first), threads: options.threads
            ) { index in
                read(first + index).map { CasePacking($0, labels: labels, options: options) }
            }
            for packing in packings {
                let summary = summaries[next]
                next += 1
                guard let packing else { continue }
                if let write {
                    let apart = ShownCase(summary, nil)
                    let text = try pageJSON(packing.packed)
                    let place = "(window.segnas3dCases ??= {})[\(summary.number)]"
                    try write(apart.fileName, "\(place) = \(text);\n")
                    shown.append(apart)
                } else {
                    bytes += packing.packed.byteCount
                    isFull = bytes > options.bytes && !shown.isEmpty
                    guard !isFull else {
                        next -= 1
                        break
                    }
                    shown.append(ShownCase(summary, packing.packed))
                }
                for label in labels.indices where !packing.enclosed[label].isEmpty {
                    isOuter[label] = true
                }
            }
        }
        guard !summaries.isEmpty else { return nil }
        let colours = LabelPalette(count: labels.count).css
        payload = AnatomyPayload(
            labels: labels.indices.map { label in
                AnatomyPayload.Label(
                    name: labels[label].name, colour: colours[label], isOuter: isOuter[label])
            },
            scored: scored, cases: shown, omitted: summaries.count - next,
            unreadable: next - shown.count)
    }

    /// True if there are cases to be drawn, and not only words.
    package var isDrawn: Bool { !payload.cases.isEmpty }

    /// The content of the page's `<section>`, to be filled by its script.
    var html: String { AnatomyMarkup(payload).html }

    /// True if the page needs the files beside it.
    var hasFiles: Bool { payload.cases.contains { $0.content == nil } }
}

/// The limits and the margin of cases on a page.
public struct AnatomyOptions: Sendable {
    /// The most bytes that all cases together add to the page, which has 10 MB then.
    public var bytes = 5_000_000
    /// The most bytes that a case adds to the page.
    public var bytesPerCase = 1_000_000
    /// The margin around the labels that slices show, in mm.
    public var margin = 8.0
    /// The most voxels of a case; the browser draws a picture of as many pixels, and some refuse 16 million.
    public var voxelLimit = 8_000_000
    /// The vertices of a map's surfaces, which decide how coarse those of large labels are.
    public var vertices = 60_000
    public var threads = HostResources.current().cores

    public init() {}

    /// Limits with which ten cases, or all if they are fewer, have room on a page.
    public init(cases: Int) {
        bytesPerCase = min(bytesPerCase, bytes / max(1, min(cases, 10)))
    }
}

/// A structure to be shown: its name, and its value in label maps.
public typealias AnatomyLabel = LabelTable.Label

/// The colours of a dataset's labels, the same in slices, surfaces and charts, and in the pictures of `check`.
///
/// `LabelColours` says how they are chosen: each as far as possible from those before it, for readers without red or
/// green cones too. They stand out from grey images; give a mark in such a colour an edge where it lies on paper.
public struct LabelPalette: Sendable {
    /// The colours in the order of `LabelTable.foreground`: class k has colour k - 1.
    public let colours: [RGB]

    public init(count: Int) {
        colours = LabelColours.distinct(count)
    }

    /// The colours in CSS: `#ff9900`.
    public var css: [String] { colours.map(\.css) }
}

extension RGB {
    /// The colour in CSS: `#ff9900`.
    var css: String {
        "#"
            + [red, green, blue].map { level in
                let digits = String(level, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }
}
