import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Units of NIfTI images")
struct UnitTests {
    /// A NIfTI-2 file of one voxel with a spacing and a code of `xyzt_units`.
    private func affine(spacing: Double, unit: UInt8) throws -> Affine {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "image.nii")
            let geometry = Geometry(size: .one, affine: Affine(spacing: .init(repeating: spacing)))
            try Volume(Samples([1 as UInt8]), geometry: geometry).write(to: file.path)
            var bytes = try Data(contentsOf: file)
            try #require(bytes[0] == 0x1C && bytes[1] == 0x02, "540 bytes of header: NIfTI-2")
            bytes[500] = unit
            try bytes.write(to: file)
            return try Volume(contentsOf: file.path).affine
        }
    }

    @Test("metres and micrometres become mm", arguments: [(1, 1e45), (2, 1e42), (3, 1e39)])
    func conversion(unit: UInt8, millimetres: Double) throws {
        // Larger than NIfTI-1's numbers, so that NIfTI-2 is written.
        let spacing = try affine(spacing: 1e42, unit: unit).spacing
        #expect(abs(spacing.x / millimetres - 1) < 1e-6)
    }

    @Test("a voxel that is finite in metres and not in mm is refused")
    func overflow() throws {
        #expect(try affine(spacing: 1e102, unit: 2).isInvertible)
        #expect(throws: ImageError.self) { try affine(spacing: 1e102, unit: 1) }
    }
}
