/// Which layout a dataset is taken to have, and why.
public struct LayoutRecognition: Equatable, Sendable {
    public var layout: Dataset.Layout
    /// Halves of sentences: what speaks for it, and what of the folder is left unread.
    public var evidence: [String]

    public init(_ layout: Dataset.Layout, _ evidence: String...) {
        self.layout = layout
        self.evidence = evidence
    }
}

extension LayoutRecognition: CustomStringConvertible {
    /// One line, without the layout's name.
    public var description: String { "recognised by " + evidence.joined(separator: "; ") }
}

/// A layout that a folder may have, and how it is read then.
struct LayoutCandidate {
    /// Nil where a description has yet to say it.
    let recognition: LayoutRecognition?
    let read: (inout LayoutReader) -> Dataset?

    init(
        _ recognition: LayoutRecognition?, read: @escaping (inout LayoutReader) -> Dataset?
    ) {
        self.recognition = recognition
        self.read = read
    }
}
