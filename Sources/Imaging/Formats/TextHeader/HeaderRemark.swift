/// Something unusual of the header of an NRRD, MetaImage or MGH file, or something that it does not say.
public enum HeaderRemark: Equatable, Sendable {
    /// Which way the axes of space run in the body; the name that the header gives its space.
    case unknownSpace(String?)
    /// As above, of a space that cannot be the one that is assumed.
    case leftHandedSpace(String)
    case noDirections
    case noOrigin
    case noSpacing
    /// The middle of the first voxel is half a voxel from the position that the header gives, or is that position.
    case unknownCentring
    /// An MGH file without directions, as FreeSurfer reads it.
    case coronalSlices
    /// Fewer than three axes of space.
    case flat(axes: Int)
    case unknownUnit(String)
    /// Directions have such lengths instead of 1; voxels are as much longer.
    case directionLengths([Double])
    /// The anatomical orientation that the header names, and that of its directions, in the header's words.
    case orientationDiffers(stated: String, used: String)
    /// A part of the header that has no meaning for an image.
    case unused(String)
}

extension HeaderRemark: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownSpace(let name):
            (name.map { "the space “\($0.shown)” of the header does not say" }
                ?? "the header does not say")
                + " which way its axes run in the body; left, posterior and superior (LPS) are assumed"
        case .leftHandedSpace(let name):
            "the space “\(name.shown)” of the header does not say which way its axes run in the body; left, posterior "
                + "and superior (LPS) are assumed, as ITK does, though that is right-handed: left and right may be "
                + "exchanged"
        case .noDirections:
            "the header does not say where its axes lead; the axes of its space are assumed"
        case .noOrigin:
            "the header does not say where the first voxel lies; 0, 0, 0 mm are assumed"
        case .noSpacing: "the header gives no spacing for some axes; 1 mm is assumed"
        case .unknownCentring:
            "the header does not say whether positions are those of voxels' middles or borders; borders are assumed"
        case .coronalSlices:
            "the header does not say how the image lies in space; coronal slices of 1 mm around the centre are assumed"
        case .flat(let axes):
            "the image has \(axes == 1 ? "1 axis" : "\(axes) axes") of space; 1 mm is assumed across"
        case .unknownUnit(let unit):
            "the unit “\(unit.shown)” of lengths is unknown; mm are assumed"
        case .directionLengths(let lengths):
            "the directions of the axes have the lengths "
                + lengths.map { "\(($0 * 10_000).rounded() / 10_000)" }.joined(separator: ", ")
                + " instead of 1; spacings are multiplied by them"
        case .orientationDiffers(let stated, let used):
            "the header names the orientation \(stated), and its directions are \(used); the directions are used"
        case .unused(let name): "“\(name)” of the header is not used"
        }
    }
}
