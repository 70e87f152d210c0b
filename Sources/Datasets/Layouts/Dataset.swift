/// A folder of images and their label maps, whatever its layout.
public struct Dataset: Equatable, Sendable {
    public var name: String
    /// The folder that holds it.
    public var folder: String
    public var layout: Layout
    /// What each channel of an image is, for example `T1`.
    public var channels: [String]
    public var labels: LabelTable
    /// Cases with a label map.
    public var training: [Case]
    /// Cases without one.
    public var test: [Case]
    /// The parts that a datalist gives its cases with a label map; nil where all are for training.
    public var listedSplit: Split?
    /// What is odd about its layout, or allowed; its images may have other faults.
    public var layoutWarnings: [DatasetFault] = []

    /// How the folder is organised.
    public enum Layout: String, Sendable, Codable {
        case nnUNet = "nnU-Net v2"
        case decathlon = "Medical Segmentation Decathlon"
        case monai = "MONAI datalist"
        case plain = "images and labels"
    }

    /// One subject's scan.
    public struct Case: Hashable, Codable, Sendable {
        public var identifier: String
        /// Paths of the image: one file for each channel, or one that holds them all.
        public var images: [String]
        /// Path of the label map; nil where there is none.
        public var label: String?
        /// The fold of cross-validation in which a datalist puts the case.
        public var fold: Int?
    }
}
