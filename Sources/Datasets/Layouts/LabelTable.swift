/// The labels of a dataset: what is stored in its label maps, and the classes that a network tells apart.
///
/// Class 0 is the background. Stored values need not be consecutive; classes are.
public struct LabelTable: Hashable, Codable, Sendable {
    /// Foreground labels in the order of their stored values: class k is `foreground[k - 1]`.
    public var foreground: [Label]
    /// The stored value of the background.
    public var background: Int
    /// The stored value of voxels that count neither in the loss nor in a metric; nil where there is none.
    public var ignore: Int?

    /// A structure to be found.
    public struct Label: Hashable, Sendable, Codable {
        public var name: String
        public var value: Int

        public init(name: String, value: Int) {
            self.name = name
            self.value = value
        }
    }

    public init(foreground: [Label], background: Int = 0, ignore: Int? = nil) {
        self.foreground = foreground.sorted { $0.value < $1.value }
        self.background = background
        self.ignore = ignore
    }

    /// Marks, among classes, the voxels to ignore.
    public static let ignoredClass: UInt8 = 255

    /// Classes with the background.
    public var classCount: Int { foreground.count + 1 }
}
