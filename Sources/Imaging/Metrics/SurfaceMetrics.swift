/// Distances between the surfaces of two masks, in mm.
///
/// The surface of a mask are its voxels of which one of six neighbours, or the border of the volume, lies outside.
/// D is the distances from the centres of the prediction's surface voxels to the nearest of the reference, D′ those
/// from the reference to the prediction.
///
/// Formulas: Taha & Hanbury 2015, doi:10.1186/s12880-015-0068-x; as in MONAI 1.6.
public struct SurfaceMetrics: Hashable, Sendable {
    /// max(max D, max D′), the distance of Hausdorff.
    public let hausdorff: Double
    /// max(Q(D), Q(D′)) with the percentile Q of the options, 95 by default, interpolated linearly.
    public let hausdorffPercentile: Double
    /// (Σ D + Σ D′) / (|D| + |D′|), the average symmetric surface distance.
    public let average: Double

    init(_ first: DistanceList, _ second: DistanceList, percentile: Double) {
        hausdorff = max(first.largest, second.largest)
        hausdorffPercentile = max(
            first.quantile(percentile / 100), second.quantile(percentile / 100))
        average = (first.sum + second.sum) / Double(first.count + second.count)
    }
}

extension DistanceList {
    /// The share of two lists of distances that are not larger than a tolerance.
    ///
    /// The normalized surface Dice of Nikolov et al. 2018, arXiv:1809.04430, each surface voxel counting as one.
    static func surfaceDice(
        _ first: DistanceList, _ second: DistanceList, tolerance: Double
    ) -> Double {
        Double(first.count(within: tolerance) + second.count(within: tolerance))
            / Double(first.count + second.count)
    }
}
