internal import FoundationEssentials
public import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSegmentation

/// The folder that predictions are written to, with files that name their labels and list their volumes.
public struct PredictionFolder: Sendable {
    public let path: String
    private let overwrites: Bool
    private let hasProbabilities: Bool
    /// Writes DICOM segmentations beside label maps; nil for none.
    private let segmentations: SegmentationFiles?
    /// True if segmentations of this program that lie in the folder are of an earlier command there.
    private let hasOurSegmentations: Bool
    private let sources: PredictionSources
    private let volumes: VolumeTable

    /// Makes the folder, or checks that it holds predictions made in the same way.
    ///
    /// If others are to overwrite them, none may be left that is not among the cases. With `segmentations`, every case
    /// gets a DICOM segmentation too.
    ///
    /// - Throws: ``PredictionFolderError``, before anything is changed where files are in the way.
    public init(
        _ path: String, of record: PredictionRecord, labels: LabelTable, cases: [Dataset.Case],
        overwrites: Bool, probabilities: Bool, segmentations: SegmentationFiles? = nil
    ) throws {
        if FileManager.default.fileExists(atPath: path), !FileSystem.isFolder(path) {
            throw PredictionFolderError.unwritable(path, reason: "it is a file")
        }
        self.path = path
        self.segmentations = segmentations
        self.overwrites = overwrites
        hasProbabilities = probabilities
        sources = PredictionSources("\(path)/sources.jsonl")
        let file = "\(path)/\(FileSystem.predictionRecord)"
        let names = LabelFiles(labels)
        let isOurs = FileManager.default.fileExists(atPath: file)
        // The user's own label maps, or the very images, would be kept as predictions, or overwritten.
        guard isOurs || Self.images(in: path).isEmpty else {
            throw PredictionFolderError.foreign(path)
        }
        try Self.checkPlaces(in: path, of: cases, sources)
        let found = try? JSONDocument.read(PredictionRecord.self, from: file, schema: 1...1)
        // What cannot be read says nothing of the label maps that are there.
        let isOther = isOurs && found != record
        let ours = Self.images(in: path).filter(sources.holds)
        if isOther {
            try Self.checkReplacement(of: ours, in: path, for: cases, overwrites: overwrites)
        }
        if !overwrites || !isOurs {
            let unreadable = isOurs && found == nil ? file : nil
            if let other = unreadable ?? names.firstOther(in: path) {
                throw PredictionFolderError.otherFile(other)
            }
        }
        if segmentations != nil {
            let files = cases.map { SegmentationFiles.path(of: $0.identifier, in: path) }
            let other = files.first {
                isOurs
                    ? SegmentationFiles.isForeign($0)
                    : FileManager.default.fileExists(atPath: $0)
            }
            if let other { throw PredictionFolderError.otherFile(other) }
        }
        hasOurSegmentations = isOurs
        if isOther { try Self.clear(ours, in: path) }
        volumes = try VolumeTable(in: path, of: labels)
        // A command without images leaves nothing that would make the folder ours.
        guard !cases.isEmpty else { return }
        for folder in [path] + (probabilities ? [Self.probabilities(in: path)] : []) {
            do {
                try FileSystem.makeFolder(folder)
            } catch {
                throw PredictionFolderError.unwritable(folder, reason: "\(error)")
            }
        }
        if found != record { try JSONDocument.write(record, to: file) }
        try names.write(to: path)
    }

    /// Checks that no label map has the place of a file that is none of ours, or of an image to be predicted.
    private static func checkPlaces(
        in path: String, of cases: [Dataset.Case], _ sources: PredictionSources
    ) throws(PredictionFolderError) {
        let inputs = Set(cases.flatMap(\.images).compactMap(FileIdentity.init))
        // Label maps among the files of a series would be taken for its own when it is predicted again.
        if let identity = FileIdentity(path), inputs.contains(identity) { throw .series(path) }
        for subject in cases {
            let file = file(subject.identifier, in: path)
            guard let identity = FileIdentity(file) else { continue }
            guard !inputs.contains(identity) else { throw .input(file) }
            guard sources.holds(subject.identifier) else { throw .otherFile(file) }
        }
    }

