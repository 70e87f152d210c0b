internal import CTorch

/// A map from the voxels of an output volume to positions in an input of the same size.
///
/// Positions are in voxels, (0, 0, 0) being the centre of the first: matrix·(x, y, z, 1) plus a displacement. Images
/// are sampled trilinearly, labels at the nearest voxel (halfway the one of higher index); outside, both are 0.
public struct Warp: Hashable, Sendable {
    /// Three rows of four numbers: x, y and z of the input.
    public let rows: [[Double]]
    public let displacement: Displacement?

    /// A smooth displacement: uniform cubic B-splines, whose cells divide the volume from border to border.
    public struct Displacement: Hashable, Sendable {
        /// Cells along each axis.
        public let cells: Extent
        /// Control points `[3, cells.depth + 3, cells.height + 3, cells.width + 3]`: along x, y and z, in voxels.
        public let points: [Float]

        public init(cells: Extent, points: [Float]) {
            precondition(points.count == Self.count(of: cells), "a grid of another size")
            self.cells = cells
            self.points = points
        }

        /// The number of values of a grid with these cells.
        public static func count(of cells: Extent) -> Int {
            3 * (cells.depth + 3) * (cells.height + 3) * (cells.width + 3)
        }
    }

    public init(rows: [[Double]], displacement: Displacement? = nil) {
        precondition(rows.count == 3 && rows.allSatisfy { $0.count == 4 }, "three rows of four")
        self.rows = rows
        self.displacement = displacement
    }

    /// The warp that leaves every voxel in its place.
    public static let identity = Warp(rows: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])

    /// Lends the warp to the C interface.
    func withCode<Result>(_ body: (ct_warp) -> Result) -> Result {
        rows.flatMap(\.self).withUnsafeBufferPointer { matrix in
            guard let displacement else {
                return body(
                    ct_warp(
                        matrix: matrix.baseAddress, displacement: nil, cells: Extent(0, 0, 0).code))
            }
            return displacement.points.withUnsafeBufferPointer { points in
                body(
                    ct_warp(
                        matrix: matrix.baseAddress, displacement: points.baseAddress,
                        cells: displacement.cells.code))
            }
        }
    }
}

/// Lends warps to the C interface.
func withCodes<Result>(
    _ warps: ArraySlice<Warp>, _ codes: [ct_warp] = [], _ body: ([ct_warp]) -> Result
)
    -> Result
{
    guard let warp = warps.first else { return body(codes) }
    return warp.withCode { withCodes(warps.dropFirst(), codes + [$0], body) }
}

/// The memory of a case, which a warp reads.
package struct WarpSource {
    // [C, D, H, W]
    package var image: UnsafePointer<Float>
    // [D, H, W]
    package var labels: UnsafePointer<UInt8>?
    package var channels: Int
    package var size: Extent

    package init(
        image: UnsafePointer<Float>, labels: UnsafePointer<UInt8>?, channels: Int, size: Extent
    ) {
        self.image = image
        self.labels = labels
        self.channels = channels
        self.size = size
    }
}

/// The memory that a warp writes.
package struct WarpTarget {
    /// `[D, H, W, C]` if channels are last, else `[C, D, H, W]`.
    package var image: UnsafeMutablePointer<Float>
    // [D, H, W]
    package var labels: UnsafeMutablePointer<UInt8>?
    package var channelsLast: Bool

    package init(
        image: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<UInt8>?, channelsLast: Bool
    ) {
        self.image = image
        self.labels = labels
        self.channelsLast = channelsLast
    }
}

/// The processor's instructions that a warp uses; values agree up to rounding.
package enum WarpInstructions: CaseIterable, Sendable {
    case best, baseline, avx2

    var code: ct_instructions {
        switch self {
        case .best: .CT_INSTRUCTIONS_BEST
        case .baseline: .CT_INSTRUCTIONS_BASELINE
        case .avx2: .CT_INSTRUCTIONS_AVX2
        }
    }
}

extension Warp {
    /// Warps image and labels in one pass, on any thread, without tensors.
    ///
    /// At most `threads` threads work, the calling one included; the result does not depend on their number.
    package func apply(
        from source: WarpSource, to target: WarpTarget, threads: Int,
        instructions: WarpInstructions = .best
    ) throws(TorchError) {
        var from = ct_warp_source(
            image: source.image, labels: source.labels, channels: Int64(source.channels),
            size: source.size.code)
        var to = ct_warp_target(
            image: target.image, labels: target.labels, channels_last: target.channelsLast)
        try check(
            withCode { code in
                var warp = code
                return ct_warp_memory(
                    &from, &warp, &to, instructions.code, Int32(clamping: threads))
            })
    }
}

/// An implementation of warping tensors; both give the same values up to rounding.
package enum WarpMethod: CaseIterable, Sendable {
    /// Our single pass on the CPU.
    case fused
    /// A sequence of libtorch's operations, on any device.
    case composed
}

extension Tensor {
    /// Warps images `[N, C, D, H, W]`, float32, and their labels `[N, D, H, W]`, uint8, each by a separate warp.
    ///
    /// The CPU does so in a single pass, other devices by libtorch's operations. Labels halfway between two voxels may
    /// differ between the two. The images come out channels last. Not recorded for gradients.
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
