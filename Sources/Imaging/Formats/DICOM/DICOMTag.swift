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
    static let extendedOffsets = DICOMTag(group: 0x7FE0, element: 0x0001)
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

/// Of images and segmentations with several frames: their functional groups, and what is in these alone.
extension DICOMTag {
    static let frameType = DICOMTag(group: 0x0008, element: 0x9007)
    static let effectiveEchoTime = DICOMTag(group: 0x0018, element: 0x9082)
    static let echoGroup = DICOMTag(group: 0x0018, element: 0x9114)
    static let diffusionGroup = DICOMTag(group: 0x0018, element: 0x9117)
    static let cardiacGroup = DICOMTag(group: 0x0018, element: 0x9118)
    static let frameTypeOfMR = DICOMTag(group: 0x0018, element: 0x9226)
    static let frameTypeOfCT = DICOMTag(group: 0x0018, element: 0x9329)
    static let frameTypeOfPET = DICOMTag(group: 0x0018, element: 0x9751)
    static let stack = DICOMTag(group: 0x0020, element: 0x9056)
    static let frameContent = DICOMTag(group: 0x0020, element: 0x9111)
    static let planePosition = DICOMTag(group: 0x0020, element: 0x9113)
    static let planeOrientation = DICOMTag(group: 0x0020, element: 0x9116)
    static let timeIndex = DICOMTag(group: 0x0020, element: 0x9128)
    static let triggerDelay = DICOMTag(group: 0x0020, element: 0x9153)
    static let frameAcquisition = DICOMTag(group: 0x0020, element: 0x9156)
    static let pixelMeasures = DICOMTag(group: 0x0028, element: 0x9110)
    static let valueTransformation = DICOMTag(group: 0x0028, element: 0x9145)
    static let sharedGroups = DICOMTag(group: 0x5200, element: 0x9229)
    static let ownGroups = DICOMTag(group: 0x5200, element: 0x9230)
}

/// Of segmentations and structure sets.
extension DICOMTag {
    static let referencedSeries = DICOMTag(group: 0x0008, element: 0x1115)
    static let segmentationType = DICOMTag(group: 0x0062, element: 0x0001)
    static let segments = DICOMTag(group: 0x0062, element: 0x0002)
    static let segmentNumber = DICOMTag(group: 0x0062, element: 0x0004)
    static let segmentLabel = DICOMTag(group: 0x0062, element: 0x0005)
    static let segmentIdentification = DICOMTag(group: 0x0062, element: 0x000A)
    static let referencedSegment = DICOMTag(group: 0x0062, element: 0x000B)
    static let largestShare = DICOMTag(group: 0x0062, element: 0x000E)
    static let referencedSpaces = DICOMTag(group: 0x3006, element: 0x0010)
    static let referencedStudies = DICOMTag(group: 0x3006, element: 0x0012)
    static let referencedSeriesOfStudy = DICOMTag(group: 0x3006, element: 0x0014)
    static let regionsOfInterest = DICOMTag(group: 0x3006, element: 0x0020)
    static let regionNumber = DICOMTag(group: 0x3006, element: 0x0022)
    static let regionName = DICOMTag(group: 0x3006, element: 0x0026)
    static let contoursOfRegions = DICOMTag(group: 0x3006, element: 0x0039)
    static let contours = DICOMTag(group: 0x3006, element: 0x0040)
    static let contourType = DICOMTag(group: 0x3006, element: 0x0042)
    static let contourPoints = DICOMTag(group: 0x3006, element: 0x0050)
    static let contouredRegion = DICOMTag(group: 0x3006, element: 0x0084)
}

