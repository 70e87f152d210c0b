public import SegNASHost
public import SegNASImaging
public import SegNASTorch

/// How networks are used to predict.
public struct PredictionOptions: Hashable, Sendable {
    /// The type in which activations are computed; `auto` is that of the model's training (``Model/dtype(_:)``).
    public var precision: Precision
    /// Axes of the prepared grid (0: x, 1: y, 2: z) along which images are mirrored too; all combinations are averaged.
    ///
    /// Of a grid in canonical orientation x runs from left to right: where labels tell sides apart, mirroring along it
    /// averages the one with the other.
    public var mirroredAxes: Set<Int>
    /// Of folders with several DICOM series, the one that is read.
    public var series: DICOMSelection?
    /// For all but the network, whose threads are set by `CPU/setThreads(_:)`.
    public var threads: Int

    public init(
        precision: Precision = .auto, mirroredAxes: Set<Int> = [],
        series: DICOMSelection? = nil,
        threads: Int = HostResources.current().cores
    ) {
        precondition(mirroredAxes.isSubset(of: [0, 1, 2]), "axes are 0, 1 and 2")
        self.precision = precision
        self.mirroredAxes = mirroredAxes
        self.series = series
        self.threads = threads
    }

    /// Every combination of mirrored axes, none first: whether x, y and z are reversed.
    var mirrorings: [[Bool]] {
        mirroredAxes.sorted().reduce([[false, false, false]]) { all, axis in
            all
                + all.map { mirroring in
                    var mirroring = mirroring
                    mirroring[axis] = true
                    return mirroring
                }
        }
    }
}
