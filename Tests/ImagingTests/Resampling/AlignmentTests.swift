import Testing

@testable import SegNASImaging

@Suite("Grids that are the same in space")
struct AlignmentTests {
    private static let grid = Geometry(size: [3, 4, 5], affine: AffineTests.oblique)

    @Test("Each of 48 orders of axes is found, and leads voxels and labels to their places")
    func found() throws {
        #expect(Set(Reorientation.all).count == 48 && Reorientation.all[0] == .identity)
        let map = LabelMap(values: (0..<60).map { Int32($0) }, geometry: Self.grid)
        for stored in Reorientation.all {
            let other = stored(Self.grid)
            #expect(Self.grid.reorientation(onto: other) == stored)
            let turned = try #require(map.reoriented(onto: other))
            for voxel in 0..<60 {
                #expect(turned.values[stored.index(of: voxel, in: Self.grid.size)] == Int32(voxel))
            }
            #expect(turned.reoriented(onto: Self.grid)?.values == map.values)
        }
    }

    @Test("Less than half a voxel is the same place, more is another")
    func limits() {
        let step = Self.grid.shortestStep
        for (shift, isSame) in [(0.4, true), (0.6, false)] {
            var other = Reorientation.all[29](Self.grid)
            other.affine.origin.y += shift * step
            #expect((Self.grid.reorientation(onto: other) != nil) == isSame)
        }
        var nan = Self.grid
        nan.affine.origin.x = .nan
        #expect(Self.grid.reorientation(onto: nan) == nil)
    }

    @Test("The thickness and the direction of an axis of one voxel are of no account")
    func flat() {
        let slice = Geometry(size: [3, 4, 1], affine: Affine(spacing: [2, 2, 1]))
        let thick = Geometry(size: [3, 4, 1], affine: Affine(spacing: [2, 2, -2.03]))
        #expect(slice.reorientation(onto: thick) == .identity)
        #expect(slice.shortestStep == 2)
    }
}
