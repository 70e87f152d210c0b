internal import CTorch

/// How tensors are warped; both ways give the same values up to rounding.
package enum WarpMethod: CaseIterable, Sendable {
    /// One pass of our own on the CPU.
    case fused
    /// libtorch's operations, on any device.
    case composed
}

extension Tensor {
    /// Images `[N, C, D, H, W]`, float32, and their labels `[N, D, H, W]`, uint8, each moved by its own warp.
    ///
    /// On the CPU in one pass of our own, on other devices by libtorch's operations. Labels halfway between two voxels
    /// may differ between the two. The images come out channels last. Not recorded for gradients.
    public func warped(
        by warps: [Warp], labels: Tensor?
    ) throws(TorchError) -> (images: Tensor, labels: Tensor?) {
        try warped(by: warps, labels: labels, method: device == .cpu ? .fused : .composed)
    }

    package func warped(
        by warps: [Warp], labels: Tensor?, method: WarpMethod
    ) throws(TorchError) -> (images: Tensor, labels: Tensor?) {
        guard warps.count == shape.first else {
            throw .operation("warp: \(warps.count) warps for images of shape \(shape)")
        }
        var images = ct_tensor()
        var moved = ct_tensor()
        let status = withExtendedLifetime((self, labels)) {
            withCodes(warps[...]) { codes in
                ct_warp_tensors(
                    handle, labels?.handle ?? ct_tensor(), codes,
                    method == .fused ? .CT_WARP_FUSED : .CT_WARP_COMPOSED, &images, &moved)
            }
        }
        try check(status)
        return (
            Tensor(owning: images), labels == nil ? nil : Tensor(owning: moved)
        )
    }
}
