/// What is wrong with a DICOM file, or with a folder of them; nothing of the patient.
public enum DICOMFault: Equatable, Sendable {
    /// The structure breaks at a byte.
    case damaged(byte: Int)
    case transferSyntax(String)
    case missing(String)
    case value(String)
    case severalFrames(Int)
    /// A file of a series, where the folder is needed.
    case singleFile
    /// A file that its name calls DICOM and that does not begin so.
    case unmarked
    case noFiles
    /// More than one series: how many images each has, and the name of one of its files.
    case severalSeries([Series])
    /// This slice is not like the first one.
    case differs(in: String)
    case samePosition(as: String)
    /// The distance in mm from the slice before, and the one that is usual in this series.
    case distance(Double, usual: Double)
    case tilted

    /// One series in a folder.
    public struct Series: Equatable, Sendable {
        public var file: String
        public var count: Int

        public init(file: String, count: Int) {
            self.file = file
            self.count = count
        }
    }
}

extension DICOMFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .damaged(let byte):
            "is damaged: its DICOM structure breaks at byte \(byte); " + Self.exportAgain
        case .transferSyntax(let name):
            "is stored in the transfer syntax “\(name.shown)”, which segnas3d does not read: "
                + Self.convert
        case .missing(let name): "lacks the DICOM attribute \(name): " + Self.exportAgain
        case .value(let name):
            "has a value of the DICOM attribute \(name) that segnas3d does not take: "
                + Self.convert
        case .severalFrames(let count): "holds \(count) frames in one file: " + Self.convert
        case .singleFile: "is one DICOM file: name the folder that holds the files of its series"
        case .unmarked:
            "is named as a DICOM file and is none (it lacks the mark DICM): " + Self.exportAgain
        case .noFiles: "holds no DICOM images: name the folder in which the files of a series lie"
        case .severalSeries(let series): Self.words(series)
        default: seriesWords
        }
    }

    private static let exportAgain = "export it again, or convert the series to NIfTI with dcm2niix"
    private static let convert = "convert the series to NIfTI with dcm2niix"

    /// Faults of slices that are each whole.
    private var seriesWords: String {
        switch self {
        case .differs(let what):
            "differs from the other slices of its series in \(what): take out the images that do not "
                + "belong to the volume"
        case .samePosition(let other):
            "lies at the same place as \(other): give each time, echo or copy a folder of its own"
        case .distance(let distance, let usual):
            "lies \(distance.millimetres) mm from the slice before it, where \(usual.millimetres) mm are "
                + "usual in its series: a slice is missing or too many"
        case .tilted:
            "does not lie straight above the slice before it (gantry tilt): " + Self.convert
        default: ""
        }
    }

    private static func words(_ series: [Series]) -> String {
        let shown = series.prefix(5).map { "\($0.file) and \($0.count - 1) more" }
        let rest = series.count > shown.count ? "; …" : ""
        return "holds \(series.count) series (" + shown.joined(separator: "; ") + rest
            + "): give each a folder of its own"
    }
}

extension Double {
    fileprivate var millimetres: Double { (self * 1000).rounded() / 1000 }
}