    /// Checks that all predictions of another model in a folder are made again.
    private static func checkReplacement(
        of identifiers: Set<String>, in path: String, for cases: [Dataset.Case], overwrites: Bool
    ) throws(PredictionFolderError) {
        // A command that failed may be tried again with other options.
        guard overwrites || identifiers.isEmpty else { throw .otherModel(path) }
        if let other = identifiers.subtracting(cases.map(\.identifier)).min() {
            throw .otherCases(path, example: other)
        }
    }

    /// Removes the predictions of another model.
    private static func clear(
        _ identifiers: Set<String>, in path: String
    ) throws(PredictionFolderError) {
        for identifier in identifiers {
            for folder in [path, probabilities(in: path)] {
                try remove(file(identifier, in: folder))
            }
            let segmentation = SegmentationFiles.path(of: identifier, in: path)
            if !SegmentationFiles.isForeign(segmentation) { try remove(segmentation) }
        }
        try remove(VolumeTable.path(in: path))
    }

    /// Removes a file of ours; one that stays would be taken for what is written later.
    private static func remove(_ file: String) throws(PredictionFolderError) {
        do {
            try FileManager.default.removeItem(atPath: file)
        } catch {
            guard FileManager.default.fileExists(atPath: file) else { return }
            throw .unremovable(file)
        }
    }

    /// The names of the cases whose label maps, or images, are there.
    private static func images(in path: String) -> Set<String> {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return Set(names.filter { $0.hasSuffix(".nii.gz") }.map { String($0.dropLast(7)) })
    }

    private static func probabilities(in path: String) -> String { "\(path)/probabilities" }

    private static func file(_ identifier: String, in folder: String) -> String {
        "\(folder)/\(identifier).nii.gz"
    }

    func labelMap(of identifier: String) -> String { Self.file(identifier, in: path) }

    private func probabilities(of identifier: String) -> String {
        Self.file(identifier, in: Self.probabilities(in: path))
    }

    /// True if all files of a case exist and are to be kept.
    ///
    /// - Throws: ``PredictionFolderError/otherImage(_:)`` if they are those of another image.
    func holds(_ subject: Dataset.Case) throws(PredictionFolderError) -> Bool {
        let map = labelMap(of: subject.identifier)
        guard !overwrites, FileManager.default.fileExists(atPath: map) else { return false }
        switch sources.origin(of: subject) {
        case .same: break
        case .other: throw .otherImage(map)
        case .unfinished: return false
        }
        return !hasProbabilities
            || FileManager.default.fileExists(atPath: probabilities(of: subject.identifier))
    }

    /// The state of a case's image files, which changes if a file is replaced.
    func state(of subject: Dataset.Case) -> String? {
        try? subject.images.map { try ContentDigest.state(ofImage: $0) }.joined(separator: "\n")
    }

    /// Writes the probabilities of a case whose images had the given state before they were read, and makes its label
    /// map, which ``finish(_:)`` writes.
    ///
    /// Existing files are marked as unfinished first, and as finished when all is on disk.
    func begin(
        _ scores: ScoreRestorer, of subject: Dataset.Case, state before: String?
    ) throws -> UnfinishedCase {
        let digests = try PredictionSources.digests(of: subject)
        guard let before, state(of: subject) == before else {
            throw PredictionFolderError.changing(subject.images.joined(separator: ", "))
        }
        try sources.begin(subject)
        let probabilities = probabilities(of: subject.identifier)
        if hasProbabilities {
            try scores.writeProbabilities(to: probabilities, replacing: true)
        } else {
            // Otherwise those of an earlier label map would stay.
            try Self.remove(probabilities)
        }
        return UnfinishedCase(subject: subject, digests: digests, labels: scores.labelMap())
    }

