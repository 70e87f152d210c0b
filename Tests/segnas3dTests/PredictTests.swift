import Foundation
import ModelSupport
import SegNASDatasets
import SegNASImaging
import SegNASTorch
import TestSupport
import Testing

@Suite("segnas3d predict")
struct PredictTests {
    /// A model that rounds intensities, and a folder of images of them.
    struct Scene {
        let folder: URL
        var model: String { folder.appending(path: "model").path }
        var images: String { folder.appending(path: "images").path }
        var output: String { folder.appending(path: "output").path }

        init(_ folder: URL, size: SIMD3<Int> = [24, 24, 24]) async throws {
            self.folder = folder
            let path = model
            try await TensorActor.run {
                try ModelScene.write(
                    ModelScene.rounding(.init(size: size, fit: .pad, isCanonical: false)), to: path)
            }
            try FileManager.default.createDirectory(
                atPath: images, withIntermediateDirectories: true)
        }

        /// Intensities 0, 1 and 2 in slabs.
        func write(_ name: String, size: SIMD3<Int> = [9, 12, 6]) throws {
            let values = (0..<size.x * size.y * size.z).map {
                Int16($0 * 3 / (size.x * size.y * size.z))
            }
            let affine = Affine(
                x: [0, 0.75, 0.125], y: [-0.5, 0, 0], z: [0, 0.25, 1.5], origin: [3, -4, 5])
            try Volume(Samples(values), geometry: Geometry(size: size, affine: affine))
                .write(to: "\(images)/\(name)", replacing: true)
        }

        /// Runs a body with a scene in a folder that goes afterwards.
        static func with(_ body: (Scene) async throws -> Void) async throws {
            let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            try await body(try await Scene(folder))
        }

        func predict(_ arguments: String...) throws -> Program { try predict(arguments) }

        func predict(_ arguments: [String]) throws -> Program {
            try Program.run(
                ["predict", model] + arguments + ["--output", output, "--device", "cpu"])
        }

