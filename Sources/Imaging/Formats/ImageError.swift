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

/// What is wrong with an image file.
public enum ImageFault: Error, Equatable, Sendable {
    /// The system refuses to let it be read; its own words.
    case system(String)
    /// The system refuses to have it written; its own words.
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
    /// Bytes after a gzip stream that are none.
    case gzipSurplus
    case dimensions([Int])
    case spacing(axis: Int, Double)
    case affine(name: String)
    case quaternion
    case transformCode(name: String, Int)
    case scaling(slope: Double, intercept: Double)
    case dataOffset(Double)
    case bitsPerSample(SampleType, bits: Int)
    /// Samples of a kind that is no image to be segmented, by name.
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
    /// What ITK said.
    case refusedByITK(String)
    case crashedITK(signal: Int32)
    /// A name to write to that says no format.
    case writtenName
    case exists
}
