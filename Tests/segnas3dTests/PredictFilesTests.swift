import Foundation
import ModelSupport
import SegNASHost
import SegNASImaging
import TestSupport
import Testing

@Suite("What segnas3d predict leaves beside label maps")
struct PredictFilesTests {
    private func text(_ name: String, _ scene: PredictTests.Scene) throws -> String {
        try String(contentsOf: URL(filePath: "\(scene.output)/\(name)"), encoding: .utf8)
    }

    /// The volumes of each label in a case's label map, by the table and by the map itself.
    private func check(_ row: [String], _ scene: PredictTests.Scene) throws {
        let map = try LabelMap(contentsOf: "\(scene.output)/\(row[0]).nii.gz")
        let voxel = abs(map.geometry.affine.determinant) / 1000
        for (value, volume) in zip([3, 205] as [Int32], row.dropFirst()) {
            let expected = Double(map.labelCounts[value] ?? 0) * voxel
            #expect(abs((Double(volume) ?? -1) - expected) <= 1e-5 * expected, "\(row)")
        }
    }

    @Test("names with colours, and volumes of all cases whatever is predicted when")
    func volumes() async throws {
        try await PredictTests.Scene.with { scene in
            let odd = "b, \"2\""
            for name in ["a.nii", "\(odd).nii"] { try scene.write(name) }
            #expect(try scene.predict(scene.images + "/a.nii").status == 0)
            #expect(try text("labels.json", scene).contains(#""205" : "b""#))
            #expect(try text("labels.ctbl", scene).contains("\n3 a 255 153 0 255\n"))
            #expect(try text("labels.txt", scene).contains("  205     0    0  204 "))
            try scene.write("c.nii", size: [9, 12, 7])
            #expect(try scene.predict(scene.images).status == 0)
            let rows = CSV.rows(of: try text("volumes.csv", scene))
            #expect(rows.map { $0[0] } == ["case", "a", odd, "c"])
            #expect(rows[0] == ["case", "a (ml)", "b (ml)"])
            for row in rows.dropFirst() { try check(row, scene) }
            // Of a folder that an earlier version made, and of one in which an image is predicted again.
            try FileManager.default.removeItem(atPath: scene.output + "/volumes.csv")
            let again = try scene.predict(scene.images)
            #expect(again.output == "\(scene.output): 0 predicted, 3 there already\n")
            #expect(CSV.rows(of: try text("volumes.csv", scene)) == rows)
            try scene.write("a.nii", size: [9, 12, 9])
            #expect(try scene.predict(scene.images + "/a.nii", "--overwrite").status == 0)
            let last = CSV.rows(of: try text("volumes.csv", scene))
            #expect(last.map { $0[0] } == ["case", odd, "c", "a"] && last[3] != rows[1])
            try check(last[3], scene)
        }
    }