        func outputs() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: output).sorted()
        }

        func labelMaps() throws -> [String] { try outputs().filter { $0.hasSuffix(".nii.gz") } }
    }

    @Test("a folder of images becomes a folder of label maps on their grids")
    func folder() async throws {
        try await Scene.with { scene in
            for name in ["a.nii", "b_0000.nii.gz"] { try scene.write(name) }
            let program = try scene.predict(scene.images, "--probabilities")
            #expect(program.status == 0, "\(program.errors)")
            #expect(program.output == "\(scene.output): 2 predicted\n")
            #expect(
                try scene.outputs() == [
                    "a.nii.gz", "b.nii.gz", "labels.ctbl", "labels.json", "labels.txt",
                    "prediction.json", "probabilities", "sources.jsonl", "volumes.csv",
                ])
            let image = try Volume(contentsOf: scene.images + "/a.nii")
            let labels = try Volume(contentsOf: scene.output + "/a.nii.gz")
            #expect(labels.geometry == image.geometry && labels.samples.type == .uint8)
            let found = Set(try LabelMap(labels).labelCounts.keys)
            #expect(found == [1, 3, 205])
            let probabilities = try Volume(contentsOf: scene.output + "/probabilities/a.nii.gz")
            #expect(probabilities.shape == [9, 12, 6, 3])
        }
    }

    @Test("label maps have both forms of their images, and what is remarked on is told once")
    func forms() async throws {
        try await Scene.with { scene in
            for name in ["a.nii", "b.nii"] {
                try scene.write(name)
                var bytes = try Data(contentsOf: URL(filePath: "\(scene.images)/\(name)"))
                // A qform elsewhere, and the codes 3 and 4.
                bytes.replaceSubrange(252..<256, with: [3, 0, 4, 0])
                withUnsafeBytes(of: Float(77).bitPattern.littleEndian) {
                    bytes.replaceSubrange(268..<272, with: $0)
                }
                try bytes.write(to: URL(filePath: "\(scene.images)/\(name)"))
            }
            let program = try scene.predict(scene.images, "--probabilities", "--quiet")
            #expect(program.status == 0)
            #expect(
                program.errors.hasPrefix(
                    "Warning: \(scene.images)/a.nii: sform and qform differ by up to"))
            #expect(program.errors.contains(" (and 1 more like it: \(scene.images)/b.nii)"))
            #expect(program.errors.split(separator: "\n").count == 1)
            let image = try Data(contentsOf: URL(filePath: scene.images + "/a.nii"))
            for file in ["a.nii.gz", "probabilities/a.nii.gz"] {
                // Read and written without compression, to look at the bytes.
                let copy = scene.folder.appending(path: "copy.nii").path
                try Volume(contentsOf: "\(scene.output)/\(file)").write(to: copy, replacing: true)
                let bytes = try Data(contentsOf: URL(filePath: copy))
                #expect(bytes[252..<328] == image[252..<328] && bytes[76..<92] == image[76..<92])
            }
        }
    }

    @Test("broken inputs are named in the end, and do not stop the others")
    func broken() async throws {
        try await Scene.with { scene in
            for name in ["a.nii", "c.nii"] { try scene.write(name) }
            try Data("nothing".utf8).write(to: URL(filePath: scene.images + "/b.nii"))
            try scene.write("d.nii", size: [30, 2, 2])
            let program = try scene.predict(scene.images, "/nowhere", "--json")
            #expect(program.status == 1)
            let data = Data(program.output.utf8)
            let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            let cases = try #require(json["cases"] as? [[String: Any]])
            let states = cases.map { "\($0["case"] ?? "") \($0["state"] ?? "")" }
            #expect(
                states == ["/nowhere failed", "a predicted", "b failed", "c predicted", "d failed"])
            #expect(program.errors.contains("case b: \(scene.images)/b.nii: "))
            #expect(program.errors.contains("more than the 24×24×24 of --size"))
            #expect(try scene.labelMaps() == ["a.nii.gz", "c.nii.gz"])
        }
    }

    @Test("--series without a DICOM series among the inputs is remarked on")
    func series() async throws {
        try await Scene.with { scene in
            try scene.write("a.nii")
            let program = try scene.predict(scene.images, "--series", "3", "--quiet")
            #expect(program.status == 0)
            #expect(
                program.errors
                    == "Note: --series chooses nothing: no input is a DICOM series\n")
        }
    }

    @Test("an ensemble of the model with itself gives the same label maps")
    func ensemble() async throws {
        try await Scene.with { scene in
            try scene.write("a.nii")
            #expect(try scene.predict(scene.images).status == 0)
            let alone = try Volume(contentsOf: scene.output + "/a.nii.gz")
            let both = try scene.predict(scene.images, "--ensemble", scene.model, "--overwrite")
            #expect(both.status == 0)
            let together = try Volume(contentsOf: scene.output + "/a.nii.gz")
            #expect(try LabelMap(alone).values == LabelMap(together).values)
        }
    }

    @Test("of a dataset, the cases without labels or a part of the run's split")
    func dataset() async throws {
        try await Scene.with { scene in
            let files = FileManager.default
            let dataset = scene.folder.appending(path: "dataset").path
            for name in ["images", "labels"] {
                try files.createDirectory(
                    atPath: "\(dataset)/\(name)", withIntermediateDirectories: true)
            }
            for name in ["a", "b", "c"] {
                try scene.write("\(name).nii")
                try files.copyItem(
                    atPath: "\(scene.images)/\(name).nii", toPath: "\(dataset)/images/\(name).nii")
                guard name != "c" else { continue }
                try files.copyItem(
                    atPath: "\(scene.images)/\(name).nii", toPath: "\(dataset)/labels/\(name).nii")
            }
            #expect(try scene.predict(dataset).status == 0)
            #expect(try scene.labelMaps() == ["c.nii.gz"])
            let alone = try scene.predict(dataset, "--part", "test")
            #expect(alone.status == 2 && alone.errors.contains("--part needs the folder of a run"))
            let plan =
                #"{"split": {"schema": 1, "training": ["a"], "validation": [], "test": ["b", "x"]}}"#
            try Data(plan.utf8).write(to: scene.folder.appending(path: "plan.json"))
            let part = try Program.run(
                "predict", scene.folder.path, dataset, "--part", "test", "--output", scene.output)
            #expect(part.status == 1)
            #expect(part.errors.contains("x: the dataset has no such case with a label map"))
            #expect(try scene.labelMaps() == ["b.nii.gz", "c.nii.gz"])
        }
    }

    @Test("too little memory is told with the figures, with exit code 4")
    func outOfMemory() async throws {
        try await Scene.with { scene in
            try scene.write("a.nii")
            let program = try scene.predict(scene.images, "--memory-limit", "200KiB")
            #expect(program.status == 4)
            #expect(program.errors.contains("case a: out of memory: "))
            #expect(program.errors.contains(" of at most 200 KiB"))
        }
    }

    @Test("label maps of many classes need memory for one class at a time")
    func manyClasses() throws {
        let program = try Program.run(
            "bench", "restore", "--size", "160", "--classes", "100", "--json")
        #expect(program.status == 0)
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
        #expect(json["found"] as? Int ?? 0 > 90)
        // All classes at full size would be 1.6 GB.
        #expect(json["peakBytes"] as? Int ?? .max < 60_000_000)
    }

    @Test(
        "mistakes are told in a sentence",
        arguments: [
            (["/nowhere", "x.nii"], Int32(1), "/nowhere: does not exist"),
            ([NSTemporaryDirectory(), "x.nii"], 1, "is no model: name a folder with a model.json"),
            (["m"], 2, "Missing expected argument '<input> ...'"),
            (["m", "x.nii", "--mirror", "xx"], 2, "--mirror"),
        ])
    func mistakes(arguments: [String], status: Int32, words: String) throws {
        let program = try Program.run(["predict"] + arguments + ["--output", "/nowhere/out"])
        #expect(program.status == status)
        #expect(program.errors.contains(words), "\(program.errors)")
    }
}
