internal import SegNASHost

/// An image file that cannot be read or written.
public struct ImageError: Error, Equatable, Sendable {
    public var file: String
    public var fault: ImageFault

    public init(file: String, fault: ImageFault) {
        self.file = file
        self.fault = fault
    }
}

extension ImageError: CustomStringConvertible {
    /// One line for a terminal.
    public var description: String { "\(file): \(fault)".printable }
}

/// A fault of an image file.
public enum ImageFault: Error, Equatable, Sendable {
    /// The system's reason why the file cannot be read.
    case system(String)
    /// The system's reason why the file cannot be written.
    case unwritable(String)
    case outOfMemory(bytes: Int)
    case empty
    case unknownFormat
    case standIn(StandIn)
    /// Compressed by other means than gzip.
    case compressed(with: String)
    /// Fewer bytes than the header announces.
    case truncated(expected: Int, actual: Int)
    /// More bytes than the header announces.
    case surplus(expected: Int)
    /// A gzip stream that ends early, contradicts itself or fails its checksum.
    case gzipDamaged
    /// Bytes after a gzip stream that are not gzip.
    case gzipSurplus
    case dimensions([Int])
    case spacing(axis: Int, Double)
    case affine(name: String)
    case quaternion
    case transformCode(name: String, Int)
    case scaling(slope: Double, intercept: Double)
    case dataOffset(Double)
    case bitsPerSample(SampleType, bits: Int)
    /// Samples of a kind that is not an image to be segmented, by name.
    case sampleKind(String)
    case unknownSampleType(code: Int)
    case cifti
    /// Header and samples lie in two files, and one is missing.
    case partner(missing: String)
    /// A header of two files in a file that is not named as such.
    case pairName
    /// A header of text lines.
    case header(HeaderFault)
    case dicom(DICOMFault)
    /// Why GDCM does not decompress it.
    case refusedByGDCM(String)
    case crashedGDCM(signal: Int32)
    /// A name to write to without the ending of a format.
    case writtenName
    case exists
}

extension ImageFault: CustomStringConvertible {
    /// The fault and what to do about it.
    public var description: String {
        switch self {
        case .system(let reason): "cannot be read: \(reason)"
        case .unwritable(let reason): "cannot be written: \(reason)"
        case .outOfMemory(let bytes):
            "needs \(bytes) bytes of memory, which the system does not give"
        case .empty: "is empty: " + Self.copyAgain
        case .unknownFormat:
            "is not an image that segnas3d reads: NIfTI, Analyze, MGH, NRRD, MetaImage or a DICOM folder"
        case .standIn(let other): other.description
        case .compressed(let method):
            "is compressed with \(method), which segnas3d does not read: decompress it, or use gzip once"
        case .truncated(let expected, let actual):
            "is cut short: it must have \(expected) bytes and has at most \(actual); "
                + Self.copyAgain
        case .surplus(let expected):
            "is longer than the \(expected) bytes that its header announces, so one of the two is "
                + "wrong: write it again from its source"
        case .gzipDamaged:
            "is damaged: its gzip stream is cut short or fails its checksum; " + Self.copyAgain
        case .gzipSurplus:
            "is damaged: something other than gzip follows its gzip stream; " + Self.copyAgain
        default: headerWords
        }
    }

    private static let copyAgain = "copy or download it again"
    private static let writeAgain = "write it again with the tool that made it"

    /// Descriptions of the faults of a header's content.
    private var headerWords: String {
        switch self {
        case .dimensions(let lengths):
            "has the dimensions \(lengths), and an image has 1 to 7, each at least 1 and together "
                + "no more than memory can hold; " + Self.writeAgain
        case .spacing(let axis, let value):
            "has a spacing of \(plain(value)) along its axis \(axis), which must be a positive number: "
                + "correct its header"
        case .affine(let name):
            "has a singular or infinite \(name), so the place of its voxels is unknown: "
                + "correct its header"
        case .quaternion:
            "has a qform whose quaternion is no rotation: correct its header, or set an sform"
        case .transformCode(let name, let code):
            "has the unknown \(name) \(code), which must be from 0 to 5: correct its header"
        case .scaling(let slope, let intercept):
            "scales its samples by \(plain(slope)) and \(plain(intercept)), which must be finite: correct its header"
        case .dataOffset(let offset):
            "says that its samples begin at byte \(plain(offset)), where they cannot: "
                + Self.writeAgain
        case .bitsPerSample(let type, let bits):
            "says that its \(type.rawValue) samples have \(bits) bits instead of \(type.size * 8): "
                + Self.writeAgain
        default: kindWords
        }
    }

    /// Files that are whole, and still not images for segnas3d.
    private var kindWords: String {
        switch self {
        case .sampleKind(let kind):
            "holds \(kind.prefix(42)) samples, and segnas3d reads real numbers: convert it to one of "
                + SampleType.allCases.map(\.rawValue).joined(separator: ", ")
        case .unknownSampleType(let code):
            "has samples of the unknown type \(code): " + Self.writeAgain
        case .cifti:
            "is a CIFTI-2 file, which holds surfaces and matrices instead of an image: "
                + "convert it to a NIfTI volume"
        case .partner(let missing):
            "is one of two files, and the other, \(missing), is missing: put it beside this one"
        case .pairName:
            "has a header whose samples lie in a second file, and no name of one: copy it again, or name the two .hdr "
                + "and .img"
        case .header(let fault): fault.description
        case .dicom(let fault): fault.description
        case .refusedByGDCM(let reason):
            "cannot be decompressed by GDCM: \(reason); " + Self.writeAgain
        case .crashedGDCM(let signal):
            "is damaged in a way that makes GDCM crash (signal \(signal)): " + Self.copyAgain
        case .writtenName: "cannot be written: its name must end in .nii or .nii.gz"
        case .exists: "exists: remove it, or name another file"
        default: ""
        }
    }
}

/// The number, without the bits of a NaN, which Swift would show.
private func plain(_ number: Double) -> String {
    number.isNaN
        ? "NaN" : number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
}
