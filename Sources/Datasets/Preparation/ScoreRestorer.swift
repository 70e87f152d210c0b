internal import SegNASHost
public import SegNASImaging

extension GridTransform {
    /// Memory for the scores of networks that see the prepared grid; nil if the system has not enough.
    package func scores(classes: Int) -> ClassScores? {
        ClassScores(classes: classes, size: map.size, reorientation: reorientation.inverse)
    }

    /// The map from the voxels of the image's file to the scores.
    fileprivate var mapToFile: GridMap {
        map.inverse.reoriented(by: reorientation.inverse)
    }
}

/// Takes class probabilities from prepared grids to the grid and the orientation of the image's file.
///
/// Each class's probability is interpolated linearly, and the most probable class is taken there: outlines are finer
/// than the prepared grid, where ``GridTransform/restore(classes:labels:interpolation:threads:)`` only sees classes.
public struct ScoreRestorer: Sendable {
    public let geometry: Geometry
    /// Remarks of the readers of the image's files.
    public let warnings: [DatasetFault]
    private let labels: LabelTable
    private let resampler: ScoreResampler

    /// Scores, each with the transform of the preparation that their networks saw; all of one image.
    package init(
        _ scores: [(scores: ClassScores, transform: GridTransform)], labels: LabelTable,
        warnings: [DatasetFault] = [], threads: Int
    ) {
        precondition(!scores.isEmpty, "no scores")
        geometry = scores[0].transform.original
        self.labels = labels
        self.warnings = warnings
        resampler = ScoreResampler(
            scores.map { ($0.scores, $0.transform.mapToFile) }, threads: threads)
    }

    /// The label map with the stored values of the table, in the smallest integer type that holds all of them.
    public func labelMap() -> Volume {
        Volume(labels.storedValues(of: resampler.mostProbable()), geometry: geometry)
    }

    /// Writes the probabilities of all classes, in their order, as a float32 image `[x, y, z, class]`.
    ///
    /// At most 64 MiB of it are in memory at a time.
    ///
    /// - Throws: `ImageError`, when the file exists or the system refuses.
    public func writeProbabilities(
        to path: String, replacing: Bool = false
    ) throws(ImageError) {
        let size = geometry.size
        let writer = try VolumeWriter(
            path, geometry: geometry, channels: labels.classCount, type: .float32,
            replacing: replacing)
        let step = max(1, (64 << 20) / (size.x * size.y * MemoryLayout<Float>.size))
        for label in 0..<labels.classCount {
            for start in stride(from: 0, to: size.z, by: step) {
                let slices = start..<min(start + step, size.z)
                try writer.write(resampler.probability(of: label, slices: slices))
            }
        }
        try writer.finish()
    }
}
