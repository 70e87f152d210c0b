import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

/// Headers by the rules of http://teem.sourceforge.net/nrrd/format.html; expected numbers are worked out by hand.
@Suite("Where voxels of NRRD files lie")
struct NRRDPlaceTests {
    private func read(_ text: String, count: Int = 24) throws -> ImageFile {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.nrrd")
            try Data(Array(text.utf8) + (0..<UInt8(count))).write(to: file)
            return try ImageFile(contentsOf: file.path)
        }
    }

    private func header(_ lines: String, sizes: String = "2 3 4") -> String {
        """
        NRRD0005
        type: uchar
        dimension: \(sizes.split(separator: " ").count)
        sizes: \(sizes)
        encoding: raw

        """ + (lines.isEmpty ? "" : lines + "\n") + "\n"
    }

    private let place = """
        space directions: (2,0,0) (0,3,0) (0,0,4)
        space origin: (10,20,30)
        """

    @Test(
        "The three coordinates run as the space's name says, however it is spelt",
        arguments: [
            ("right-anterior-superior", 1, 1), ("RAS", 1, 1), ("right anterior superior", 1, 1),
            ("left-anterior-superior", -1, 1), ("LAS", -1, 1), ("las", -1, 1),
            ("Left-Anterior-Superior", -1, 1), ("leftanteriorsuperior", -1, 1),
            ("left anterior superior", -1, 1), ("left_anterior_superior", -1, 1),
            ("left-posterior-superior", -1, -1), ("LPS", -1, -1),
            ("LEFT-POSTERIOR-SUPERIOR", -1, -1),
        ] as [(String, Double, Double)])
    func spaces(name: String, x: Double, y: Double) throws {
        let image = try read(header("space: \(name)\n\(place)"))
        #expect(
            image.volume.affine
                == Affine(spacing: [2 * x, 3 * y, 4], origin: [10 * x, 20 * y, 30]))
        #expect(image.remarks.isEmpty)
    }

    @Test("Spaces with time: the first three coordinates are those of space")
    func spacesWithTime() throws {
        let lines = """
            space directions: (2,0,0,0) (0,3,0,0) (0,0,4,0) (0,0,0,5)
            space origin: (10,20,30,7)
            """
        for name in ["left-anterior-superior-time", "LAST"] {
            let image = try read(
                header("space: \(name)\n\(lines)", sizes: "2 3 2 2"))
            #expect(image.volume.shape == [2, 3, 2, 2])
            #expect(image.volume.affine == Affine(spacing: [-2, 3, 4], origin: [-10, 20, 30]))
            #expect(image.remarks.isEmpty)
        }
        let mixed = lines.replacing("(0,0,4,0)", with: "(0,0,4,1)")
        #expect(throws: ImageError.self) {
            try read(header("space: RAST\n\(mixed)", sizes: "2 3 2 2"))
        }
    }

    @Test(
        "Spaces whose directions in the body are unknown are read as LPS, with a remark",
        arguments: [
            ("space: scanner-xyz", HeaderRemark.unknownSpace("scanner-xyz")),
            ("space: 3D-right-handed", .unknownSpace("3D-right-handed")),
            ("space: 3D-left-handed", .leftHandedSpace("3D-left-handed")),
            ("space dimension: 3", .unknownSpace(nil)),
        ])
    func unknownSpaces(space: String, remark: HeaderRemark) throws {
        let image = try read(header("\(space)\n\(place)"))
        #expect(image.volume.affine == Affine(spacing: [-2, -3, 4], origin: [-10, -20, 30]))
        #expect(image.remarks == [.header(remark)])
    }

    private static let unknown = HeaderRemark.unknownSpace(nil)

    @Test(
        "Without a space, spacings and the positions of axes count",
        arguments: [
            ("", [1, 1, 1], [0, 0, 0], [.noSpacing, .noOrigin, unknown]),
            ("thicknesses: 5 5 5", [1, 1, 1], [0, 0, 0], [.noSpacing, .noOrigin, unknown]),
            ("spacings: 2 3 4", [2, 3, 4], [0, 0, 0], [.noOrigin, unknown]),
            (
                "spacings: 2 3 4\naxis mins: 10 20 30", [2, 3, 4], [11, 21.5, 32],
                [.unknownCentring, unknown]
            ),
            (
                "spacings: 2 3 4\naxis mins: 10 20 30\ncenters: cell node cell", [2, 3, 4],
                [11, 20, 32], [unknown]
            ),
            (
                "axis mins: 10 20 30\naxis maxs: 14 26 42\ncenterings: cell node node", [2, 3, 4],
                [11, 20, 30], [unknown]
            ),
            (
                "spacings: 2 3 4\naxis mins: 10 20 30\nunits: \"cm\" \"mm\" \"mm\"\ncenters: node node node",
                [20, 3, 4], [100, 20, 30], [unknown]
            ),
        ] as [(String, SIMD3<Double>, SIMD3<Double>, [HeaderRemark])])
    func spacings(
        lines: String, spacing: SIMD3<Double>, origin: SIMD3<Double>, remarks: [HeaderRemark]
    ) throws {
        let image = try read(header(lines))
        let turn: SIMD3<Double> = [-1, -1, 1]
        #expect(image.volume.affine == Affine(spacing: spacing * turn, origin: origin * turn + 0))
        let ours = image.remarks.filter { $0 != .unit("cm") }
        #expect(ours == remarks.map { .header($0) })
        #expect(image.remarks.contains(.unit("cm")) == lines.contains("cm"))
    }

    @Test(
        "Units of space are converted, or are said to be unknown",
        arguments: [
            ("mm", 1, nil), ("millimeters", 1, nil), ("", 1, nil), ("cm", 10, .unit("cm")),
            ("m", 1000, .unit("m")), ("um", 0.001, .unit("um")),
            ("micrometers", 0.001, .unit("micrometers")), ("µm", 0.001, .unit("µm")),
            ("inches", 25.4, .unit("inches")), ("furlong", 1, .header(.unknownUnit("furlong"))),
        ] as [(String, Double, ImageRemark?)])
    func units(name: String, scale: Double, remark: ImageRemark?) throws {
        let units = "space units: \"\(name)\" \"\(name)\" \"\(name)\""
        let image = try read(header("space: RAS\n\(place)\n\(units)"))
        let expected = Affine(
            spacing: SIMD3(2, 3, 4) * scale, origin: SIMD3(10, 20, 30) * scale)
        #expect(image.volume.affine == expected)
        // Voxels of 2 m or 2 µm may be remarked on, too.
        #expect(remark.map { image.remarks.contains($0) } ?? image.remarks.isEmpty)
    }

    @Test("A missing origin or missing directions are said; a measurement frame does not count")
    func openQuestions() throws {
        let directions = "space: RAS\nspace directions: (2,0,0) (0,3,0) (0,0,4)"
        for origin in ["", "\nspace origin: none", "\nspace origin: (nan,nan,nan)"] {
            let image = try read(header(directions + origin))
            #expect(image.volume.affine == Affine(spacing: [2, 3, 4]))
            #expect(image.remarks == [.header(.noOrigin)])
        }
        let spacings = try read(header("space: RAS\nspacings: 2 3 4\nspace origin: (10,20,30)"))
        #expect(spacings.volume.affine == Affine(spacing: [2, 3, 4], origin: [10, 20, 30]))
        #expect(spacings.remarks == [.header(.noDirections)])
        let frame = try read(
            header("space: RAS\n\(place)\nmeasurement frame: (0,1,0) (-1,0,0) (0,0,1)"))
        #expect(frame.volume.affine == Affine(spacing: [2, 3, 4], origin: [10, 20, 30]))
        #expect(frame.remarks.isEmpty)
    }

    @Test("Axes are turned, exchanged and sheared as their vectors say")
    func directions() throws {
        let lines = """
            space: LAS
            space directions: ( 0, 0, -2 ) (0.5,3,0)   (4,0,0)
            space origin: (1,2,3)
            """
        #expect(
            try read(header(lines)).volume.affine
                == Affine(x: [0, 0, -2], y: [-0.5, 3, 0], z: [-4, 0, 0], origin: [-1, 2, 3]))
    }

    @Test(
        "An axis that is not of space becomes the fourth, wherever it is stored",
        arguments: [0, 1, 2, 3],
        ["list", "vector", "2-vector", "time", "none", "???", "domain"])
    func otherAxes(at place: Int, kind: String) throws {
        func row(_ first: String, _ others: [String]) -> String {
            var parts = others
            parts.insert(first, at: place)
            return parts.joined(separator: " ")
        }
        let lines = """
            space: RAS
            space directions: \(row("none", ["(2,0,0)", "(0,3,0)", "(0,0,4)"]))
            space origin: (10,20,30)
            kinds: \(row(kind, ["domain", "domain", "domain"]))
            """
        let image = try read(header(lines, sizes: row("2", ["2", "3", "2"])))
        #expect(image.volume.shape == [2, 3, 2, 2])
        #expect(image.volume.affine == Affine(spacing: [2, 3, 4], origin: [10, 20, 30]))
        // The sample at (x, y, z) = (1, 2, 1) of the second channel stands at the last place.
        image.volume.samples.withValues(as: UInt8.self) { values in
            let strides = [[2, 4, 12, 1], [1, 4, 12, 2], [1, 2, 12, 6], [1, 2, 6, 12]][place]
            for (index, value) in values.enumerated() {
                let digits = [index % 2, index / 2 % 3, index / 6 % 2, index / 12]
                #expect(Int(value) == zip(digits, strides).map { $0 * $1 }.reduce(0, +))
            }
        }
    }

    @Test("Images with two axes of space lie flat in it")
    func flat() throws {
        let flat = ImageRemark.header(.flat(axes: 2))
        let inPlane = try read(
            header(
                "space dimension: 2\nspace directions: (2,0) (0,-3)\nspace origin: (1,2)",
                sizes: "6 4"))
        #expect(
            inPlane.volume.affine
                == Affine(x: [-2, 0, 0], y: [0, 3, 0], z: [0, 0, 1], origin: [-1, -2, 0]))
        #expect(inPlane.remarks.first == flat)
        let coronal = try read(
            header(
                "space: RAS\nspace directions: (2,0,0) (0,0,3)\nspace origin: (1,2,3)", sizes: "6 4"
            ))
        #expect(
            coronal.volume.affine
                == Affine(x: [2, 0, 0], y: [0, 0, 3], z: [0, -1, 0], origin: [1, 2, 3]))
        #expect(coronal.remarks == [flat])
    }

    @Test(
        "Contradictions are refused",
        arguments: [
            ("space: LPI", ImageFault.header(.value(name: "space", "LPI"))),
            ("space: RAS\nspace dimension: 4", .header(.value(name: "space dimension", "4"))),
            (
                "space: RAS\nspacings: 1 1 1",
                .header(.contradiction("space directions", "spacings"))
            ),
            (
                "space: RAS\nunits: \"cm\" \"cm\" \"cm\"",
                .header(.contradiction("space directions", "units"))
            ),
            (
                "space: RAS\nkinds: list domain domain",
                .header(.value(name: "kinds", "list domain domain"))
            ),
            (
                "space: RAS\nkinds: dog domain domain",
                .header(.value(name: "kinds", "dog domain domain"))
            ),
            ("space: RAST", .header(.value(name: "space directions", "(2,0,0) (0,3,0) (0,0,4)"))),
        ])
    func contradictions(lines: String, fault: ImageFault) throws {
        let error = #expect(throws: ImageError.self) { try read(header("\(lines)\n\(place)")) }
        #expect(error?.fault == fault)
    }

    @Test(
        "A space origin that is no position is refused", arguments: ["(1,2)", "(1,inf,2)", "1 2 3"])
    func origins(origin: String) throws {
        let lines = place.replacing("(10,20,30)", with: origin)
        let error = #expect(throws: ImageError.self) { try read(header("space: RAS\n\(lines)")) }
        #expect(error?.fault == .header(.value(name: "space origin", origin)))
    }
}
