/// The formats of image files.
public enum ImageFormat: String, Codable, Sendable {
    case nifti1 = "NIfTI-1"
    case nifti2 = "NIfTI-2"
    case analyze = "Analyze 7.5"
    case mgh = "MGH"
    case nrrd = "NRRD"
    case metaImage = "MetaImage"
    case dicom = "DICOM"
}

extension ImageFormat {
    /// The format of a file's first bytes, decompressed.
    init?(_ head: [UInt8]) {
        let others: [(ImageFormat, ([UInt8]) -> Bool)] = [
            (.mgh, MGHHeader.recognise), (.nrrd, NRRDHeader.recognise),
            (.metaImage, MetaImageHeader.recognise), (.dicom, { DICOMStart($0) != nil }),
        ]
        if let (format, _) = others.first(where: { $0.1(head) }) {
            self = format
            return
        }
        switch NIfTIHeader.recognise(head)?.version {
        case .nifti1: self = .nifti1
        case .nifti2: self = .nifti2
        case .analyze: self = .analyze
        case nil: return nil
        }
    }
}

extension ImageFault {
    /// Why a file's content is no image: some compressed files are worth a better word.
    static func unrecognised(_ head: [UInt8]) -> ImageFault {
        let methods: [(start: [UInt8], name: String)] = [
            (Array("BZh".utf8), "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"),
            ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), (Array("PK\u{3}\u{4}".utf8), "zip"),
            ([0x37, 0x7A, 0xBC, 0xAF], "7z"), (Array("Rar!".utf8), "rar"),
            ([0x04, 0x22, 0x4D, 0x18], "lz4"),
        ]
        let method = methods.first { head.starts(with: $0.start) }
        if let method { return .compressed(with: method.name) }
        return StandIn(head).map { .standIn($0) } ?? .unknownFormat
    }
}
