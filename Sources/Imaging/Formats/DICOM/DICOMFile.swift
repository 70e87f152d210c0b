/// A file in a folder of DICOM files.
enum DICOMFile {
    case image(DICOMImage)
    /// A DICOM file without an image, and the modality that it names.
    case document(String?)
    /// A segmentation or a structure set, whatever else it holds.
    case segmentation
    /// The text, picture or program that discs and users put beside images.
    case other
    /// A file of an unknown kind.
    case unknown

    /// - Throws: ``ImageError`` for a file that may well be an image and cannot be read as one.
    init(_ path: String) throws(ImageError) {
        let name = path.split(separator: "/").last.map { $0.lowercased() } ?? ""
        let isNamed = DICOMFolder.endings.contains { name.hasSuffix($0) }
        let file: InputFile
        do {
            file = try InputFile(path)
        } catch {
            // An empty slice is one that has been lost; other empty files are not worth a word.
            guard error.fault == .empty, name.contains("."), !isNamed else { throw error }
            self = .other
            return
        }
        let head = try file.head(Self.headSize)
        guard let start = DICOMStart(head) else {
            let isPointer = Self.isPointer(head)
            guard !isNamed, !isPointer else {
                throw ImageError(file: path, fault: .dicom(isPointer ? .pointer : .unmarked))
            }
            self = Self.isKnown(head, name: name) ? .other : .unknown
            return
        }
        let elements = DICOMElements(FileBlocks(file), start: start)
        guard DICOMSegmentation.Kind(elements) == nil else {
            self = .segmentation
            return
        }
        let image = try naming(path) { () throws(ImageFault) in
            try DICOMImage(elements, path: path)
        }
        let isIndex = elements.text(.kindOfFile) == DICOMImage.folderIndex
        self = image.map { .image($0) } ?? (isIndex ? .other : .document(elements.text(.modality)))
    }
}

extension DICOMFile {
    /// Bytes at the beginning of a file that tell its kind.
    static let headSize = 512

    /// True if a file stands for one that another tool keeps elsewhere.
    private static func isPointer(_ head: [UInt8]) -> Bool {
        head.starts(with: Array("version https://git-lfs.".utf8))
            || head.starts(with: Array("/annex/objects/".utf8))
    }

    private static func isKnown(_ head: [UInt8], name: String) -> Bool {
        // Slices may end in their number, and be in an archive: what came in their place is worth a word.
        if name.last?.isNumber == true || name.hasSuffix(".zip") { return false }
        return name == "thumbs.db" || name == "desktop.ini" || isText(head)
            || marks.contains { head.starts(with: $0) }
    }

    /// The first bytes of pictures, documents, archives, films, sounds and programs.
    private static let marks: [[UInt8]] = [
        [0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF], Array("GIF8".utf8), Array("BM".utf8),
        Array("II*\0".utf8), Array("MM\0*".utf8), [0, 0, 1, 0], Array("RIFF".utf8),
        Array("%PDF".utf8), Array("PK\u{3}\u{4}".utf8), [0xD0, 0xCF, 0x11, 0xE0],
        Array("MZ".utf8), [0x7F, 0x45, 0x4C, 0x46], Array("SQLite".utf8), Array("MSCF".utf8),
    ]

    /// True if bytes are text: no controls but those of lines, or text of 16 bits, which says so.
    private static func isText(_ head: [UInt8]) -> Bool {
        head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
            || head.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x08...0x0D).contains($0) }
    }
}

/// The description of an image of a folder, which may have several frames.
struct DICOMImage {
    var path: String
    /// Series Instance UID.
    var series: String
    /// Series Number, Series Description and Modality.
    var number: Int?
    var name: String?
    var modality: String?
    /// Attributes that images of one scan share, though each may have its own series.
    var study: String?
    var space: String?
    var frames: Int
    /// True if it says that it serves to plan a scan.
    var isLocalizer: Bool
    /// True if it is whole and does not say where it lies.
    var isPlaceless: Bool
    /// A screenshot or a report as an image, which lies nowhere.
    var isCapture: Bool
    /// True if the file has no preamble and mark, and whether its tags rise.
    var hasMark: Bool
    var isOrdered: Bool
    /// True if viewers show large values dark.
    var isInverse: Bool
    /// Places and pixels of its frames, at least one, or the fault that hides them.
    var slices: Result<[DICOMSlice], ImageFault>
}

extension DICOMImage {
    /// The kind of a disc's table of contents, DICOMDIR.
    static let folderIndex = "1.2.840.10008.1.3.10"

    /// The kinds of secondary captures, PS3.4 annex B.5.
    private static let captures = "1.2.840.10008.5.1.4.1.1.7"

    /// The image of a file; nil if the file holds something else, such as a report.
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
        frames = elements.frameCount
        let type = elements.text(.imageType)?.split(separator: "\\") ?? []
        isLocalizer = type.contains("LOCALIZER")
        isPlaceless =
            fault == nil && frames == 1 && elements.text(.position) == nil
            && !elements.hasFunctionalGroups
        isCapture = isPlaceless && elements.kindOfImage.hasPrefix(Self.captures)
        hasMark = elements.start == .marked
        isOrdered = elements.isOrdered
        isInverse = elements.text(.photometric) == "MONOCHROME1"
        slices = Result { () throws(ImageFault) in
            if let fault { throw fault }
            return try DICOMSlice.all(elements, path: path)
        }
    }
}

extension DICOMElements {
    fileprivate var kindOfImage: String { text(.kindOfFile) ?? text(.kind) ?? "" }

    /// True if the file describes itself as something that has no pixels, PS3.4 annex B.5.
    fileprivate var isOfOtherKind: Bool {
        guard values[.rows] == nil || fault == nil else { return false }
        let kind = kindOfImage
        // Waveforms, presentation states, raw data and registrations, surfaces, reports, documents, radiotherapy.
        let others = ["9.", "11.", "66", "67", "68.", "88.", "104.", "481."]
        return kind == DICOMImage.folderIndex
            || others.contains { kind.hasPrefix("1.2.840.10008.5.1.4.1.1." + $0) }
    }
}
