internal import SegNASHost

/// What a segmentation takes over from the series that was segmented: patient, study, and the places of its slices.
struct SegmentedSource {
    /// The elements of a slice, with those of its frame.
    let first: DICOMElements
    let slices: [Slice]
    /// The distance of slices, in mm.
    let step: Double

    /// A slice: its instance, the frame of it if there are several, and its position as the file writes it.
    struct Slice {
        var kind: String
        var instance: String
        var frame: Int?
        var series: String
        var position: ArraySlice<UInt8>
    }

    init(_ series: DICOMSeries) throws(ImageError) {
        var first: DICOMElements?
        var slices: [Slice] = []
        // Of the file of the slice before, as most slices of a file lie above each other.
        var (path, frames): (String, [DICOMElements]) = ("", [])
        for slice in series.slices {
            if slice.path != path {
                path = slice.path
                let file = try DICOMElements(path: path)
                frames = try naming(path) { () throws(ImageFault) in try file.frames() }
            }
            let elements = frames[slice.frame ?? 0]
            slices.append(
                try naming(path) { () throws(ImageFault) in
                    try Slice(elements, frame: slice.frame)
                })
            first = first ?? elements
        }
        guard let first else { preconditionFailure("a series without slices") }
        _ = try naming(series.slices[0].path) { () throws(ImageFault) in
            try first.required(first.text(.study), .study)
        }
        self.first = first
        self.slices = slices
        step = series.geometry.spacing.z
    }

    /// Text of the series, as the segmentation can take it.
    var text: SourceText { SourceText(first) }

    /// Attributes of patient and study that a segmentation has, empty if need be, and their kinds.
    static let required: [(tag: DICOMTag, kind: String)] = [
        (.studyDate, "DA"), (.studyTime, "TM"), (.accessionNumber, "SH"),
        (.referringPhysician, "PN"), (.patientName, "PN"), (.patient, "LO"),
        (.patientBirthDate, "DA"), (.patientSex, "CS"), (.study, "UI"), (.studyNumber, "SH"),
        (.positionReference, "LO"),
    ]

    /// Attributes that it has if the series does.
    static let optional: [(tag: DICOMTag, kind: String)] = [
        (.studyDescription, "LO"), (.identityRemoved, "CS"), (.removalMethod, "LO"),
        (.space, "UI"), (.lossyCompression, "CS"), (.lossyCompressionRatio, "DS"),
        (.lossyCompressionMethod, "CS"),
    ]
}

extension SegmentedSource.Slice {
    init(_ elements: DICOMElements, frame: Int?) throws(ImageFault) {
        self.frame = frame
        kind = try elements.required(elements.text(.kind), .kind)
        instance = try elements.required(elements.text(.instance), .instance)
        series = try elements.required(elements.text(.series), .series)
        position = try elements.required(elements.bytes(.position), .position)
    }
}

/// Text of a DICOM file for another one, in UTF-8 where that is known to be right, else in the file's own characters.
struct SourceText {
    private let elements: DICOMElements
    private let encoding: Encoding

    private enum Encoding {
        case utf8, latin1, other
    }

    init(_ elements: DICOMElements) {
        self.elements = elements
        encoding =
            switch elements.text(.characterSet) {
            case nil where Self.isUTF8(elements): .utf8
            case nil, "ISO_IR 6", "ISO_IR 100", "ISO 2022 IR 6", "ISO 2022 IR 100": .latin1
            case "ISO_IR 192": .utf8
            default: .other
            }
    }

    /// True if the name of the patient, where characters matter most, is UTF-8.
    private static func isUTF8(_ elements: DICOMElements) -> Bool {
        elements.bytes(.patientName).map { String(validating: $0, as: UTF8.self) != nil } ?? true
    }

    /// The name of the character set, PS3.3 C.12.1.1.2.
    var characterSet: [UInt8] {
        encoding == .other
            ? Array(elements.bytes(.characterSet) ?? []) : Array("ISO_IR 192".utf8)
    }

    /// The value of an attribute; nil if it is missing or empty.
    func encoded(_ tag: DICOMTag) -> [UInt8]? {
        guard let bytes = elements.bytes(tag), !bytes.isEmpty else { return nil }
        guard encoding == .latin1 else { return Array(bytes) }
        return Array(String(bytes.map { Character(Unicode.Scalar($0)) }).utf8)
    }

    /// A name of ours, at most 64 characters; beside characters of another set, in ASCII only.
    func shown(_ name: String) -> String {
        let name = name.printable.replacing("\\", with: "/").prefix(64)
        return encoding == .other ? String(name.map { $0.isASCII ? $0 : "?" }) : String(name)
    }
}
