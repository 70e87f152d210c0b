import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Contours of DICOM structure sets")
struct DICOMContourTests {
    /// A contour in voxels of the series: points of column and row, and its slice.
    private struct Contour {
        var points: [(Double, Double)]
        var slice = 0.0
        var type = "CLOSED_PLANAR"
    }

    /// Reads a structure set with these contours on a series of 10×8×4 voxels of 0.5×2×3 mm.
    private func read(
        _ structures: [(name: String, contours: [Contour])], encoding: String.Encoding = .utf8,
        numbers: [Int] = [5, 6, 7]
    ) throws -> Result<ImageFile, ImageError> {
        try withTemporaryFolder { folder in
            var phantom = DICOMPhantom(size: [10, 8, 4]) { _, _, _ in 1 }
            phantom.spacing = [0.5, 2, 3]
            try phantom.write(to: folder.appending(path: "scan"))
            let path = folder.path + "/structures.dcm"
            try Data(file(structures, encoding, numbers)).write(to: URL(filePath: path))
            return Result { () throws(ImageError) in try ImageFile(contentsOf: path) }
        }
    }

    private func file(
        _ structures: [(name: String, contours: [Contour])], _ encoding: String.Encoding,
        _ numbers: [Int]
    ) -> [UInt8] {
        let kind = "1.2.840.10008.5.1.4.1.1.481.3"
        var document = DICOMDocument()
        document.set(.kind, "UI", kind)
        var (space, study, series) = (DICOMDocument(), DICOMDocument(), DICOMDocument())
        series.set(.series, "UI", "1.2.3.1")
        study.set(.referencedSeriesOfStudy, items: [series])
        space.set(.referencedStudies, items: [study])
        document.set(.referencedSpaces, items: [space])
        var (regions, drawn): ([DICOMDocument], [DICOMDocument]) = ([], [])
        for (index, structure) in structures.enumerated() {
            var region = DICOMDocument()
            region.set(.regionNumber, "IS", "\(numbers[index])")
            region.set(.regionName, "LO", bytes: structure.name.data(using: encoding) ?? Data())
            regions.append(region)
            var item = DICOMDocument()
            item.set(.contouredRegion, "IS", "\(numbers[index])")
            item.set(
                .contours,
                items: structure.contours.map { contour in
                    var item = DICOMDocument()
                    item.set(.contourType, "CS", contour.type)
                    let numbers = contour.points.flatMap { column, row in
                        [10 + 0.5 * column, 20 + 2 * row, 3 * contour.slice]
                    }
                    item.set(.contourPoints, "DS", numbers.map { "\($0)" }.joined(separator: "\\"))
                    return item
                })
            drawn.append(item)
        }
        document.set(.regionsOfInterest, items: regions)
        document.set(.contoursOfRegions, items: drawn)
        return DICOMDocument.fileStart(kind: kind, instance: "1.2", implementation: "1.2")
            + document.bytes
    }

    /// The rows of a slice, a character for each voxel.
    private func rows(_ image: ImageFile, slice: Int = 0) throws -> [String] {
        let values = try LabelMap(image).values
        return (0..<8).map { row in
            (0..<10).map { column in
                let value = values[column + 10 * (row + 8 * slice)]
                return value == 0 ? "." : "\(value)"
            }.joined()
        }
    }

    private func box(_ low: Double, _ high: Double) -> [(Double, Double)] {
        [(low, low), (high, low), (high, high), (low, high)]
    }

