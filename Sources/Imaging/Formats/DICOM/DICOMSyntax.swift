/// The transfer syntax: how the elements of a file are written, PS3.5 section 10.
struct DICOMSyntax: Hashable {
    var uid: String
    var isExplicit = true
    var isCompressed = false
    /// True if its pixels can be decoded; the elements of others are followed too.
    var isDecoded = true

    static let implicit = DICOMSyntax("1.2.840.10008.1.2")
    static let explicit = DICOMSyntax("1.2.840.10008.1.2.1")
    static let bigEndian = DICOMSyntax("1.2.840.10008.1.2.2")

    init(_ uid: String) {
        self.uid = uid
        let root = "1.2.840.10008.1.2"
        switch uid {
        case root: isExplicit = false
        case root + ".1": break
        // JPEG, JPEG-LS, JPEG 2000 and run lengths.
        case root + ".4.50", root + ".4.51", root + ".4.57", root + ".4.70", root + ".4.80",
            root + ".4.81", root + ".4.90", root + ".4.91", root + ".5":
            isCompressed = true
        default:
            isCompressed = uid.hasPrefix(root + ".4.")
            isDecoded = false
        }
    }

    /// True if the elements can be followed: not where all of them are compressed, or have another order of bytes.
    var isFollowed: Bool { isDecoded || isCompressed }
}

/// The beginning of a DICOM file.
enum DICOMStart: Equatable {
    /// 128 bytes of any content and the mark DICM, PS3.10 section 7.1.
    case marked
    /// The first element, as older devices write files and some archives keep them.
    case bare(isExplicit: Bool)
    /// The same in the byte order that DICOM has retired.
    case bareBigEndian

    /// Nil for bytes that do not begin a DICOM file.
    init?(_ head: [UInt8]) {
        if head.dropFirst(128).starts(with: Array("DICM".utf8)) {
            self = .marked
            return
        }
        guard head.count >= 8 else { return nil }
        let kind = String(decoding: head[4..<6], as: UTF8.self)
        let isExplicit = DICOMElements.kinds.contains(kind)
        switch (head[0], head[1]) {
        case (2, 0) where isExplicit, (8, 0) where isExplicit || Self.isShort(head[4..<8]):
            self = .bare(isExplicit: isExplicit)
        case (0, 8) where isExplicit: self = .bareBigEndian
        default: return nil
        }
    }

    /// The syntax of the elements if no description comes before them.
    var syntax: DICOMSyntax? {
        switch self {
        case .marked, .bare(isExplicit: true): nil
        case .bare(isExplicit: false): .implicit
        case .bareBigEndian: .bigEndian
        }
    }

    /// True if a length is one of the first elements', which are names and dates.
    private static func isShort(_ length: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(length)
        return bytes[1...] == [0, 0, 0] && bytes[0] % 2 == 0
    }
}
