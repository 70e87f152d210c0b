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

    /// The part of the image's file that is prepared; nil for all of it.
    fileprivate var boxInFile: ContentBox? {
        box?.reoriented(by: reorientation.inverse, in: reorientation(original).size)
    }

    /// The map from the voxels of the image's file, or of a part of it, to the scores.
    fileprivate func mapToFile(in part: ContentBox?) -> GridMap {
        let own = map.inverse.reoriented(by: reorientation.inverse)
        guard let part, part != boxInFile else { return own }
        let start = part.lower &- (boxInFile?.lower ?? .zero)
        return GridMap { axis in
            var map = own.axes[axis]
            map.shift += map.scale * Double(start[axis])
            map.count = part.size[axis]
            return map
        }
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
    /// The clean-up of the label map; probabilities stay as they are.
    public var postProcessing: PostProcessing?
    private let labels: LabelTable
    private let content: Content

    private enum Content {
        /// Of the file's voxels, or of those in a box, beyond which all is background.
        case scores(ScoreResampler, in: ContentBox?)
        /// Of the file's voxels, uint8.
        case classes(Samples)
    }

    /// Scores, each with the transform of the preparation that their networks saw; all of one image.
    ///
    /// Where one of them is of a part of the image, all else is background.
    package init(
        _ scores: [(scores: ClassScores, transform: GridTransform)], labels: LabelTable,
        warnings: [DatasetFault] = [], threads: Int
    ) {
        precondition(!scores.isEmpty, "no scores")
        geometry = scores[0].transform.original
        self.labels = labels
        self.warnings = warnings
        // Boxes of one image are the same: models differ at most in whether they have one.
        let box = scores.compactMap(\.transform.boxInFile).first
        content = .scores(
            ScoreResampler(
                scores.map { ($0.scores, $0.transform.mapToFile(in: box)) },
                rule: labels.scoreRule, threads: threads),
            in: box)
    }

    /// The classes of a prediction whose probabilities were not kept: uint8 `[z, y, x]` of the image, or of the part
    /// of it that was prepared, in the order of the prepared grid's axes.
    package init(
        classes: Samples, of transform: GridTransform, labels: LabelTable,
        warnings: [DatasetFault] = [], threads: Int
    ) {
        geometry = transform.original
        self.labels = labels
        self.warnings = warnings
        content = .classes(transform.onFile(classes, threads: threads))
    }

    /// The label map with the stored values of the table, in the smallest integer type that holds all of them.
    public func labelMap() -> Volume {
        let classes =
            switch content {
            case .scores(let resampler, nil): resampler.classMap()
            case .scores(let resampler, let box?):
                resampler.classMap().placed(
                    in: geometry.size, at: box, elsewhere: 0 as UInt8)
            case .classes(let classes): classes
            }
        let cleaned =
            postProcessing?.applied(to: classes, size: geometry.size, labels: labels) ?? classes
        return Volume(labels.storedValues(of: cleaned), geometry: geometry)
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
        guard case .scores(let resampler, let box) = content else {
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
                try writer.write(
                    box.map { probability(of: label, slices, resampler, in: $0) }
                        ?? resampler.probability(of: label, slices: slices))
            }
        }
        try writer.finish()
    }

    /// The probability of a class, or a region, in some slices of the file, of which a box has scores.
    private func probability(
        of label: Int, _ slices: Range<Int>, _ resampler: ScoreResampler, in box: ContentBox
    ) -> Samples {
        // Regions have no output for the background.
        let elsewhere: Float = label == 0 && labels.regions == nil ? 1 : 0
        let size = SIMD3(geometry.size.x, geometry.size.y, slices.count)
        let inside = slices.clamped(to: box.lower.z..<box.upper.z)
        guard !inside.isEmpty else {
            return Samples([Float](repeating: elsewhere, count: size.volume))
        }
        var part = box
        part.lower.z = inside.lowerBound - slices.lowerBound
        part.upper.z = inside.upperBound - slices.lowerBound
        let first = inside.lowerBound - box.lower.z
        return resampler.probability(of: label, slices: first..<first + inside.count)
            .placed(in: size, at: part, elsewhere: elsewhere)
    }
}
