/// What one image of a folder says of itself.
struct DICOMImage {
    var path: String
    /// Series Instance UID.
    var series: String
    /// Series Number, Series Description and Modality.
    var number: Int?
    var name: String?
    var modality: String?
    /// What images of one scan share, though each may have a series of its own.
    var study: String?
    var space: String?
    var frames: Int
    /// Whether it says that it serves to plan a scan.
    var isLocalizer: Bool
    /// Whether it is whole and does not say where it lies.
    var isPlaceless: Bool
    /// A screenshot or a report as an image, which lies nowhere.
    var isCapture: Bool
    /// Whether the file has no preamble and mark, and whether its tags rise.
    var hasMark: Bool
    var isOrdered: Bool
    /// Whether viewers show large values dark.
    var isInverse: Bool
    /// What images at one place can differ in, of the attributes that tell volumes of a series apart.
    var marks: [DICOMTag: String]
    /// Its place and pixels, or why they are not known.
    var slice: Result<DICOMSlice, ImageFault>

    /// Attributes that tell volumes of one series apart, the most telling first.
    static let volumeMarks: [DICOMTag] = [
        .time, .echo, .echoTime, .diffusion, .triggerTime, .acquisition, .imageType,
        .acquisitionTime,
    ]
}

extension DICOMImage {
    /// The kind of a disc's table of contents, DICOMDIR.
    static let folderIndex = "1.2.840.10008.1.3.10"

    /// The kinds of secondary captures, PS3.4 annex B.5.
    private static let captures = "1.2.840.10008.5.1.4.1.1.7"

    /// The image of a file; nil where the file holds something else, such as a report.
    init?(_ elements: DICOMElements, path: String) throws(ImageFault) {
        guard !elements.isOfOtherKind else { return nil }
        let hasImage = [DICOMTag.rows, .pixelData, .floatPixelData, .doublePixelData]
            .contains { elements.values[$0] != nil }
        // An image that is cut short before its pixels would be missed in its series.
        let fault = elements.fault ?? (hasImage ? nil : ImageFault.dicom(.missing("Pixel Data")))
        guard let series = elements.text(.series) else {
            throw fault ?? .dicom(.missing(DICOMTag.series.description))
        }
        self.path = path
        self.series = series
        number = elements.text(.seriesNumber).flatMap { Int($0) }
        name = elements.text(.seriesDescription)
        modality = elements.text(.modality)
        study = elements.text(.study)
        space = elements.text(.space)
        frames = max(1, elements.text(.frames).flatMap { Int($0) } ?? 1)
        let type = elements.text(.imageType)?.split(separator: "\\") ?? []
        isLocalizer = type.contains("LOCALIZER")
        isPlaceless = fault == nil && frames == 1 && elements.text(.position) == nil
        isCapture = isPlaceless && elements.kindOfImage.hasPrefix(Self.captures)
        hasMark = elements.start == .marked
        isOrdered = elements.isOrdered
        isInverse = elements.text(.photometric) == "MONOCHROME1"
        let marks = Self.volumeMarks.compactMap { tag in elements.text(tag).map { (tag, $0) } }
        self.marks = Dictionary(uniqueKeysWithValues: marks)
        slice = Result { () throws(ImageFault) in
            if let fault { throw fault }
            return try DICOMSlice(elements, path: path)
        }
    }
}

extension DICOMElements {
    fileprivate var kindOfImage: String { text(.kindOfFile) ?? text(.kind) ?? "" }

    /// Whether the file describes itself as something that has no pixels, PS3.4 annex B.5.
    fileprivate var isOfOtherKind: Bool {
        guard values[.rows] == nil || fault == nil else { return false }
        let kind = kindOfImage
        // Waveforms, presentation states, raw data and registrations, surfaces, reports, documents, radiotherapy.
        let others = ["9.", "11.", "66", "67", "68.", "88.", "104.", "481."]
        return kind == DICOMImage.folderIndex
            || others.contains { kind.hasPrefix("1.2.840.10008.5.1.4.1.1." + $0) }
    }
}
