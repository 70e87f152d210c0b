import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import segnas3d

@Suite("Plan")
struct PlanTests {
    struct Document: Decodable {
        struct Levels: Decodable {
            var strides: [[Int]]
            var kernels: [[Int]]
        }
        struct Resolution: Decodable {
            var spacing: [Double]
            var patch: [Int]
            var levels: Levels
            var batchSize: Int
            var stepBytes: Int
            var share: Double
            var holdsWholeImage: Bool
        }
        struct Plan: Decodable {
            var cases: Int
            var fullResolution: Resolution
            var lowResolution: Resolution?
        }
        var schema: Int
        var memoryLimit: Int
        var plan: Plan
    }

    private func document(_ program: Program) throws -> Document {
        #expect(program.status == 0, "\(program.errors)")
        return try JSONDecoder().decode(Document.self, from: Data(program.output.utf8))
    }

    /// A folder with images and labels of given sizes and spacings.
    private func withDataset(
        _ grids: [(size: SIMD3<Int>, spacing: SIMD3<Double>)], _ body: (String) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            for name in ["images", "labels"] {
                try FileManager.default.createDirectory(
                    at: folder.appending(path: name), withIntermediateDirectories: true)
            }
            for (index, grid) in grids.enumerated() {
                let geometry = Geometry(size: grid.size, affine: Affine(spacing: grid.spacing))
                let count = geometry.voxelCount
                let values = (0..<count).map { Float(($0 * 7 + index * 13) % 101 + 1) }
                let labels = (0..<count).map { UInt8($0 % 9 == 0 ? 1 : 0) }
                let file = "case\(index).nii.gz"
                try Volume(Samples(values), geometry: geometry).write(
                    to: folder.appending(path: "images/\(file)").path)
                try Volume(Samples(labels), geometry: geometry).write(
                    to: folder.appending(path: "labels/\(file)").path)
            }
            try body(folder.path)
        }
    }

    @Test("one case of thick slices, in words")
    func one() throws {
        try withDataset([([40, 48, 8], [1, 1, 4])]) { folder in
            let program = try Program.run("plan", folder, "--memory-limit", "2GiB", "--quiet")
            #expect(program.status == 0 && program.errors.isEmpty, "\(program.errors)")
            let lines = program.output.split(separator: "\n").map(String.init)
            #expect(lines[0].hasSuffix(": a plan for 1 case"))
            #expect(lines[1] == "spacing      1×1×4 mm")
            #expect(lines.contains("patch        40×48×8 voxels, which hold each image as a whole"))
            #expect(lines.contains("    0  40×48×8  3×3×1    x, y"))
            #expect(lines.last == "x, y and z run right, anterior and superior")
            #expect(!program.output.contains("A patch covers"))
        }
    }

    @Test("cases of different spacings, as JSON; less memory gives a smaller patch")
    func several() throws {
        let grids: [(size: SIMD3<Int>, spacing: SIMD3<Double>)] = [
            ([64, 64, 60], [1, 1, 1]), ([64, 72, 64], [1, 1, 1.25]), ([40, 40, 40], [2, 1.6, 2]),
        ]
        try withDataset(grids) { folder in
            let much = try document(Program.run("plan", folder, "--json", "--quiet"))
            #expect(much.schema == 1 && much.plan.cases == 3 && much.memoryLimit == 8 << 30)
            #expect(much.plan.fullResolution.spacing == [1, 1, 1.25])
            #expect(much.plan.fullResolution.patch == [64, 64, 64])
            #expect(much.plan.fullResolution.levels.kernels.last == [3, 3, 3])
            #expect(much.plan.lowResolution == nil)
            let little = try document(
                Program.run("plan", folder, "--json", "--memory-limit", "100MiB", "--quiet"))
            let patch = little.plan.fullResolution.patch
            #expect(patch.reduce(1, *) < 64 * 64 * 64 && little.plan.fullResolution.batchSize == 2)
            #expect(little.plan.fullResolution.stepBytes <= 100 << 20)
        }
    }

    @Test("a patch that covers little is said to, and what would help")
    func small() throws {
        try withDataset([([160, 160, 160], [1, 1, 1])]) { folder in
            let program = try Program.run("plan", folder, "--memory-limit", "100MiB", "--quiet")
            #expect(program.status == 0, "\(program.errors)")
            #expect(
                program.output.contains(
                    "% of the median image: train --cascade begins with a network"))
        }
    }

    @Test("mistakes are told with their exit code")
    func mistakes() throws {
        let missing = try Program.run("plan", "/nowhere/at/all")
        #expect(missing.status == 3 && missing.output.isEmpty)
        #expect(missing.errors.contains("/nowhere/at/all: does not exist"), "\(missing.errors)")
        #expect(try Program.run("plan").status == 2)
        #expect(try Program.run("plan", "x", "--threads", "0").status == 2)
        #expect(try Program.run("plan", "x", "--memory-limit", "much").status == 2)
        try withDataset([([16, 16, 16], [1, 1, 1])]) { folder in
            let program = try Program.run("plan", folder, "--memory-limit", "100KiB", "--quiet")
            #expect(program.status == 4, "\(program.errors)")
            #expect(program.errors.contains("allow more with --memory-limit"), "\(program.errors)")
        }
    }
}
