/// What an axis of an NRRD array is, by its kind and, where the header has a space, by its direction.
enum NRRDKind: Equatable {
    /// Of space, unless the header has directions and none for it.
    case domain
    case time
    /// Values of a voxel that stand beside each other.
    case components
    /// Values of a voxel that are one thing together, which is no number; its name.
    case other(String)

    /// The kind of a name, and how many values it has where it says so; nil for a name that the format lacks.
    static func named(_ name: String) -> (kind: NRRDKind, length: Int?)? {
        switch name.lowercased() {
        case "domain", "space", "???", "none": (.domain, nil)
        case "time": (.time, nil)
        case "list", "point", "vector", "covariant-vector", "normal": (.components, nil)
        case "stub", "scalar": (.components, 1)
        case "2-vector": (.components, 2)
        case "3-vector", "3-gradient", "3-normal": (.components, 3)
        case "4-vector", "quaternion": (.components, 4)
        case "complex": (.other("complex"), 2)
        case "3-color", "rgb-color", "hsv-color", "xyz-color": (.other("RGB colour"), 3)
        case "4-color", "rgba-color": (.other("RGBA colour"), 4)
        case "2d-symmetric-matrix": (.other("tensor"), 3)
        case "2d-masked-symmetric-matrix", "2d-matrix": (.other("tensor"), 4)
        case "2d-masked-matrix": (.other("tensor"), 5)
        case "3d-symmetric-matrix": (.other("tensor"), 6)
        case "3d-masked-symmetric-matrix": (.other("tensor"), 7)
        case "3d-matrix": (.other("tensor"), 9)
        case "3d-masked-matrix": (.other("tensor"), 10)
        default: nil
        }
    }
}
