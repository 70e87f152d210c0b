import Foundation
import SegNASImaging
import TestSupport
import Testing

@Suite("segnas3d info")
struct InfoTests {
    private static func volume() -> Volume {
        Volume(
            shape: [4, 3, 2, 2],
            affine: Affine(
                x: [-0.9, 0, 0], y: [0, 0, -1], z: [0, 2.5, 0], origin: [12.34567, -30, 0]),
            samples: Samples((0..<48).map { Int16($0) }),
            scaling: Scaling(slope: 0.5, intercept: -4))
    }

    @Test("An image as text")
    func text() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "brain.nii.gz").path
            try Self.volume().write(to: file)
            let program = try Program.run("info", file)
            #expect(program.status == 0 && program.errors.isEmpty)
            let expected = """
                \(file)
                  format       NIfTI-1
                  shape        4 × 3 × 2 × 2
                  type         int16
                  spacing      0.9 × 1 × 2.5 mm
                  orientation  LIA
                  affine       -0.9   0    0  12.3457
                                  0   0  2.5      -30
                                  0  -1    0        0
                  values       -4 to 19.5, sum 372

                """
            #expect(program.output == expected)
        }
    }

    /// The output of `--json`, as a reader in another language sees it.
    struct Line: Decodable {
        var schema: Int
        var file: String
        var format: String
        var shape: [Int]
        var dtype: String
        var spacing: [Double]
        var orientation: String
        var affine: [[Double]]
        var minimum: Double?
        var maximum: Double?
        var sum: Double?
        var nan: Int
        var infinite: Int
        var remarks: [String]
    }

    @Test("Images as JSON, one object a line, nulls where nothing is finite")
    func json() throws {
        try withTemporaryFolder { folder in
            let files = ["a.nii", "b.nii"].map { folder.appending(path: $0).path }
            try Self.volume().write(to: files[0])
            let strange = Samples([Float.nan, .infinity, -.infinity])
            try Volume(shape: [3], affine: .identity, samples: strange).write(to: files[1])
            let program = try Program.run(["info", "--json"] + files)
            #expect(program.status == 0)
            let lines = program.output.split(separator: "\n")
            let images = try lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
            #expect(images.map(\.file) == files && images.map(\.schema) == [1, 1])
            #expect(images[0].shape == [4, 3, 2, 2] && images[0].dtype == "int16")
            #expect(images[0].orientation == "LIA" && images[0].format == "NIfTI-1")
            #expect(images[0].minimum == -4 && images[0].maximum == 19.5 && images[0].sum == 372)
            #expect(images[0].affine[3] == [0, 0, 0, 1] && images[0].affine[1][2] == 2.5)
            #expect(images[0].remarks.isEmpty)
            #expect(images[1].nan == 1 && images[1].infinite == 2)
            #expect(lines.last?.contains(#""maximum":null,"minimum":null"#) == true)
            #expect(lines.last?.contains(#""sum":null"#) == true)
        }
    }

    @Test("Each file that cannot be read is named, and the others are shown")
    func unreadable() throws {
        try withTemporaryFolder { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            try Self.volume().write(to: path("whole.nii.gz"))
            let whole = try Data(contentsOf: URL(filePath: path("whole.nii.gz")))
            let spoilt = [
                ("cut.nii.gz", whole.prefix(whole.count / 2), "is damaged: its gzip stream"),
                ("empty.nii", Data(), "is empty"),
                ("zeros.nii", Data(count: 5000), "begins with 1024 zeros"),
                (
                    "text.nii.gz", Data("gone".utf8),
                    "is a text file, not the image, and begins with “gone”"
                ),
            ]
            for (name, bytes, _) in spoilt { try bytes.write(to: URL(filePath: path(name))) }
            let names = spoilt.map(\.0) + ["missing.nii"]
            let program = try Program.run(
                ["info"] + names.map(path) + [path("whole.nii.gz")])
            #expect(program.status == 1)
            #expect(program.output.hasPrefix(path("whole.nii.gz") + "\n"))
            let errors = program.errors.split(separator: "\n")
            let faults = spoilt.map(\.2) + ["cannot be read: No such file or directory"]
            #expect(errors.count == names.count)
            for (error, (name, fault)) in zip(errors, zip(names, faults)) {
                #expect(error.hasPrefix("Error: \(path(name)): \(fault)"), "\(error)")
            }
        }
    }

    @Test("Nothing to show is misuse")
    func misuse() throws {
        let program = try Program.run("info")
        #expect(program.status == 2 && program.output.isEmpty)
    }

    @Test("A brain cut after 5,000 bytes is refused", .enabled(if: RealData.isHere))
    func brain() throws {
        try withTemporaryFolder { folder in
            let brain = RealData.path("Dataset019_Brains/imagesTr/brain_1001_0000.nii.gz")
            let file = folder.appending(path: "brain.nii.gz")
            try Data(contentsOf: URL(filePath: brain)).prefix(5000).write(to: file)
            let program = try Program.run("info", file.path)
            #expect(program.status == 1 && program.output.isEmpty)
            #expect(program.errors.contains("is cut short: it must have 9944004 bytes"))
        }
    }
}
