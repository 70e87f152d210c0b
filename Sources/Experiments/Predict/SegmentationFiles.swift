internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
public import SegNASImaging

/// Writes DICOM segmentations of cases whose images are DICOM series: `CASE.dcm` beside `CASE.nii.gz`.
public struct SegmentationFiles: Sendable {
    private let segments: [SegmentDescription]
    private let series: DICOMSelection?
    private static let writer = DICOMSegmentationWriter(name: "segnas3d", version: Release.version)

    /// The segments are the structures of the labels, in the colours of reports; regions may share voxels.
    ///
    /// - Parameters:
    ///   - labels: Those of the model.
    ///   - cases: The cases to predict.
    ///   - series: The series that is meant of folders with several.
    /// - Throws: ``PredictionFolderError/notDICOM(_:)`` for a case that is no DICOM series.
    public init(
        _ labels: LabelTable, of cases: [Dataset.Case], series: DICOMSelection?
    ) throws(PredictionFolderError) {
        for subject in cases where !subject.isSeries { throw .notDICOM(subject.identifier) }
        self.series = series
        let structures = zip(labels.structures, labels.structureValues)
        let colours = LabelColours.distinct(labels.structures.count)
        segments = zip(structures, colours).map { structure, colour in
            SegmentDescription(
                name: structure.0.name, values: Set(structure.1), colour: colour)
        }
    }

    static func path(of identifier: String, in folder: String) -> String {
        "\(folder)/\(identifier).dcm"
    }

    /// True if a file of that name is there that this program has not written.
    static func isForeign(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path) && !writer.hasWritten(path)
    }

    func holds(_ identifier: String, in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: Self.path(of: identifier, in: folder))
    }

    /// Writes the segmentation of a case, in place of an earlier one.
    func write(
        _ labels: Volume, of subject: Dataset.Case, in folder: String
    ) throws(ImageError) {
        try Self.writer.write(
            labels, segments, ofSeriesIn: subject.images[0], series: subject.selection ?? series,
            to: Self.path(of: subject.identifier, in: folder), replacing: true)
    }
}

extension Dataset.Case {
    /// True if its image is a DICOM series: a folder of files, or a file.
    public var isSeries: Bool {
        images.first.map { FileSystem.isFolder($0) || DICOMFolder.isImage($0) } ?? false
    }
}
