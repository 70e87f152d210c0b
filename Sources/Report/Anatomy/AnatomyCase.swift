public import SegNASDatasets
public import SegNASImaging

/// A case of which the report shows the labels of its reference beside those that were predicted.
public struct AnatomyCase: Sendable {
    /// What it is called on the page, such as "worst (case 12)": never the name that its files have.
    public let title: String
    /// Of its channels the first is shown; nil leaves images out.
    public let image: Volume?
    public let reference: LabelMap
    public let prediction: LabelMap
    /// The mean over labels; nil where it is not defined.
    public let dice: Double?

    /// Three arrays of one size, whose geometry is the reference's.
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

/// A structure to be shown: its name, and the value that stands for it in label maps.
public typealias AnatomyLabel = LabelTable.Label
