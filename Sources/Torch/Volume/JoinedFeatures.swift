internal import CTorch

/// Feature maps of two levels side by side: the lower ones enlarged (nearest), then those of full size.
///
/// Convolutions take them as they are. Where the lower ones are half as large along every axis and the kernel is a
/// cube, neither the upsampled nor the joined maps ever exist: a kernel of 3×3×3 over repeated voxels becomes one of
/// 2×2×2 for each place within a cell, with 8/27 of the multiplications.
public struct JoinedFeatures {
    public var lower: Tensor  // [N, I, D/2, H/2, W/2], or with some of D, H, W themselves
    public var same: Tensor  // [N, J, D, H, W]

    public init(lower: Tensor, same: Tensor) {
        self.lower = lower
        self.same = same
    }

    /// The maps themselves, `[N, I + J, D, H, W]`.
    public func tensor() throws(TorchError) -> Tensor {
        let shape = same.shape
        let size = Extent(shape[2], shape[3], shape[4])
        return try .concatenated([lower.resized(to: size, .nearest), same], along: 1)
    }

    /// ``Tensor/conv3D(weight:bias:window:)`` of ``tensor()`` with a kernel `[O, I + J, kD, kH, kW]` of odd extents,
    /// which keeps the size: `[N, O, D, H, W]`.
    ///
    /// Weights are cast to the maps' type where they are used.
    public func conv3D(weight: Tensor, dilation: Int = 1) throws(TorchError) -> Tensor {
        try withExtendedLifetime((self, weight)) { () throws(TorchError) in
            try produce {
                ct_conv3d_joined(lower.handle, same.handle, weight.handle, Int64(dilation), $0)
            }
        }
    }
}
