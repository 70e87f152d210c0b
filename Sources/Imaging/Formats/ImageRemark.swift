/// An oddity of an image that is read nevertheless: `info` notes it, and `check` warns of it.
public enum ImageRemark: Equatable, Sendable {
    /// The header gives two places, so far apart at the most; the sform is used.
    case formsDiffer(millimetres: Double)
    /// The header gives two lengths of voxels, in mm; those of the sform are used.
    case spacingDiffers(pixdim: SIMD3<Double>, sform: SIMD3<Double>)
    /// The header gives no place; the voxels' axes are taken to lead to the left, the front and up.
    case guessedPlace
    /// Lengths of voxels in an Analyze header, of which the signs are ignored.
    case negativeSpacing(SIMD3<Double>)
    /// An axis of one voxel without a length.
    case unknownThickness
    /// The header's unit, which is converted to mm.
    case unit(String)
    /// Voxels so small or so large, in mm, that the unit may be wrong.
    case unlikelySpacing(SIMD3<Double>)
    /// A slope of NaN, as some programs write for none.
    case unscaled
    /// Values of a label map that miss a whole number, such as this one, and stand for it without doubt.
    case roundedLabels(example: Double)
    /// A remark about a header of text lines.
    case header(HeaderRemark)
    case dicom(DICOMRemark)
}

extension ImageRemark {
    /// Nil for voxels of a usual size, from a hundredth of a mm to 20 mm.
    init?(spacingOf geometry: Geometry) {
        let spacing = geometry.spacing
        let lengths = (0..<3).filter { geometry.size[$0] > 1 }.map { spacing[$0] }
        guard lengths.contains(where: { $0 < 0.01 || $0 > 20 }) else { return nil }
        self = .unlikelySpacing(spacing)
    }

    /// The oddity, and how it is handled.
    public var message: String {
        switch self {
        case .formsDiffer(let distance):
            "sform and qform differ by up to \(short(distance)) mm; the sform is used, and other programs may "
                + "use the qform"
        case .spacingDiffers(let pixdim, let sform):
            "pixdim says voxels of \(lengths(pixdim)) and the sform voxels of \(lengths(sform)); "
                + "the sform is used, and other programs may use pixdim"
        case .guessedPlace:
            "the header does not say how the image lies in space; LAS around the centre is assumed"
        case .negativeSpacing(let spacing):
            "voxels of \(lengths(spacing)): the signs are ignored, as programs do not agree on what they mean; "
                + "look whether left and right are as they should be"
        case .unknownThickness: "an axis of one voxel has no valid length; 1 mm is assumed"
        case .unit(let unit):
            "lengths are converted from \(unit) to mm, and other programs may leave them"
        case .unlikelySpacing(let spacing):
            "voxels of \(lengths(spacing)): are the lengths of its header in another unit than mm?"
        case .unscaled: "the slope of its header is NaN; values are taken as they are stored"
        case .roundedLabels(let example):
            "values such as \(example) are taken for the nearest whole number, from which storing has moved them"
        case .header(let remark): remark.description
        case .dicom(let remark): remark.description
        }
    }

    private func lengths(_ spacing: SIMD3<Double>) -> String {
        (0..<3).map { short(spacing[$0]) }.joined(separator: " × ") + " mm"
    }

    /// A length with three decimals, or six if it is small.
    private func short(_ length: Double) -> String {
        let places = abs(length) < 0.1 ? 1e6 : 1e3
        let rounded = (length * places).rounded() / places
        return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
    }
}

/// An oddity of the header of an NRRD, MetaImage or MGH file, or a gap in it.
public enum HeaderRemark: Equatable, Sendable {
    /// The directions of the axes in the body are unknown; the name that the header gives its space.
    case unknownSpace(String?)
    /// The same for a space that cannot be the assumed one.
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
    /// The lengths of directions that are not 1; voxels are longer by these factors.
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
            "the space “\(name.shown)” of the header does not say which way its axes run in the body; left, "
                + "posterior and superior (LPS) are assumed, as ITK does, though that is right-handed: left and right "
                + "may be exchanged"
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
