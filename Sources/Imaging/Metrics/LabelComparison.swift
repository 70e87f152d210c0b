internal import SegNASHost

/// A comparison of a predicted label map with a reference, label by label.
///
/// Memory beyond the maps: 12 bytes for each run of equal labels along x, and for each thread a few bits for each
/// voxel in the box of one label and 4 bytes for each voxel of its surfaces. For the choice of metrics see Maier-Hein
/// et al. 2024, "Metrics reloaded", doi:10.1038/s41592-023-02151-z.
public struct LabelComparison: Equatable, Sendable {
    /// Options of a comparison.
    public struct Options: Sendable {
        /// Mm by which surfaces may differ in the surface Dice.
        public var tolerance = 1.0
        /// The percentile of distances that is reported beside their maximum, from 0 to 100.
        public var percentile = 95.0
        /// Voxels where the reference has this label count as background in both.
        public var ignoring: Int32?
        /// True if distances and the surface Dice are measured, which takes most of the time.
        public var measuresSurfaces = true
        public var threads = 1

        public init() {}
    }

    /// One for each label compared, in order.
    public let labels: [LabelMetrics]

    /// Compares two maps on the same grid, in the spacing of the reference.
    ///
    /// - Parameters:
    ///   - reference: The true label map.
    ///   - prediction: The label map to compare, on the grid of the reference, in any order and direction of axes.
    ///   - labels: Those to compare, each once; by default all that occur in one of the maps, but not 0
    ///     and the ignored one.
    ///   - options: The metrics to measure, and their parameters.
    /// - Throws: `GridMismatch` where sizes or positions of the voxels differ.
    public init(
        reference: LabelMap, prediction: LabelMap, labels: [Int32]? = nil,
        options: Options = Options()
    ) throws(GridMismatch) {
        precondition((0...100).contains(options.percentile), "percentile \(options.percentile)")
        precondition(Set(labels ?? []).count == labels?.count ?? 0, "a label occurs twice")
        precondition(options.tolerance >= 0, "a tolerance of \(options.tolerance) mm")
        guard
            let prediction = prediction.reoriented(
                onto: reference.geometry, threads: options.threads)
        else {
            throw GridMismatch(reference: reference.geometry, prediction: prediction.geometry)
        }
        let pair = LabelPair(
            reference: reference, prediction: prediction,
            labels: labels ?? foreground(reference, prediction, options.ignoring),
            options: options)
        self.labels = pair.metrics()
    }

    /// The number of labels with this presence.
    public func count(_ presence: LabelPresence) -> Int {
        labels.count { $0.presence == presence }
    }
}

private func foreground(
    _ reference: LabelMap, _ prediction: LabelMap, _ ignored: Int32?
) -> [Int32] {
    Set(reference.labelCounts.keys).union(prediction.labelCounts.keys)
        .subtracting([0, ignored ?? 0]).sorted()
}

/// Two maps that are being compared.
private struct LabelPair {
    let reference: LabelMap
    let prediction: LabelMap
    let labels: [Int32]
    let options: LabelComparison.Options

    func metrics() -> [LabelMetrics] {
        let extents = LabelExtents(
            reference: reference, prediction: prediction, labels: labels,
            ignored: options.ignoring, recordsRuns: options.measuresSurfaces,
            threads: options.threads
        ).extents
        // The largest first, so that threads end together.
        let order = extents.indices.sorted {
            extents[$0].box.voxelCount > extents[$1].box.voxelCount
        }
        let results = concurrentMap(labels.count, threads: options.threads) { place in
            metrics(of: labels[order[place]], extents[order[place]])
        }
        let places = Dictionary(uniqueKeysWithValues: zip(order, results))
        return labels.indices.compactMap { places[$0] }
    }

    private func metrics(of label: Int32, _ extent: LabelExtents.Extent) -> LabelMetrics {
        let presence = LabelPresence(extent.overlap)
        let distances =
            presence == .both && options.measuresSurfaces ? distances(extent) : nil
        let difference = extent.overlap.prediction - extent.overlap.reference
        return LabelMetrics(
            label: label, presence: presence, overlap: extent.overlap,
            volumeDifference: Double(difference) * abs(reference.geometry.affine.determinant),
            distances: distances.map {
                SurfaceMetrics($0.prediction, $0.reference, percentile: options.percentile)
            },
            surfaceDice: surfaceDice(distances, presence))
    }

    private func surfaceDice(
        _ distances: (prediction: DistanceList, reference: DistanceList)?, _ presence: LabelPresence
    ) -> Double? {
        if let distances {
            return DistanceList.surfaceDice(
                distances.prediction, distances.reference, tolerance: options.tolerance)
        }
        return presence == .neither || !options.measuresSurfaces ? nil : 0
    }

    /// The distances from each surface to the other.
    private func distances(
        _ extent: LabelExtents.Extent
    ) -> (prediction: DistanceList, reference: DistanceList) {
        let geometry = reference.geometry
        let surfaces = (
            reference: BitGrid(extent.reference, box: extent.box, height: geometry.size.y)
                .surface(),
            prediction: BitGrid(extent.prediction, box: extent.box, height: geometry.size.y)
                .surface()
        )
        return (
            NearestSurface(surfaces.reference, spacing: geometry.spacing)
                .distances(from: surfaces.prediction),
            NearestSurface(surfaces.prediction, spacing: geometry.spacing)
                .distances(from: surfaces.reference)
        )
    }
}

/// Two volumes that cannot be compared voxel by voxel.
public enum GridMismatch: Error, Equatable, Sendable {
    /// They have different numbers of voxels.
    case size(reference: SIMD3<Int>, prediction: SIMD3<Int>)
    /// Voxels of the same index lie up to this distance in mm apart.
    case position(distance: Double)

    /// The difference of two grids that cannot be reoriented onto each other.
    package init(reference: Geometry, prediction: Geometry) {
        self =
            reference.size == prediction.size
            ? .position(distance: prediction.cornerDistance(to: reference))
            : .size(reference: reference.size, prediction: prediction.size)
    }
}

extension GridMismatch: CustomStringConvertible {
    /// The difference and what to do about it.
    public var description: String {
        switch self {
        case .size(let reference, let prediction):
            "the reference has \(voxels(reference)) voxels and the prediction \(voxels(prediction)): "
                + "resample the prediction onto the grid of the reference"
        case .position(let distance):
            "voxels of the reference and of the prediction lie up to "
                + "\((distance * 1000).rounded() / 1000) mm apart: "
                + "resample the prediction onto the grid of the reference"
        }
    }
}

private func voxels(_ size: SIMD3<Int>) -> String {
    "\(size.x)×\(size.y)×\(size.z)"
}
