import Foundation
import ModelSupport
import SegNASDatasets
import SegNASExperiments
import SegNASHost
import SegNASImaging
import SegNASSegmentation
import SegNASTorch
import TestSupport
import Testing

@Suite("segnas3d export")
struct ExportCommandTests {
    private func withScene(_ body: (PredictTests.Scene) async throws -> Void) async throws {
        let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(try await PredictTests.Scene(folder))
    }

    private func export(
        _ model: String, _ format: String, _ output: String, _ more: String...
    ) throws -> Program {
        try Program.run(["export", model, "--format", format, "--output", output] + more)
    }

    @Test(
        "each format is written, its check printed, and no file holds a path or what is not meant")
    func formats() async throws {
        try await withScene { scene in
            for format in ExportFormat.allCases.map(\.rawValue) {
                let output = scene.folder.appending(path: "out.\(format)").path
                let program = try export(scene.model, format, output, "--check")
                #expect(program.status == 0 && program.errors == "", "\(program.errors)")
                let lines = program.output.split(separator: "\n")
                #expect(lines.count == 2 && lines[0].hasPrefix("\(output): "))
                #expect(
                    lines[1].hasPrefix("differs from the model at ")
                        || lines[1] == "holds the model's weights as they are")
                for file in try files(output) {
                    let bytes = try Data(contentsOf: URL(filePath: file))
                    #expect(bytes.range(of: Data(scene.folder.path.utf8)) == nil, "\(file)")
                }
                let again = try export(scene.model, format, output)
                #expect(again.status == 1 && again.errors.contains("\(output) exists: remove it"))
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: scene.folder.path)
            #expect(left.allSatisfy { !$0.hasPrefix(".") }, "\(left)")
        }
    }

    private func files(_ path: String) throws -> [String] {
        guard FileSystem.isFolder(path) else { return [path] }
        return try FileManager.default.subpathsOfDirectory(atPath: path).map { "\(path)/\($0)" }
            .filter { !FileSystem.isFolder($0) }
    }

    @Test("predict and inspect take a zip, and it predicts what the model predicts")
    func zip() async throws {
        try await withScene { scene in
            try scene.write("a.nii")
            let archive = scene.folder.appending(path: "model.zip").path
            #expect(try export(scene.model, "zip", archive).status == 0)
            #expect(try scene.predict(scene.images).status == 0)
            let map = try Data(contentsOf: URL(filePath: scene.output + "/a.nii.gz"))
            let other = scene.folder.appending(path: "other").path
            let program = try Program.run(
                "predict", archive, scene.images, "--output", other, "--device", "cpu")
            #expect(program.status == 0 && program.output == "\(other): 1 predicted\n")
            #expect(try Data(contentsOf: URL(filePath: other + "/a.nii.gz")) == map)
            let words = try Program.run("inspect", archive)
            #expect(words.output.hasPrefix("this network; label maps are not cleaned up\n"))
            // A zip is a model for export as well.
            let onnx = scene.folder.appending(path: "a.onnx").path
            #expect(try export(archive, "onnx", onnx).status == 0)
            var bytes = try Data(contentsOf: URL(filePath: archive))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(filePath: archive))
            let damaged = try Program.run("inspect", archive)
            #expect(damaged.status == 1)
            #expect(damaged.errors.contains("model.zip: is damaged, by the checksum of model/"))
            try bytes.prefix(bytes.count - 100).write(to: URL(filePath: archive))
            let cut = try Program.run("inspect", archive)
            #expect(cut.errors.contains("is no archive that segnas3d wrote, or is cut off"))
        }
    }

    @Test("what cannot be exported is refused in a sentence")
    func refusals() async throws {
        try await withScene { scene in
            func expect(_ program: Program, _ status: Int32, _ words: String) {
                #expect(program.status == status && program.output == "", "\(program.output)")
                #expect(program.errors.contains(words), "\(program.errors)")
            }
            let output = scene.folder.appending(path: "x").path
            let missing = scene.folder.appending(path: "missing").path
            expect(try export(missing, "onnx", output), 1, "missing: does not exist")
            expect(
                try export(scene.images, "onnx", output), 1, "images: is no model: name a folder")
            expect(try export(scene.model, "tflite", output), 2, "The value 'tflite' is invalid")
            expect(try export(scene.model, "onnx", output, "--outputs", "x"), 2, "'x' is invalid")
            expect(
                try export(scene.model, "zip", output, "--outputs", "labels"), 2,
                "--outputs is for --format onnx and torchscript")
            expect(
                try export(scene.model, "python", output, "--fixed-size"), 2,
                "--fixed-size is for --format onnx")
            for format in ExportFormat.allCases.map(\.rawValue) {
                let nowhere = try export(scene.model, format, missing + "/x/out")
                expect(nowhere, 1, "missing/x/out cannot be written: No such file or directory")
            }
            #expect(!FileManager.default.fileExists(atPath: output))
        }
    }

    @Test("a damaged model is not exported")
    func damaged() async throws {
        try await withScene { scene in
            let weights = URL(filePath: scene.model + "/weights.safetensors")
            var bytes = try Data(contentsOf: weights)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: weights)
            let output = scene.folder.appending(path: "x").path
            for format in ExportFormat.allCases.map(\.rawValue) {
                let program = try export(scene.model, format, output)
                #expect(program.status == 1, "\(format)")
                #expect(program.errors.contains("weights.safetensors: is damaged"), "\(format)")
            }
            #expect(!FileManager.default.fileExists(atPath: output))
        }
    }

    @Test("a limit of the size of files is told of, and nothing is left")
    func fileSizeLimit() async throws {
        try await withScene { scene in
            for format in ExportFormat.allCases.map(\.rawValue) {
                let program = try Program.run(
                    [
                        "-c",
                        "ulimit -f 2; exec \"$0\" export \"$1\" --format \(format) --output x",
                        Program.url.path, scene.model,
                    ], in: scene.folder, of: URL(filePath: "/bin/sh"))
                #expect(program.status == 1, "\(format): \(program.status)")
                #expect(program.errors.contains("File too large"), "\(program.errors)")
                let left = try FileManager.default.contentsOfDirectory(atPath: scene.folder.path)
                #expect(!left.contains { $0.contains("partial") || $0 == "x" }, "\(left)")
            }
        }
    }

    @Test("a full disk is told of, and nothing is left", .enabled(if: getuid() == 0))
    func fullDisk() async throws {
        try await withScene { scene in
            let disk = try SmallDisk(scene.folder.appending(path: "disk").path)
            defer { disk.unmount() }
            try disk.fill()
            for format in ExportFormat.allCases.map(\.rawValue) {
                let program = try export(scene.model, format, disk.path + "/out")
                #expect(program.status == 1, "\(format)")
                #expect(
                    program.errors.contains("disk/out cannot be written: "), "\(program.errors)")
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["filler"])
            }
        }
    }
}

