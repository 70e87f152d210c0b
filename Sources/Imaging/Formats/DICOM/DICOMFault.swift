/// A fault of a DICOM file, or of a folder of them; without anything about the patient.
public enum DICOMFault: Equatable, Sendable {
    /// The structure breaks at a byte.
    case damaged(byte: Int)
    case transferSyntax(String)
    case missing(String)
    case value(String)
    /// An attribute that gives values another meaning.
    case unknownValues(String)
    case severalFrames(Int)
    /// A file of a series, where the folder is needed.
    case singleFile
    /// A file that its name calls DICOM and that does not begin so.
    case unmarked
    /// A file of git-lfs or git-annex, whose content is elsewhere.
    case pointer
    /// Names of files that are not known to be something else.
    case noFiles(others: [String])
    case manyFiles(Int)
    /// More than one series of images, and all that lie there.
    case severalSeries([DICOMSeriesSummary], of: [DICOMSeriesSummary])
    case noSuchSeries(DICOMSelection, [DICOMSeriesSummary])
    /// This slice, like some others, differs from most.
    case differs(in: String, count: Int, of: Int)
    case samePosition(as: String)
    /// Several images at each place, and the attribute that tells them apart.
    case severalVolumes(Int, by: String?)
    /// The distance in mm from the slice before, the one that is usual in this series, and how many slices are missing.
    case distance(Double, usual: Double, missing: Int)
    /// The distance by which the slice lies aside, in mm.
    case tilted(aside: Double)
    case segmentation(DICOMSegmentationFault)
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
        case .unknownValues(let name):
            "has the DICOM attribute \(name), which segnas3d does not read: " + Self.convert
        case .severalFrames(let count): "holds \(count) frames in one file: " + Self.convert
        case .singleFile: "is one DICOM file: name the folder that holds the files of its series"
        case .unmarked:
            "is named as a DICOM file and is none (it lacks the mark DICM): " + Self.exportAgain
        case .pointer:
            "only says where its content is: fetch it with “git lfs pull” or “git annex get”"
        default: folderWords
        }
    }

    private static let exportAgain = "export it again, or convert the series to NIfTI with dcm2niix"
    private static let convert = "convert the series to NIfTI with dcm2niix"

    /// Faults of a folder.
    private var folderWords: String {
        switch self {
        case .noFiles(let others):
            "holds no DICOM images: name the folder in which the files of a series lie"
                + (others.isEmpty ? "" : " (not known: " + others.joined(separator: ", ") + ")")
        case .manyFiles(let maximum):
            "holds more than \(maximum) files: name the folder in which the files of a series lie"
        case .severalSeries(let series, let all):
            "holds \(series.count) series of images, \(series.words(among: all)): "
                + "name one with --series, as in --series \(series[0].selection(among: all)), "
                + "or put each into a separate folder"
        case .noSuchSeries(let selection, let all):
            "holds no series \(selection): --series takes the number or UID of one of \(all.words())"
        case .severalVolumes(let count, let attribute):
            "holds \(count) images at each place"
                + (attribute.map { ", told apart by their \($0)" } ?? "")
                + ": put each volume into a separate folder, or let dcm2niix separate them"
        default: sliceWords
        }
    }

    /// Faults of slices that are each whole.
    private var sliceWords: String {
        switch self {
        case .differs(let what, let count, let all):
            (count * 2 < all
                ? "differs from most slices of its series in \(what)"
                    + (count > 1 ? ", as \(count) of \(all) slices do" : "")
                : "differs from others of its series in \(what), "
                    + "and no more than \(all - count) of \(all) slices agree")
                + ": take out the images that do not belong to the volume"
        case .samePosition(let other):
            "lies at the same place as \(other) and holds other values: put each time, echo or "
                + "version into a separate folder"
        case .distance(let distance, let usual, let missing):
            "lies \(distance.millimetres) mm from the slice before it, where \(usual.millimetres) mm are "
                + "usual in its series: " + Self.cause(missing)
        case .tilted(let distance):
            "lies \(distance.millimetres) mm aside of the lowest slice of its series (gantry tilt?): "
                + Self.convert
        case .segmentation(let fault): fault.description
        default: ""
        }
    }

    private static func cause(_ missing: Int) -> String {
        switch missing {
        case 0:
            "the slices are not evenly spaced; put those of each distance into a separate folder"
        case 1: "a slice is missing; export the series again"
        default: "\(missing) slices are missing; export the series again"
        }
    }
}
