public import SegNASDatasets
internal import SegNASHost
public import SegNASImaging

/// Cases in slices and as surfaces for a page, references beside predictions: the paper's fourth figure.
///
/// It is a part of the report of a study: ``StudyReport/cases``.
public struct AnatomySection: Sendable {
    let payload: AnatomyPayload

    /// Prepares cases, the first of which is shown first, and labels in the order of the palette's colours.
    ///
    /// A surface that hides others in any of the cases is off at first. Nil if there is no case.
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

    /// The content of the page's `<section>`, to be filled by its script.
    var html: String { AnatomyMarkup(payload).html }
}

/// The limits and the margin of cases on a page.
public struct AnatomyOptions: Sendable {
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
}

/// A test case that the report shows in images: the labels of its reference beside the predicted ones.
public struct AnatomyCase: Sendable {
    /// The title on the page, such as "worst (case 12)": never the name of its files.
    public let title: String
    /// The image, whose first channel is shown; nil leaves images out.
    public let image: Volume?
    public let reference: LabelMap
    public let prediction: LabelMap
    /// The mean Dice over labels; nil if it is not defined.
    public let dice: Double?

    /// Makes a case of three arrays of one size, whose geometry is the reference's.
    public init(
        title: String, image: Volume?, reference: LabelMap, prediction: LabelMap, dice: Double?
    ) {
        let size = reference.geometry.size
        precondition(prediction.geometry.size == size, "the prediction has another grid")
        precondition(image.map { $0.geometry.size == size } ?? true, "the image has another grid")
        self.title = title
        self.image = image
        self.reference = reference
        self.prediction = prediction
        self.dice = dice
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
