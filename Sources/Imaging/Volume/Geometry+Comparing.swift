extension Geometry {
    /// In what two grids differ, in words; nil where each voxel lies within a tenth of a voxel of the other's.
    package func difference(from other: Geometry) -> String? {
        guard size == other.size else {
            return "\(text(size)) voxels instead of \(text(other.size))"
        }
        let corners = (0..<8).map { corner in
            SIMD3<Double>(
                corner & 1 == 0 ? 0 : Double(size.x - 1), corner & 2 == 0 ? 0 : Double(size.y - 1),
                corner & 4 == 0 ? 0 : Double(size.z - 1))
        }
        let distance = corners.map { (affine($0) - other.affine($0)).length }.max() ?? 0
        guard !(distance <= 0.1 * other.spacing.min()) else { return nil }
        return "corners lie \((distance * 100).rounded() / 100) mm apart"
    }

    private func text(_ size: SIMD3<Int>) -> String { "\(size.x)x\(size.y)x\(size.z)" }
}
