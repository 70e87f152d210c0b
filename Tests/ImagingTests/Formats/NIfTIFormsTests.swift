import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Both forms of a NIfTI header are written as they were read")
struct NIfTIFormsTests {
    /// A header whose two forms are changed.
    struct Header: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var change: @Sendable (inout NIfTIBytes) -> Void

        init(_ name: String, _ change: @escaping @Sendable (inout NIfTIBytes) -> Void) {
            testDescription = name
            self.change = change
        }
    }

    /// A rotation by 20° about the third axis, its offsets, and the codes.
    private static func qform(_ file: inout NIfTIBytes, sign: Float, codes: (Int16, Int16)) {
        file.put(sign, at: 76)
        let numbers: [Float] = [0, 0, 0.173648, 11.25, -3.1, 7.7]
        for (index, number) in numbers.enumerated() { file.put(number, at: 256 + 4 * index) }
        file.put(codes.0, at: 252)
        file.put(codes.1, at: 254)
    }

    static let headers = [
        Header("an sform alone, with shear") { _ in },
        Header("an sform of MNI and a qform turned against it") {
            qform(&$0, sign: 1, codes: (2, 4))
        },
        Header("a qform alone") { qform(&$0, sign: 1, codes: (1, 0)) },
        Header("a qform with a mirrored axis") { qform(&$0, sign: -1, codes: (1, 0)) },
        Header("neither, with numbers in both") { qform(&$0, sign: -1, codes: (0, 0)) },
        Header("metres and seconds") { $0.put(1 | 8 as UInt8, at: 123) },
        Header("no unit") { $0.put(0 as UInt8, at: 123) },
        Header("a qform that is none beside an sform") {
            qform(&$0, sign: 1, codes: (1, 1))
            $0.put(Float.nan, at: 256)
            $0.put(3 as Float, at: 260)
        },
        Header("negative spacing beside an sform") { $0.put(-2 as Float, at: 80) },
        Header("spacing unlike the sform") { $0.put(0.87 as Float, at: 84) },
    ]

    @Test(arguments: headers)
    func kept(_ header: Header) throws {
        var file = NIfTIBytes()
        header.change(&file)
        let written = try rewritten(file) { $0 }
        #expect(written[76..<92] == file.bytes[76..<92])
        #expect(written[123] == file.bytes[123] & 7)
        #expect(written[252..<328] == file.bytes[252..<328])
    }

    @Test("An affine that is changed makes both forms again, with the code 1")
    func changed() throws {
        var file = NIfTIBytes()
        Self.qform(&file, sign: 1, codes: (2, 4))
        let written = try rewritten(file) { volume in
            var volume = volume
            volume.affine = Affine(spacing: [1, 2, 3])
            return volume
        }
        let header = try NIfTIHeader(written)
        #expect(header.qformCode == 1 && header.sformCode == 1)
        #expect(header.sform == [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 3, 0]])
        #expect(header.quaternion == [0, 0, 0] && header.spacing[1...3] == [1, 2, 3])
    }

    @Test("Voxels that are turned lose the forms")
    func turned() throws {
        let volume = try read(NIfTIBytes())
        #expect(volume.forms != nil && volume.geometry.forms != nil)
        #expect(volume.reoriented(to: .ras).forms == nil)
        var geometry = volume.geometry
        geometry.affine.origin.x += 1
        #expect(geometry.forms == nil)
    }

    @Test("The numbers of NIfTI-2 are not rounded, and those that 32 bits hold stay in NIfTI-1")
    func version2() throws {
        var file = NIfTIBytes(version: 2)
        for axis in 0..<3 { file.put(Double(axis) + 1, at: 112 + 8 * axis) }
        let numbers = [1.0, 0, 0, 4, 0, 2, 0, 5, 0, 0, 3, 6]
        for (index, number) in numbers.enumerated() { file.put(number, at: 400 + 8 * index) }
        #expect(try NIfTIHeader(try rewritten(file) { $0 }).version == .nifti1)
        file.put(0.1, at: 400)
        let header = try NIfTIHeader(try rewritten(file) { $0 })
        #expect(header.version == .nifti2 && header.sform[0][0] == 0.1)
    }

    @Test("An image of two axes gets a valid third spacing")
    func flat() throws {
        var file = NIfTIBytes()
        file.put(2 as Int16, at: 40)
        file.put(12 as Int16, at: 44)
        file.put(0 as Float, at: 88)
        let written = try rewritten(file) { volume in
            Volume(Samples([UInt8](repeating: 1, count: 24)), geometry: volume.geometry)
        }
        let header = try NIfTIHeader(written)
        #expect(header.dimensions[0...3] == [3, 2, 12, 1] && header.spacing[3] == 1)
        #expect(written[252..<328] == file.bytes[252..<328])
    }

    private func read(_ file: NIfTIBytes) throws -> Volume {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a.nii")
            try Data(file.bytes).write(to: path)
            return try Volume(contentsOf: path.path)
        }
    }

    /// The file written from a volume that was read.
    private func rewritten(
        _ file: NIfTIBytes, _ change: (Volume) -> Volume
    ) throws -> [UInt8] {
        let volume = change(try read(file))
        return try withTemporaryFolder { folder in
            let path = folder.appending(path: "b.nii")
            try volume.write(to: path.path)
            return Array(try Data(contentsOf: path))
        }
    }
}

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
