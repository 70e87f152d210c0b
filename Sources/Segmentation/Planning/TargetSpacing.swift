internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging

/// The spacing that all images of a dataset are brought to, in mm along x, y and z: nnU-Net's rule.
///
/// The median, but finer along an axis with few, long voxels: there the median would blur what the better half of the
/// cases shows.
struct TargetSpacing: Hashable, Sendable {
    let spacing: SIMD3<Double>
    /// Why, in a sentence.
    let reason: String

    /// Voxels are called long, and an axis short, by this factor.
    private static let anisotropy = 3.0

    /// - Parameters:
    ///   - grids: Of the cases; at least one.
    ///   - given: A spacing that somebody has chosen.
    init(_ grids: [Fingerprint.Grid], given: SIMD3<Double>? = nil) {
        if let given {
            (spacing, reason) = (given, "as it was asked for")
            return
        }
        let spacings = grids.map(\.spacing)
        var target = median(spacings)
        let size = median(grids.map { SIMD3<Double>($0.croppedSize) })
        let axis = PatchSearch.axes(at: target)[0]
        let others = (0..<3).filter { $0 != axis }
        let longestOther = others.map { target[$0] }.max() ?? 0
        let shortestOther = others.map { size[$0] }.min() ?? 0
        let isLong = target[axis] > Self.anisotropy * longestOther
        let isShort = size[axis] * Self.anisotropy < shortestOther
        guard isLong, isShort else {
            spacing = target
            reason = "the median of \(counted(grids.count, "case")) along each axis"
            return
        }
        let factor = significant((target[axis] / longestOther * 10).rounded() / 10)
        let rest = "the median; along \(axisName(axis)), where voxels are \(factor) × longer"
        let tenth = quantile(0.1, ofSorted: spacings.map { $0[axis] }.sorted())
        if tenth < longestOther {
            // A hair more, so that the axis stays the one with the longest voxels.
            target[axis] = longestOther + 1e-5
            reason = rest + ", that of the other axes, as the 10th percentile is finer"
        } else {
            target[axis] = tenth
            reason = rest + ", the 10th percentile"
        }
        spacing = target
    }
}

/// The middle along each axis by itself.
func median(_ vectors: [SIMD3<Double>]) -> SIMD3<Double> {
    var result = SIMD3<Double>.zero
    for axis in 0..<3 { result[axis] = quantile(0.5, ofSorted: vectors.map { $0[axis] }.sorted()) }
    return result
}

/// `x`, `y` or `z`, which run right, anterior and superior.
func axisName(_ axis: Int) -> String { ["x", "y", "z"][axis] }
