internal import SegNASHost

/// A fault of a description's regions, labels made of several values.
public enum RegionFault: Hashable, Sendable {
    /// Regions in a description of another kind than nnU-Net's `dataset.json`.
    case unsupported([String])
    case orderMissing([String])
    /// The number of values in `regions_class_order`, and the regions.
    case orderCount(Int, [String])
    case empty(String)
    /// Neither a whole number nor a list of them.
    case values(String)
    /// A background or a label to ignore that is several values.
    case several(String)
    case background(String, value: Int)
    case ignored(String, value: Int)
    /// Regions of the same values.
    case same([String])
    /// A region painted with a value that is not one of its own.
    case foreignValue(String, value: Int, values: [Int])
    /// Regions painted with one value.
    case sameValue(Int, [String])
    /// Where all regions of a value are found, another value is painted that belongs to other regions.
    case unclear(value: Int, of: [String], painted: Int, belonging: [String])
}

extension RegionFault {
    /// The fault and its remedy.
    var message: String {
        switch self {
        case .unsupported(let names):
            """
            \(listed(names)): regions, labels made of several values, are read from nnU-Net's dataset.json alone: give \
            each structure one value, or describe the dataset as nnU-Net does
            """
        case .orderMissing(let names):
            """
            lacks "regions_class_order" for the regions \(listed(names)): add the value that each is painted with, in \
            the order of the labels, the enclosing regions first
            """
        case .orderCount(let count, let names):
            """
            "regions_class_order" has \(counted(count, "value")) for the \(counted(names.count, "region")) \
            \(listed(names)): give one for each, in their order
            """
        case .empty(let name):
            "the region \"\(name)\" has no values: name those that it is made of, or remove it"
        case .values(let name):
            "the region \"\(name)\" must have whole numbers, as in {\"\(name)\": [1, 2]}"
        case .several(let name): "\"\(name)\" must have one whole number, not several"
        case .background(let name, let value):
            "the region \"\(name)\" has the background's value \(value), which is not learned: remove it there"
        case .ignored(let name, let value):
            "the region \"\(name)\" has the value \(value), which is to be ignored: remove it there"
        case .same(let names):
            "the regions \(listed(names)) have the same values: keep one"
        case .foreignValue(let name, let value, let values):
            """
            "regions_class_order" paints \(name) with \(value), which is none of its values \(list(values)): give one \
            of them that no region inside of it has
            """
        case .sameValue(let value, let names):
            "\"regions_class_order\" paints \(listed(names)) with the same value \(value): give each its own"
        case .unclear(let value, let regions, let painted, let others):
            """
            by "regions_class_order" a voxel of \(value), which belongs to \(listed(regions)), would be painted with \
            \(painted), which belongs to \(listed(others)): name enclosing regions first, and give each region a value \
            that no region inside of it has
            """
        }
    }
}

private func list(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: ", ")
}
