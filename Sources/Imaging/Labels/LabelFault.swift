internal import SegNASHost

/// A reason why a volume is not a map of labels.
public enum LabelFault: Error, Equatable, Sendable {
    /// More than one value a voxel.
    case channels(Int)
    /// The number of voxels that hold NaN or an infinity.
    case notFinite(count: Int)
    /// The number of voxels that hold fractions, and an example.
    case notIntegers(count: Int, example: Double)
    /// The number of voxels that hold fractions, made of whole numbers by the header's scaling, and an example.
    case scaled(count: Int, example: Double, slope: Double)
    /// The number of values, and the percentage of voxels unlike the one before them: these are intensities.
    case image(values: Int, changing: Int)
    /// The number of voxels that hold integers beyond 32 bits, and an example.
    case outOfRange(count: Int, example: Double)
    /// Structures that the file names, on layers that may overlap.
    case layers(Int, structures: [String])
    /// Structures that the file names and gives one value.
    case sharedValue(Int, structures: [String])
}

extension LabelFault: CustomStringConvertible {
    /// The fault and what to do about it.
    public var description: String {
        switch self {
        case .channels(let count):
            "has \(count) values a voxel where labels have one: merge the channels into one label map"
        case .notFinite(let count):
            "has \(voxels(count)) with NaN or infinity where labels are whole numbers: "
                + "is it an image? If not, set them to the background's label"
        case .notIntegers(let count, let example):
            "has \(voxels(count)) with fractions such as \(example) where labels are whole numbers: "
                + "is it an image, or were labels resampled with interpolation? "
                + "Resample them with nearest neighbours"
        case .scaled(let count, let example, let slope):
            "has \(voxels(count)) with fractions such as \(example) where labels are whole numbers: the scaling "
                + "of its header, a slope of \(slope), makes them; write it again with an integer type and unscaled"
        case .image(let values, let changing):
            "looks like an image and not like labels: it has \(values) or more different values, and \(changing) % of "
                + "its voxels differ from the one before; name the label map instead"
        case .outOfRange(let count, let example):
            "has \(voxels(count)) with labels such as \(example), beyond 32 bits: "
                + "give the structures smaller numbers"
        case .layers(let count, let structures):
            "has its segments (\(quoted(structures))) on \(count) layers, which may overlap, where a label map has one "
                + "value a voxel: export it as one labelmap, or merge the layers"
        case .sharedValue(let value, let structures):
            "names the value \(value) \(quoted(structures)): give each structure its own value"
        }
    }
}

/// The first names, and how many more there are.
private func quoted(_ names: [String]) -> String {
    some(names.map { "“\($0.shown)”" }, limit: 4)
}

private func voxels(_ count: Int) -> String {
    count == 1 ? "1 voxel" : "\(count) voxels"
}

/// An image file whose values are not labels.
public struct LabelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    public var file: String
    public var fault: LabelFault

    public init(file: String, fault: LabelFault) {
        self.file = file
        self.fault = fault
    }

    public var description: String { "\(file): \(fault)" }
}
