internal import SegNASHost

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
    static let imageType = DICOMTag(group: 0x0008, element: 0x0008)
    static let kind = DICOMTag(group: 0x0008, element: 0x0016)
    static let acquisitionTime = DICOMTag(group: 0x0008, element: 0x0032)
    static let modality = DICOMTag(group: 0x0008, element: 0x0060)
    static let seriesDescription = DICOMTag(group: 0x0008, element: 0x103E)
    static let thickness = DICOMTag(group: 0x0018, element: 0x0050)
    static let echoTime = DICOMTag(group: 0x0018, element: 0x0081)
    static let echo = DICOMTag(group: 0x0018, element: 0x0086)
    static let sliceDistance = DICOMTag(group: 0x0018, element: 0x0088)
    static let triggerTime = DICOMTag(group: 0x0018, element: 0x1060)
    static let diffusion = DICOMTag(group: 0x0018, element: 0x9087)
    static let study = DICOMTag(group: 0x0020, element: 0x000D)
    static let series = DICOMTag(group: 0x0020, element: 0x000E)
    static let seriesNumber = DICOMTag(group: 0x0020, element: 0x0011)
    static let acquisition = DICOMTag(group: 0x0020, element: 0x0012)
    static let position = DICOMTag(group: 0x0020, element: 0x0032)
    static let orientation = DICOMTag(group: 0x0020, element: 0x0037)
    static let space = DICOMTag(group: 0x0020, element: 0x0052)
    static let time = DICOMTag(group: 0x0020, element: 0x0100)
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
    static let modalityTable = DICOMTag(group: 0x0028, element: 0x3000)
    static let floatPixelData = DICOMTag(group: 0x7FE0, element: 0x0008)
    static let doublePixelData = DICOMTag(group: 0x7FE0, element: 0x0009)
    static let pixelData = DICOMTag(group: 0x7FE0, element: 0x0010)
}

extension DICOMTag: CustomStringConvertible {
    /// The name of an attribute that is read here, else its numbers.
    var description: String {
        Self.names[self] ?? "(\(hexadecimal(group)),\(hexadecimal(element)))"
    }

    private static let names: [DICOMTag: String] = [
        .transferSyntax: "Transfer Syntax UID", .imageType: "Image Type",
        .acquisitionTime: "Acquisition Time", .thickness: "Slice Thickness",
        .echoTime: "Echo Time", .echo: "Echo Numbers",
        .sliceDistance: "Spacing Between Slices", .triggerTime: "Trigger Time",
        .diffusion: "Diffusion b-value", .series: "Series Instance UID",
        .acquisition: "Acquisition Number", .time: "Temporal Position Identifier",
        .position: "Image Position (Patient)", .orientation: "Image Orientation (Patient)",
        .samplesPerPixel: "Samples per Pixel", .photometric: "Photometric Interpretation",
        .frames: "Number of Frames", .rows: "Rows", .columns: "Columns",
        .pixelSpacing: "Pixel Spacing", .bitsAllocated: "Bits Allocated",
        .bitsStored: "Bits Stored", .highBit: "High Bit", .representation: "Pixel Representation",
        .intercept: "Rescale Intercept", .slope: "Rescale Slope",
        .modalityTable: "Modality LUT Sequence", .floatPixelData: "Float Pixel Data",
        .doublePixelData: "Double Float Pixel Data", .pixelData: "Pixel Data",
    ]
}

private func hexadecimal(_ number: Int) -> String {
    padded(number, to: 4, radix: 16).uppercased()
}
