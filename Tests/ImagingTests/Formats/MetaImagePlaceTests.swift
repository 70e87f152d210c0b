import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Where voxels of MetaImage files lie")
struct MetaImagePlaceTests {
    private func read(_ lines: String, sizes: String = "2 3 4") throws -> ImageFile {
        let text = """
            ObjectType = Image
            NDims = \(sizes.split(separator: " ").count)
            BinaryData = True
            BinaryDataByteOrderMSB = False
            \(lines)
            DimSize = \(sizes)
            ElementType = MET_UCHAR
            ElementDataFile = LOCAL

            """
        return try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.mha")
            try Data(Array(text.utf8) + (0..<24)).write(to: file)
            return try ImageFile(contentsOf: file.path)
        }
    }

    private static let matrix = "TransformMatrix = 0 1 0 -1 0 0 0 0 1"
    private static let rest = "Offset = 10 20 30\nElementSpacing = 2 3 4"
    private static let whole = "\(matrix)\n\(rest)"
    private static let affine = Affine(
        x: [0, -2, 0], y: [3, 0, 0], z: [0, 0, 4], origin: [-10, -20, 30])

    @Test(
        "Each field may have its other names",
        arguments: [
            "TransformMatrix", "Rotation", "Orientation", "Offset", "Position", "Origin",
            "ElementSize",
        ])
    func names(name: String) throws {
        let first =
            ["TransformMatrix", "Rotation", "Orientation"].contains(name)
            ? "TransformMatrix" : name == "ElementSize" ? "ElementSpacing" : "Offset"
        let image = try read(Self.whole.replacing(first, with: name))
        #expect(image.volume.affine == Self.affine)
        #expect(image.remarks.isEmpty)
    }

    @Test("A field under two names must say one thing; the size of voxels is not their spacing")
    func twice() throws {
        #expect(try read("\(Self.whole)\nOrigin = 10 20 30").volume.affine == Self.affine)
        #expect(try read("\(Self.whole)\nElementSize = 1 1 1").volume.affine == Self.affine)
        let error = #expect(throws: ImageError.self) {
            try read("\(Self.whole)\nOrigin = 10 20 31")
        }
        #expect(error?.fault == .header(.contradiction("Offset", "Origin")))
    }

    @Test(
        "What the header leaves open or has besides is said",
        arguments: [
            ("", [HeaderRemark.noSpacing, .noDirections, .noOrigin]),
            (rest, [.noDirections]),
            ("\(matrix)\nElementSpacing = 2 3 4", [.noOrigin]),
            ("\(matrix)\nOffset = 1 2 3", [.noSpacing]),
            (whole.replacing("0 1 0 -", with: "0 2 0 -"), [.directionLengths([2, 1, 1])]),
            ("\(whole)\nCenterOfRotation = 0 0 0", []),
            ("\(whole)\nCenterOfRotation = 0 5 0", [.unused("CenterOfRotation")]),
            // The first axis leads from anterior to posterior, the second from left to right, the third up.
            ("\(whole)\nAnatomicalOrientation = ALI", []),
            (
                "\(whole)\nAnatomicalOrientation = RAI",
                [.orientationDiffers(stated: "RAI", used: "ALI")]
            ),
            ("\(whole)\nAnatomicalOrientation = ???", []),
        ])
    func remarks(lines: String, remarks: [HeaderRemark]) throws {
        #expect(try read(lines).remarks == remarks.map { .header($0) })
    }

    @Test("Units other than mm are converted")
    func units() throws {
        let image = try read("\(Self.whole)\nDistanceUnits = cm")
        #expect(image.volume.affine.spacing == [20, 30, 40])
        #expect(image.volume.affine.origin == [-100, -200, 300])
        #expect(image.remarks == [.unit("cm"), .unlikelySpacing([20, 30, 40])])
    }

    @Test("Two and four axes")
    func ranks() throws {
        let flat = try read(
            "TransformMatrix = 1 0 0 -1\nOffset = 1 2\nElementSpacing = 2 3", sizes: "6 4")
        #expect(flat.volume.affine == Affine(spacing: [-2, 3, 1], origin: [-1, -2, 0]))
        #expect(flat.remarks == [.header(.flat(axes: 2))])
        let times = try read(
            """
            TransformMatrix = 1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1
            Offset = 1 2 3 4
            ElementSpacing = 2 3 4 5
            """, sizes: "2 3 2 2")
        #expect(times.volume.shape == [2, 3, 2, 2])
        #expect(times.volume.affine == Affine(spacing: [-2, -3, 4], origin: [-1, -2, 3]))
    }
}
