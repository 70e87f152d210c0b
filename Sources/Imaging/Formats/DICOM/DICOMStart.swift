/// How a DICOM file begins.
enum DICOMStart: Equatable {
    /// With 128 bytes of any content and the mark DICM, PS3.10 section 7.1.
    case marked
    /// With its first element, as older devices write files and some archives keep them.
    case bare(isExplicit: Bool)
    /// So too, in the order of bytes that DICOM has retired.
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

    /// How the elements are written, where no description comes before them.
    var syntax: DICOMSyntax? {
        switch self {
        case .marked, .bare(isExplicit: true): nil
        case .bare(isExplicit: false): .implicit
        case .bareBigEndian: .bigEndian
        }
    }

    /// Whether a length is one of the first elements', which are names and dates.
    private static func isShort(_ length: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(length)
        return bytes[1...] == [0, 0, 0] && bytes[0] % 2 == 0
    }
}
