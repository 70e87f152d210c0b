internal import CTorch

/// Where the voxels of an output volume are looked up in an input of the same size.
///
/// Positions are in voxels, (0, 0, 0) being the centre of the first: matrix·(x, y, z, 1) plus a displacement. Images are
/// sampled trilinearly, labels at the nearest voxel (halfway the one of higher index); outside, both are 0.
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

        /// Numbers of a grid with so many cells.
        public static func count(of cells: Extent) -> Int {
            3 * (cells.depth + 3) * (cells.height + 3) * (cells.width + 3)
        }
    }

    public init(rows: [[Double]], displacement: Displacement? = nil) {
        precondition(rows.count == 3 && rows.allSatisfy { $0.count == 4 }, "three rows of four")
        self.rows = rows
        self.displacement = displacement
    }

    /// Everything where it is.
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