    @Test(
        "a file of the user's is never replaced, and nothing begins",
        arguments: ["labels.json", "labels.ctbl", "labels.txt", "volumes.csv", "prediction.json"],
        [[], ["--overwrite"]])
    func foreign(_ name: String, _ options: [String]) async throws {
        guard name != "prediction.json" || options.isEmpty else { return }
        try await PredictTests.Scene.with { scene in
            try scene.write("a.nii")
            try FileManager.default.createDirectory(
                atPath: scene.output, withIntermediateDirectories: true)
            let file = URL(filePath: "\(scene.output)/\(name)")
            try Data("mine".utf8).write(to: file)
            let program = try Program.run(
                ["predict", scene.model, scene.images, "--output", scene.output] + options)
            #expect(program.status == 1)
            #expect(
                program.errors.contains(
                    "\(file.path) is not the file that segnas3d predict writes there"))
            #expect(try Data(contentsOf: file) == Data("mine".utf8))
            #expect(try scene.outputs() == [name])
        }
    }

    @Test("names that were changed are kept unless --overwrite is given")
    func changedNames() async throws {
        try await PredictTests.Scene.with { scene in
            try scene.write("a.nii")
            #expect(try scene.predict(scene.images).status == 0)
            let file = URL(filePath: "\(scene.output)/labels.txt")
            let names = try Data(contentsOf: file)
            try Data("mine".utf8).write(to: file)
            #expect(try scene.predict(scene.images).status == 1)
            #expect(try Data(contentsOf: file) == Data("mine".utf8))
            #expect(try scene.predict(scene.images, "--overwrite").status == 0)
            #expect(try Data(contentsOf: file) == names)
        }
    }

    @Test("a picture of the cases with their label maps, which replaces no file")
    func preview() async throws {
        try await PredictTests.Scene.with { scene in
            for name in ["a.nii", "b.nii"] { try scene.write(name) }
            let picture = scene.folder.appending(path: "preview.png")
            try Data("mine".utf8).write(to: picture)
            let refused = try scene.predict(scene.images, "--preview", picture.path)
            #expect(refused.status == 1 && refused.errors.contains("preview.png exists: remove it"))
            #expect(!FileManager.default.fileExists(atPath: scene.output))
            try FileManager.default.removeItem(at: picture)
            #expect(try scene.predict(scene.images, "--preview", picture.path).status == 0)
            let bytes = try Data(contentsOf: picture)
            #expect(bytes.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]) && bytes.count > 2000)
        }
    }

    @Test(
        "a label map that cannot be written is named, and made by the next command",
        .enabled(if: Strace.isAvailable))
    func fullDisk() async throws {
        try await PredictTests.Scene.with { scene in
            try scene.write("a.nii")
            #expect(try scene.predict(scene.images).status == 0)
            try scene.write("b.nii")
            let command = [
                "predict", scene.model, scene.images, "--output", scene.output, "--device", "cpu",
            ]
            let program = try Strace.run(command, injecting: "rename:error=ENOSPC:when=1")
            #expect(program.status == 1)
            #expect(program.output == "\(scene.output): 0 predicted, 1 there already, 1 failed\n")
            #expect(
                program.errors.contains("case b: \(scene.output)/b.nii.gz: cannot be written: "),
                "\(program.errors)")
            #expect(try scene.labelMaps() == ["a.nii.gz"])
            let again = try Program.run(command)
            #expect(again.output == "\(scene.output): 1 predicted, 1 there already\n")
            let rows = CSV.rows(of: try text("volumes.csv", scene))
            #expect(rows.map { $0[0] } == ["case", "a", "b"])
        }
    }

    @Test(
        "whatever stops the thread that writes, the next command makes the case again",
        .enabled(if: Strace.isAvailable),
        arguments: [("a.nii.gz", 1), ("volumes.csv", 2)],
        ["rename:signal=KILL", "rename:error=ENOSPC"])
    func interrupted(_ file: (name: String, rename: Int), _ call: String) async throws {
        try await PredictTests.Scene.with { scene in
            try scene.write("a.nii")
            let command = [
                "predict", scene.model, scene.images, "--output", scene.output, "--device", "cpu",
            ]
            #expect(try Program.run(command).status == 0)
            try scene.write("a.nii", size: [9, 12, 7])
            let first = try Strace.run(
                command + ["--overwrite"], injecting: "\(call):when=\(file.rename)")
            #expect(first.status != 0)
            #expect(
                call.hasSuffix("KILL")
                    || first.errors.contains("/\(file.name): cannot be written: "))
            let again = try Program.run(command)
            #expect(again.output == "\(scene.output): 1 predicted\n", "\(again.errors)")
            #expect(try Volume(contentsOf: scene.output + "/a.nii.gz").shape == [9, 12, 7])
            let rows = CSV.rows(of: try text("volumes.csv", scene))
            #expect(rows.count == 2)
            try check(rows[1], scene)
            #expect(
                try scene.outputs().filter { !$0.hasPrefix(".") } == [
                    "a.nii.gz", "labels.ctbl", "labels.json", "labels.txt", "prediction.json",
                    "sources.jsonl", "volumes.csv",
                ])
        }
    }
}
