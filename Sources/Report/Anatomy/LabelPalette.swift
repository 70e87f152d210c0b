public import SegNASImaging

/// The colours of a dataset's labels, the same in slices, surfaces and charts, and in the pictures of `check`.
///
/// `LabelColours` says how they are chosen: each as far as possible from those before it, for readers without red or
/// green cones too. They stand out from grey images; give a mark in such a colour an edge where it lies on paper.
public struct LabelPalette: Sendable {
    /// In the order of `LabelTable.foreground`: class k has colour k - 1.
    public let colours: [RGB]

    public init(count: Int) {
        colours = LabelColours.distinct(count)
    }

    /// As CSS writes them: `#ff9900`.
    public var css: [String] { colours.map(\.css) }
}

extension RGB {
    /// As CSS writes it: `#ff9900`.
    var css: String {
        "#"
            + [red, green, blue].map { level in
                let digits = String(level, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }
}
