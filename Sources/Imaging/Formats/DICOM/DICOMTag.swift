/// The number of a data element, PS3.6.
struct DICOMTag: Hashable, Comparable {
    var group: Int
    var element: Int

    static func < (a: DICOMTag, b: DICOMTag) -> Bool {
        (a.group, a.element) < (b.group, b.element)
    }
}

extension DICOMTag {
    static let kindOfFile = DICOMTag(group: 0x0002, element: 0x0002)
    static let transferSyntax = DICOMTag(group: 0x0002, element: 0x0010)
    static let thickness = DICOMTag(group: 0x0018, element: 0x0050)
    static let series = DICOMTag(group: 0x0020, element: 0x000E)
    static let position = DICOMTag(group: 0x0020, element: 0x0032)
    static let orientation = DICOMTag(group: 0x0020, element: 0x0037)
    static let samplesPerPixel = DICOMTag(group: 0x0028, element: 0x0002)
    static let photometric = DICOMTag(group: 0x0028, element: 0x0004)
    static let frames = DICOMTag(group: 0x0028, element: 0x0008)
    static let rows = DICOMTag(group: 0x0028, element: 0x0010)
    static let columns = DICOMTag(group: 0x0028, element: 0x0011)
    static let pixelSpacing = DICOMTag(group: 0x0028, element: 0x0030)
    static let bitsAllocated = DICOMTag(group: 0x0028, element: 0x0100)
    static let bitsStored = DICOMTag(group: 0x0028, element: 0x0101)
    static let highBit = DICOMTag(group: 0x0028, element: 0x0102)
    static let representation = DICOMTag(group: 0x0028, element: 0x0103)
    static let intercept = DICOMTag(group: 0x0028, element: 0x1052)
    static let slope = DICOMTag(group: 0x0028, element: 0x1053)
    static let pixelData = DICOMTag(group: 0x7FE0, element: 0x0010)
}

extension DICOMTag: CustomStringConvertible {
    /// The name of an attribute that is read here, else its numbers.
    var description: String {
        Self.names[self] ?? "(\(hexadecimal(group)),\(hexadecimal(element)))"
    }

    private static let names: [DICOMTag: String] = [
        .thickness: "Slice Thickness", .series: "Series Instance UID",
        .position: "Image Position (Patient)", .orientation: "Image Orientation (Patient)",
        .samplesPerPixel: "Samples per Pixel", .photometric: "Photometric Interpretation",
        .frames: "Number of Frames", .rows: "Rows", .columns: "Columns",
        .pixelSpacing: "Pixel Spacing", .bitsAllocated: "Bits Allocated",
        .bitsStored: "Bits Stored", .highBit: "High Bit", .representation: "Pixel Representation",
        .intercept: "Rescale Intercept", .slope: "Rescale Slope", .pixelData: "Pixel Data",
    ]
}

private func hexadecimal(_ number: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// How the elements of a file are written, PS3.5 section 10, of those that are read.
struct DICOMSyntax {
    var isExplicit: Bool
    var isCompressed: Bool

    init?(uid: String) {
        let root = "1.2.840.10008.1.2"
        switch uid {
        case root: (isExplicit, isCompressed) = (false, false)
        case root + ".1": (isExplicit, isCompressed) = (true, false)
        // JPEG, JPEG-LS, JPEG 2000 and run lengths.
        case root + ".4.50", root + ".4.51", root + ".4.57", root + ".4.70", root + ".4.80",
            root + ".4.81", root + ".4.90", root + ".4.91", root + ".5":
            (isExplicit, isCompressed) = (true, true)
        default: return nil
        }
    }
}