@Suite("Exported models that are several")
struct ExportEnsembleTests {
    /// Untrained models of one kind.
    @TensorActor
    private func write(_ names: [String], in folder: String, firstStage: FirstStage? = nil) throws {
        for (index, name) in names.enumerated() {
            var description = try ModelScene.description()
            if let firstStage {
                description = ModelDescription(
                    architecture: description.architecture,
                    preparation: description.preparation, firstStage: firstStage,
                    precision: .float32, program: "1.2.3")
            }
            let path = "\(folder)/\(name)"
            try FileManager.default.createDirectory(
                atPath: PathParts(path).folder, withIntermediateDirectories: true)
            try ModelScene.write(ModelScene.model(description, seed: UInt64(index + 1)), to: path)
        }
    }

    @Test("an ensemble is one graph with the models' weights, or a zip of them")
    func ensemble() async throws {
        try await TensorActor.run { () throws in
            try withTemporaryFolder { url in
                let folder = url.path
                try write(["a", "b"], in: folder)
                try EnsembleFolder(folder + "/both").write(
                    [folder + "/a", folder + "/b"], weights: [0.25, 0.75])
                for format in [ExportFormat.onnx, .torchscript, .bundle] {
                    for output in [ExportOptions.Output.probabilities, .labels] {
                        let name = "\(folder)/\(format).\(output)"
                        let result = try ModelExport(
                            of: folder + "/both", .init(format: format, output: output)
                        ).write(to: name)
                        #expect(result.models == 2 && result.parity?.isGood == true)
                    }
                }
                _ = try ModelExport(of: folder + "/both", .init(format: .zip))
                    .write(to: folder + "/both.zip")
                try ZippedModel.withFolder(of: folder + "/both.zip") { unpacked in
                    let weights = try ModelEnsemble(of: unpacked).weights
                    #expect(weights == [0.25, 0.75])
                }
                let scores = ExportOptions(format: .onnx, output: .scores)
                #expect(throws: ExportError.scoresOfSeveral(folder + "/both")) {
                    try ModelExport(of: folder + "/both", scores)
                }
                let error = #expect(throws: ExportError.self) {
                    try ModelExport(of: folder + "/both", ExportOptions(format: .python))
                }
                let words = error.map { "\($0)" } ?? ""
                #expect(words.contains("is the mean of 2 models, and this `format` holds one: "))
            }
        }
    }

    @Test("a cascade is a zip with both stages and no names of cases, and nothing else")
    func cascade() async throws {
        try await TensorActor.run { () throws in
            try withTemporaryFolder { url in
                let folder = url.path + "/cascade"
                let low = CascadeFolder(folder).low
                let folds = FoldTrainings(folds: 3).all
                try write(folds.map { "low/\($0.name)/model" }, in: folder)
                let digests = try folds.map {
                    try Model.weightsDigest(contentsOf: low.run($0) + "/model")
                }
                try write(["full/model"], in: folder, firstStage: FirstStage(models: digests))
                let fold = #"{"schema": 1, "training": ["secret"], "validation": [], "test": []}"#
                try Data(#"{"command": "cascade"}"#.utf8)
                    .write(to: URL(filePath: CascadeFolder(folder).plan))
                let plan =
                    #"{"command": "cross-validation", "folds": [\#(fold), \#(fold), \#(fold)]}"#
                try Data(plan.utf8).write(to: URL(filePath: low.plan))
                let archive = url.path + "/cascade.zip"
                _ = try ModelExport(of: folder, .init(format: .zip)).write(to: archive)
                let bytes = try Data(contentsOf: URL(filePath: archive))
                #expect(bytes.range(of: Data("secret".utf8)) == nil)
                try ZippedModel.withFolder(of: archive) { unpacked in
                    let ensemble = try ModelEnsemble(of: unpacked)
                    #expect(ensemble.firstStage.count == 3 && ensemble.models.count == 1)
                }
                #expect(throws: ExportError.cascade(folder)) {
                    try ModelExport(of: folder, .init(format: .onnx))
                }
            }
        }
    }
}
