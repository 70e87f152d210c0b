internal import SegNASHost

/// A fault of a DICOM segmentation or structure set, or of its place.
public enum DICOMSegmentationFault: Equatable, Sendable {
    case noStructures
    /// Two structures have one number.
    case sameNumber
    /// An attribute that is missing, or has a value that is not taken.
    case attribute(String)
    /// Compressed in this transfer syntax.
    case compressed(String)
    /// More bytes than a file can hold.
    case tooLarge
    /// The series that was segmented, if the file says it, is not beside the file.
    case seriesElsewhere(String?)
    /// More than one series may have been segmented.
    case unclearSeries([DICOMSeriesSummary])
    /// The frame, counted from 1, does not lie on voxels of the series.
    case otherGrid(frame: Int)
    /// Voxels of structures outside of the series.
    case outsideSeries(voxels: Int)
    /// A contour of a structure that lies in no slice.
    case contourElsewhere(String)
    /// A series that was segmented, and has another grid now.
    case changedSeries
}

extension DICOMSegmentationFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noStructures: "names no structure that it outlines: export it again"
        case .sameNumber: "gives one number to two structures: export it again"
        case .attribute(let name):
            "lacks the DICOM attribute \(name), or has a value of it that segnas3d does not take: export it again, "
                + "or convert image and structures to NIfTI"
        case .compressed(let name):
            "is stored in the transfer syntax “\(name.shown)”, which segnas3d does not read for structures: "
                + "export it uncompressed"
        case .tooLarge:
            "would need more than 4 GiB of frames, which a DICOM file cannot hold: leave out `dicomSeg`"
        case .seriesElsewhere(let uid):
            (uid.map { "segments the series \($0.shown), which is not beside it" }
                ?? "does not say which series it segments, and none of its frame of reference is beside it")
                + ": put it into the folder of the series, or the series into one of its own beside it"
        case .unclearSeries(let series):
            "does not say which series it segments, and \(series.words()) may be it: put it into a folder "
                + "with that series alone"
        case .otherGrid(let frame):
            "has another grid than the series that it segments (frame \(frame)): "
                + "resample it onto the series, or convert both to NIfTI"
        case .outsideSeries(let voxels):
            "has \(voxels) voxel\(voxels == 1 ? "" : "s") of structures outside of the series that it segments: "
                + "are slices of the series missing?"
        case .contourElsewhere(let name):
            "has a contour of “\(name.shown)” that lies in no slice of its series: was it drawn on another "
                + "series, or are slices missing?"
        case .changedSeries: "was changed after it was segmented: run the same command again"
        }
    }
}

/// An oddity of a DICOM segmentation or structure set that is read nevertheless.
public enum DICOMSegmentationRemark: Equatable, Sendable {
    /// Voxels of a structure that a smaller one has too, which they are counted as.
    case overlap(of: String, Int, with: String)
    /// Voxels belong to a structure in part.
    case shares
    /// Slices without contours between others of a structure.
    case withoutContours(slices: Int, structure: String)
    /// Points and lines, which enclose nothing.
    case otherContours(Int)
}

extension DICOMSegmentationRemark: CustomStringConvertible {
    public var description: String {
        switch self {
        case .overlap(let structure, let count, let other):
            "\(count) voxel\(count == 1 ? "" : "s") of “\(structure.shown)” belong to “\(other.shown)” too, and "
                + "count as “\(other.shown)”, the smaller one"
        case .shares:
            "voxels belong to structures in part; those that do so by half or more are taken"
        case .withoutContours(let count, let structure):
            "“\(structure.shown)” has no contour in \(count) slice\(count == 1 ? "" : "s") between others; "
                + "nothing is filled in"
        case .otherContours(let count):
            "\(count) contour\(count == 1 ? "" : "s") passed over that are points or lines"
        }
    }
}
