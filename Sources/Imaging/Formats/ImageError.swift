/// An image file that cannot be read or written.
public struct ImageError: Error, Equatable, Sendable {
    public var file: String
    public var fault: ImageFault

    public init(file: String, fault: ImageFault) {
        self.file = file
        self.fault = fault
    }
}

/// What is wrong with an image file.
public enum ImageFault: Equatable, Sendable {
    /// The system refuses; its own words.
    case system(String)
    case unknownFormat
}

extension ImageError: CustomStringConvertible {
    public var description: String { "\(file): \(fault)" }
}

extension ImageFault: CustomStringConvertible {
    /// The fault and what to do about it.
    public var description: String {
        switch self {
        case .system(let reason): "cannot be read: \(reason)"
        case .unknownFormat:
            "is not an image that segnas3d reads: NIfTI, Analyze, MGH, NRRD, MetaImage or a DICOM folder"
        }
    }
}