    @Test("a voxel belongs to a structure if its centre lies within; a polygon inside is a hole")
    func hole() throws {
        let image = try read([
            ("ring", [Contour(points: box(0.5, 6.5)), Contour(points: box(2.6, 4.4))])
        ]).get()
        #expect(
            try rows(image) == [
                "..........", ".555555...", ".555555...", ".55..55...", ".55..55...", ".555555...",
                ".555555...", "..........",
            ])
        #expect(try rows(image, slice: 1) == [String](repeating: "..........", count: 8))
        #expect(image.labelNames?.entries == [.init(name: "ring", value: 5)])
        #expect(image.remarks == [])
        #expect(image.volume.geometry.spacing == [0.5, 2, 3])
    }

    @Test("an outline through the centres of voxels takes them in, as do two that are joined")
    func outline() throws {
        let traced = try read([("a", [Contour(points: box(1, 3), slice: 2)])]).get()
        let expected = [
            "..........", ".555......", ".555......", ".555......", "..........", "..........",
            "..........", "..........",
        ]
        #expect(try rows(traced, slice: 2) == expected)
        // From the outer outline to the inner one and back.
        let keyhole =
            box(0.5, 6.5) + [
                (0.5, 0.5), (2.6, 2.6), (2.6, 4.4), (4.4, 4.4), (4.4, 2.6), (2.6, 2.6),
            ]
        let joined = try read([("a", [Contour(points: keyhole)])]).get()
        #expect(try rows(joined)[3] == ".55..55...")
        // A point, and a line of voxels.
        let thin = try read([
            ("a", [Contour(points: [(4, 4)]), Contour(points: [(6, 2), (6, 5)])])
        ]).get()
        #expect(
            try rows(thin) == [
                "..........", "..........", "......5...", "......5...", "....5.5...", "......5...",
                "..........", "..........",
            ])
    }

    @Test("outlines may leave the image; what is left out and overlaps is said")
    func remarks() throws {
        let image = try read([
            ("body", [0, 1, 2, 3].map { Contour(points: box(-5, 20), slice: $0) }),
            (
                "node",
                [
                    Contour(points: box(1, 2)), Contour(points: box(1, 2), slice: 3),
                    Contour(points: [(1, 1)], type: "POINT"),
                ]
            ),
        ]).get()
        #expect(try rows(image)[1] == "5665555555" && rows(image, slice: 1)[1] == "5555555555")
        #expect(
            image.remarks == [
                .dicom(.segmentation(.withoutContours(slices: 2, structure: "node"))),
                .dicom(.segmentation(.otherContours(1))),
                .dicom(.segmentation(.overlap(of: "body", 8, with: "node"))),
            ])
    }

    @Test("names in Latin-1; contours between slices, outside and tilted are refused")
    func faults() throws {
        let latin = try read([("Größe", [Contour(points: box(1, 2))])], encoding: .isoLatin1).get()
        #expect(latin.labelNames?.entries.map(\.name) == ["Größe"])
        for slice in [0.5, -1, 4] {
            let result = try read([("organ", [Contour(points: box(1, 3), slice: slice)])])
            #expect(fault(result) == .segmentation(.contourElsewhere("organ")))
        }
        #expect(try fault(read([("organ", [])])) == .segmentation(.noStructures))
    }

    @Test("a contour that is stored twice counts once, and coordinates far off end")
    func unusual() throws {
        let contours = [Contour(points: box(1, 3)), Contour(points: box(1, 3))]
        let twice = try read([("a", contours)]).get()
        #expect(try rows(twice)[2] == ".555......")
        // Nine voxels, most of them on the outline, and ten within one.
        let flat = [(0.6, 0.6), (5.4, 0.6), (5.4, 2.4), (0.6, 2.4)]
        let nested = try read([
            ("nine", [Contour(points: box(1, 3))]), ("ten", [Contour(points: flat)]),
        ]).get()
        #expect(try rows(nested)[1] == ".55566....")
        #expect(
            nested.remarks == [.dicom(.segmentation(.overlap(of: "ten", 6, with: "nine")))])
        let zigzag = (0..<300).map { (Double($0), $0 % 2 == 0 ? -499_000.0 : 499_000) }
        let far = try read([("a", [Contour(points: zigzag)])])
        #expect(throws: Never.self) { try far.get() }
    }

    @Test("structures whose numbers are no labels are counted from 1; twice the same is refused")
    func numbers() throws {
        let contours = [Contour(points: box(1, 2))]
        let other = [Contour(points: box(4, 5))]
        for numbers in [[0, 3], [2_147_483_649, 1]] {
            let image = try read([("a", contours), ("b", other)], numbers: numbers).get()
            let shown = try rows(image)
            #expect(shown[1] == ".11......." && shown[4] == "....22....")
            #expect(image.labelNames?.entries.map(\.value) == [1, 2])
        }
        #expect(
            try fault(read([("a", contours), ("b", other)], numbers: [4, 4]))
                == .segmentation(.sameNumber))
        // Points alone outline nothing.
        let point = Contour(points: [(1, 1)], type: "POINT")
        let image = try read([("a", contours), ("isocentre", [point])]).get()
        #expect(image.labelNames?.entries.map(\.name) == ["a"])
    }

    private func fault(_ result: Result<ImageFile, ImageError>) -> DICOMFault? {
        guard case .failure(let error) = result, case .dicom(let fault) = error.fault else {
            return nil
        }
        return fault
    }
}
