/// How the elements of a file are written, PS3.5 section 10.
struct DICOMSyntax: Hashable {
    var uid: String
    var isExplicit = true
    var isCompressed = false
    /// Whether its pixels can be decoded; the elements of others are followed too.
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

    /// Whether the elements can be followed: not where all of them are compressed, or have another order of bytes.
    var isFollowed: Bool { isDecoded || isCompressed }
}
