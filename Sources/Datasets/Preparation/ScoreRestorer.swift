package import SegNASHost
public import SegNASImaging

extension GridTransform {
    /// Memory for the scores of networks that see the prepared grid; nil if the system has not enough.
    package func scores(classes: Int) -> ClassScores? {
        ClassScores(classes: classes, size: map.size, reorientation: reorientation.inverse)
    }

    /// The same in a file of a folder that disappears with them, for more scores than memory holds.
    ///
    /// - Throws: `SystemFailure` where the folder has no room.
    package func scores(classes: Int, scratchIn folder: String) throws(SystemFailure) -> ClassScores
    {
        try ClassScores(
            classes: classes, size: map.size, reorientation: reorientation.inverse,
            scratchIn: folder)
    }

    /// The map from the voxels of the image's file to the scores.
    fileprivate var mapToFile: GridMap {
        map.inverse.reoriented(by: reorientation.inverse)
    }
}

/// Takes the probabilities of classes or regions from prepared grids to the grid and the orientation of the image's
/// file.
///
/// Each probability is interpolated linearly, and the most probable class is taken there, or the regions are painted
/// that have more than ½: outlines are finer than the prepared grid, where
/// ``GridTransform/restore(classes:labels:interpolation:threads:)`` only sees classes.
public struct ScoreRestorer: Sendable {
    public let geometry: Geometry
    /// Remarks of the readers of the image's files.
    public let warnings: [DatasetFault]
    private let labels: LabelTable
    private let content: Content

    private enum Content {
        case scores(ScoreResampler)
        /// Of the file's voxels, uint8.
        case classes(Samples)
    }

    /// Scores, each with the transform of the preparation that their networks saw; all of one image.
    package init(
        _ scores: [(scores: ClassScores, transform: GridTransform)], labels: LabelTable,
        warnings: [DatasetFault] = [], threads: Int
    ) {
        precondition(!scores.isEmpty, "no scores")
        geometry = scores[0].transform.original
        self.labels = labels
        self.warnings = warnings
        content = .scores(
            ScoreResampler(
                scores.map { ($0.scores, $0.transform.mapToFile) }, rule: labels.scoreRule,
                threads: threads))
    }

    /// The classes of a prediction whose probabilities were not kept: uint8 `[z, y, x]` of the image in the order
    /// of the prepared grid's axes.
    package init(
        classes: Samples, of transform: GridTransform, labels: LabelTable,
        warnings: [DatasetFault] = [], threads: Int
    ) {
        geometry = transform.original
        self.labels = labels
        self.warnings = warnings
        let reoriented = transform.reorientation(geometry)
        content = .classes(
            Volume(classes, geometry: reoriented)
                .reoriented(by: transform.reorientation.inverse, threads: threads).samples)
    }

    /// The label map with the stored values of the table, in the smallest integer type that holds all of them.
    public func labelMap() -> Volume {
        let classes =
            switch content {
            case .scores(let resampler): resampler.classMap()
            case .classes(let classes): classes
            }
        return Volume(labels.storedValues(of: classes), geometry: geometry)
    }

    /// Writes the probabilities of all classes, or of all regions, in their order, as a float32 image
    /// `[x, y, z, class]`.
    ///
    /// At most 64 MiB of it are in memory at a time. They must have been kept; those of one tile always are.
    ///
    /// - Throws: `ImageError`, when the file exists or the system refuses.
    public func writeProbabilities(
        to path: String, replacing: Bool = false
    ) throws(ImageError) {
        guard case .scores(let resampler) = content else {
            preconditionFailure(
                "probabilities are kept only where the options of prediction say so")
        }
        let size = geometry.size
        let writer = try VolumeWriter(
            path, geometry: geometry, channels: labels.outputCount, type: .float32,
            replacing: replacing)
        let step = max(1, (64 << 20) / (size.x * size.y * MemoryLayout<Float>.size))
        for label in 0..<labels.outputCount {
            for start in stride(from: 0, to: size.z, by: step) {
                let slices = start..<min(start + step, size.z)
                try writer.write(resampler.probability(of: label, slices: slices))
            }
        }
        try writer.finish()
    }
}
