/// Two volumes that cannot be compared voxel by voxel.
public enum GridMismatch: Error, Equatable, Sendable {
    /// They have different numbers of voxels.
    case size(reference: SIMD3<Int>, prediction: SIMD3<Int>)
    /// Voxels of the same index lie up to so many mm apart.
    case position(distance: Double)

    /// Nil where two grids agree to half a voxel, beyond which a voxel's nearest neighbour is another one.
    init?(reference: Geometry, prediction: Geometry) {
        guard reference.size == prediction.size else {
            self = .size(reference: reference.size, prediction: prediction.size)
            return
        }
        let distance = farthestCorner(reference, prediction)
        // Written so that affines with NaN differ.
        if distance <= 0.5 * reference.spacing.min() { return nil }
        self = .position(distance: distance)
    }
}

private func farthestCorner(_ a: Geometry, _ b: Geometry) -> Double {
    let ends = SIMD3<Double>(a.size) - 1
    return (0..<8).map { corner in
        let sides = SIMD3<Double>(
            Double(corner & 1), Double(corner >> 1 & 1), Double(corner >> 2 & 1))
        return (a.affine(sides * ends) - b.affine(sides * ends)).length
    }.reduce(0) { $1 <= $0 ? $0 : $1 }
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
