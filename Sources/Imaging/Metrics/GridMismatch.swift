/// Two volumes that cannot be compared voxel by voxel.
public enum GridMismatch: Error, Equatable, Sendable {
    /// They have different numbers of voxels.
    case size(reference: SIMD3<Int>, prediction: SIMD3<Int>)
    /// Voxels of the same index lie up to so many mm apart.
    case position(distance: Double)

    /// How grids differ of which none can be turned onto the other.
    init(reference: Geometry, prediction: Geometry) {
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
