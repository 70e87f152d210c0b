internal import CTorch

/// A method to compute values between voxels.
public enum Interpolation: Sendable, CaseIterable {
    case nearest, trilinear
}

extension Tensor {
    /// The largest value of each window of `[N, C, D, H, W]`.
    ///
    /// Padding counts as −∞; the stride is the window's size where left out.
    public func maxPool3D(
        size: Extent, stride: Extent? = nil, padding: Extent = 0
    ) throws(TorchError) -> Tensor {
        try map { ct_max_pool3d($0, size.code, (stride ?? size).code, padding.code, $1) }
    }

    /// Resizes `[N, C, D, H, W]` to another grid over the same space, with outer voxel borders aligned.
    ///
    /// Nearest takes voxel ⌊i·in/out⌋. With `alignCorners` (trilinear only) the centres of corner voxels fall
    /// on each other instead.
    public func resized(
        to size: Extent, _ interpolation: Interpolation, alignCorners: Bool = false
    ) throws(TorchError) -> Tensor {
        try map { tensor, out in
            switch interpolation {
            case .nearest: ct_resize_nearest(tensor, size.code, out)
            case .trilinear: ct_resize_trilinear(tensor, size.code, alignCorners, out)
            }
        }
    }

    /// Nearest or trilinear enlargement by a whole factor.
    public func upsampled(
        by factor: Int, _ interpolation: Interpolation = .nearest
    ) throws(TorchError) -> Tensor {
        let extents = shape.suffix(3).map { $0 * factor }
        guard extents.count == 3 else {
            throw .operation("upsample: expected a tensor [N, C, D, H, W], got shape \(shape)")
        }
        return try resized(to: Extent(extents[0], extents[1], extents[2]), interpolation)
    }

    /// `[N, C, D, H, W]` sampled where the matrices `[N, 3, 4]` send each voxel of an output `[N, C, size]`.
    ///
    /// Coordinates are (x, y, z) along W, H, D, from −1 to 1 between the volume's outer borders; samples
    /// outside are 0. Computed in the matrices' type, float32 or float64; the output has the volume's type, which
    /// may be integral (labels, sampled nearest).
    public func affineSampled(
        _ matrices: Tensor, size: Extent, _ interpolation: Interpolation
    ) throws(TorchError) -> Tensor {
        try map(with: matrices) { x, others, out in
            let code: ct_interpolation = interpolation == .nearest ? .CT_NEAREST : .CT_TRILINEAR
            return ct_affine_sample(x, others[0], size.code, code, out)
        }
    }
}