    /// Writes the label map, the volumes and the DICOM segmentation of a case, on any thread.
    func finish(_ unfinished: UnfinishedCase) throws {
        let identifier = unfinished.subject.identifier
        let segmentation = SegmentationFiles.path(of: identifier, in: path)
        if hasOurSegmentations, !SegmentationFiles.isForeign(segmentation) {
            // That of an earlier label map would stay.
            try Self.remove(segmentation)
        }
        try segmentations?.write(unfinished.labels, of: unfinished.subject, in: path)
        try unfinished.labels.write(to: labelMap(of: identifier), replacing: true)
        try volumes.write(
            identifier, counts: unfinished.labels.valueCounts, on: unfinished.labels.geometry)
        try sources.finish(unfinished.subject, unfinished.digests)
    }

    /// Adds what is missing beside the label map of a case that the folder holds: a DICOM segmentation that was not
    /// asked for before, and the volumes, which earlier versions did not write.
    ///
    /// - Throws: `ImageError` and `LabelFileError` of a label map that cannot be read.
    func complete(_ subject: Dataset.Case) throws {
        if let segmentations, !segmentations.holds(subject.identifier, in: path) {
            let map = try Volume(contentsOf: labelMap(of: subject.identifier))
            try segmentations.write(map, of: subject, in: path)
        }
        guard !volumes.holds(subject.identifier) else { return }
        let map = try LabelMap(contentsOf: labelMap(of: subject.identifier))
        let counts = map.labelCounts.map { (Int($0.key), $0.value) }
        try volumes.write(
            subject.identifier, counts: Dictionary(uniqueKeysWithValues: counts), on: map.geometry)
    }
}

/// A case whose label map is not written yet.
struct UnfinishedCase: Sendable {
    let subject: Dataset.Case
    /// Of the images.
    let digests: [String]
    let labels: Volume
}

/// The reason why predictions cannot be written to a folder.
public enum PredictionFolderError: Error, CustomStringConvertible {
    case otherModel(String)
    case otherCases(String, example: String)
    case otherImage(String)
    case changing(String)
    case foreign(String)
    /// A label map would replace this image, which is to be predicted.
    case input(String)
    /// The folder of a DICOM series that is to be predicted.
    case series(String)
    case otherFile(String)
    case unremovable(String)
    case notDICOM(String)
    case unwritable(String, reason: String)
    case unwritableFile(String, reason: String)

    public var description: String {
        switch self {
        case .otherModel(let path):
            "\(path) holds predictions of another model, or made with other options: "
                + "name another folder, or give `overwrite`"
        case .otherCases(let path, let example):
            "\(path) holds predictions of another model that would stay, such as that of \(example): "
                + "name another folder"
        case .otherImage(let file):
            "\(file) is the prediction of another image of this name, or of this one before it was changed: "
                + "name another folder, or give `overwrite`"
        case .changing(let images):
            "\(images) was replaced while it was predicted: run the same command again"
        case .unremovable(let file):
            "\(file) is of another model and cannot be removed: remove it, or name another folder"
        case .foreign(let path):
            "\(path) holds images that segnas3d predict did not write: name another folder"
        case .input(let file):
            "\(file) is an image to be predicted, and its label map would have its place: name another folder"
        case .series(let folder):
            "\(folder) is the folder of a DICOM series to be predicted: name another folder, which may lie in it"
        case .otherFile(let file):
            "\(file) is not the file that segnas3d predict writes there for these labels: "
                + "move it away, or name another folder"
        case .notDICOM(let identifier):
            "case \(identifier) is no DICOM series, so no DICOM segmentation can refer to it: "
                + "leave out `dicomSeg`"
        case .unwritable(let path, let reason):
            "\(path): this folder cannot be created: \(reason)"
        case .unwritableFile(let file, let reason): "\(file): cannot be written: \(reason)"
        }
    }
}