/// Of segmentations that are written, beside the above.
extension DICOMTag {
    static let characterSet = DICOMTag(group: 0x0008, element: 0x0005)
    static let instance = DICOMTag(group: 0x0008, element: 0x0018)
    static let studyDate = DICOMTag(group: 0x0008, element: 0x0020)
    static let contentDate = DICOMTag(group: 0x0008, element: 0x0023)
    static let studyTime = DICOMTag(group: 0x0008, element: 0x0030)
    static let contentTime = DICOMTag(group: 0x0008, element: 0x0033)
    static let accessionNumber = DICOMTag(group: 0x0008, element: 0x0050)
    static let manufacturer = DICOMTag(group: 0x0008, element: 0x0070)
    static let referringPhysician = DICOMTag(group: 0x0008, element: 0x0090)
    static let studyDescription = DICOMTag(group: 0x0008, element: 0x1030)
    static let manufacturerModel = DICOMTag(group: 0x0008, element: 0x1090)
    static let referencedInstances = DICOMTag(group: 0x0008, element: 0x114A)
    static let referencedKind = DICOMTag(group: 0x0008, element: 0x1150)
    static let referencedInstance = DICOMTag(group: 0x0008, element: 0x1155)
    static let referencedFrame = DICOMTag(group: 0x0008, element: 0x1160)
    static let sourceImages = DICOMTag(group: 0x0008, element: 0x2112)
    static let derivationImages = DICOMTag(group: 0x0008, element: 0x9124)
    static let derivation = DICOMTag(group: 0x0008, element: 0x9215)
    static let patientName = DICOMTag(group: 0x0010, element: 0x0010)
    static let patient = DICOMTag(group: 0x0010, element: 0x0020)
    static let patientBirthDate = DICOMTag(group: 0x0010, element: 0x0030)
    static let patientSex = DICOMTag(group: 0x0010, element: 0x0040)
    static let identityRemoved = DICOMTag(group: 0x0012, element: 0x0062)
    static let removalMethod = DICOMTag(group: 0x0012, element: 0x0063)
    static let serialNumber = DICOMTag(group: 0x0018, element: 0x1000)
    static let softwareVersions = DICOMTag(group: 0x0018, element: 0x1020)
    static let studyNumber = DICOMTag(group: 0x0020, element: 0x0010)
    static let instanceNumber = DICOMTag(group: 0x0020, element: 0x0013)
    static let positionReference = DICOMTag(group: 0x0020, element: 0x1040)
    static let dimensionValues = DICOMTag(group: 0x0020, element: 0x9157)
    static let dimensionOrganization = DICOMTag(group: 0x0020, element: 0x9164)
    static let dimensionPointer = DICOMTag(group: 0x0020, element: 0x9165)
    static let dimensionGroup = DICOMTag(group: 0x0020, element: 0x9167)
    static let dimensionOrganizations = DICOMTag(group: 0x0020, element: 0x9221)
    static let dimensionIndices = DICOMTag(group: 0x0020, element: 0x9222)
    static let preservedPlaces = DICOMTag(group: 0x0028, element: 0x135A)
    static let lossyCompression = DICOMTag(group: 0x0028, element: 0x2110)
    static let lossyCompressionRatio = DICOMTag(group: 0x0028, element: 0x2112)
    static let lossyCompressionMethod = DICOMTag(group: 0x0028, element: 0x2114)
    static let purpose = DICOMTag(group: 0x0040, element: 0xA170)
    static let propertyCategory = DICOMTag(group: 0x0062, element: 0x0003)
    static let algorithmType = DICOMTag(group: 0x0062, element: 0x0008)
    static let algorithmName = DICOMTag(group: 0x0062, element: 0x0009)
    static let displayColour = DICOMTag(group: 0x0062, element: 0x000D)
    static let propertyType = DICOMTag(group: 0x0062, element: 0x000F)
    static let segmentsOverlap = DICOMTag(group: 0x0062, element: 0x0013)
    static let contentLabel = DICOMTag(group: 0x0070, element: 0x0080)
    static let contentDescription = DICOMTag(group: 0x0070, element: 0x0081)
    static let contentCreator = DICOMTag(group: 0x0070, element: 0x0084)
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
        .diffusion: "Diffusion b-value", .frameType: "Frame Type",
        .effectiveEchoTime: "Effective Echo Time", .stack: "Stack ID",
        .timeIndex: "Temporal Position Index",
        .triggerDelay: "Nominal Cardiac Trigger Delay Time",
        .frameAcquisition: "Frame Acquisition Number", .study: "Study Instance UID",
        .kind: "SOP Class UID", .instance: "SOP Instance UID", .series: "Series Instance UID",
        .acquisition: "Acquisition Number", .time: "Temporal Position Identifier",
        .position: "Image Position (Patient)", .orientation: "Image Orientation (Patient)",
        .samplesPerPixel: "Samples per Pixel", .photometric: "Photometric Interpretation",
        .frames: "Number of Frames", .rows: "Rows", .columns: "Columns",
        .pixelSpacing: "Pixel Spacing", .bitsAllocated: "Bits Allocated",
        .bitsStored: "Bits Stored", .highBit: "High Bit", .representation: "Pixel Representation",
        .intercept: "Rescale Intercept", .slope: "Rescale Slope",
        .modalityTable: "Modality LUT Sequence", .floatPixelData: "Float Pixel Data",
        .doublePixelData: "Double Float Pixel Data", .pixelData: "Pixel Data",
        .referencedSeries: "Referenced Series Sequence",
        .planePosition: "Plane Position Sequence",
        .planeOrientation: "Plane Orientation Sequence",
        .pixelMeasures: "Pixel Measures Sequence",
        .segmentationType: "Segmentation Type",
        .segments: "Segment Sequence",
        .segmentNumber: "Segment Number",
        .segmentLabel: "Segment Label",
        .segmentIdentification: "Segment Identification Sequence",
        .referencedSegment: "Referenced Segment Number",
        .largestShare: "Maximum Fractional Value",
        .referencedSpaces: "Referenced Frame of Reference Sequence",
        .referencedStudies: "RT Referenced Study Sequence",
        .referencedSeriesOfStudy: "RT Referenced Series Sequence",
        .regionsOfInterest: "Structure Set ROI Sequence",
        .regionNumber: "ROI Number",
        .regionName: "ROI Name",
        .contoursOfRegions: "ROI Contour Sequence",
        .contours: "Contour Sequence",
        .contourType: "Contour Geometric Type",
        .contourPoints: "Contour Data",
        .contouredRegion: "Referenced ROI Number",
        .sharedGroups: "Shared Functional Groups Sequence",
        .ownGroups: "Per-frame Functional Groups Sequence",
    ]
}

private func hexadecimal(_ number: Int) -> String {
    padded(number, to: 4, radix: 16).uppercased()
}
