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

    private func withScene(_ body: (Scene) async throws -> Void) async throws {
        let folder = URL.temporaryDirectory.appending(path: "segnas3d-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(try await Scene(folder))
    }

    @Test("a folder of images becomes a folder of label maps on their grids")
    func folder() async throws {
        try await withScene { scene in
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
        try await withScene { scene in
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
        try await withScene { scene in
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

    @Test("what is there is kept, unless --overwrite is given or the model is another")
    func continuing() async throws {
        try await withScene { scene in
            for name in ["a.nii", "b.nii"] { try scene.write(name) }
            #expect(try scene.predict(scene.images + "/a.nii").status == 0)
            let first = URL(filePath: scene.output + "/a.nii.gz")
            try Data("mine".utf8).write(to: first)
            let again = try scene.predict(scene.images, "--quiet")
            #expect(again.output == "\(scene.output): 1 predicted, 1 there already\n")
            #expect(again.errors == "")
            #expect(try Data(contentsOf: first) == Data("mine".utf8))
            try FileManager.default.removeItem(atPath: scene.images + "/a.nii")
            try FileManager.default.copyItem(
                atPath: scene.images + "/b.nii", toPath: scene.images + "/a.nii")
            var image = try Data(contentsOf: URL(filePath: scene.images + "/a.nii"))
            image[image.count - 1] ^= 1
            try image.write(to: URL(filePath: scene.images + "/a.nii"))
            let changed = try scene.predict(scene.images, "--quiet")
            #expect(changed.status == 1)
            #expect(
                changed.output == "\(scene.output): 0 predicted, 1 there already, 1 failed\n")
            #expect(
                changed.errors.contains(
                    "/a.nii.gz is the prediction of another image of this name"))
            #expect(try Data(contentsOf: first) == Data("mine".utf8))
            let other = try scene.predict(scene.images, "--mirror", "yz")
            #expect(other.status == 1)
            #expect(
                other.errors.contains(
                    "holds predictions of another model, or made with other options"))
            let record = URL(filePath: scene.output + "/prediction.json")
            let whole = try Data(contentsOf: record)
            try Data([0xFF, 0xFE]).write(to: record)
            #expect(try scene.predict(scene.images).status == 1)
            try whole.write(to: record)
            let some = try scene.predict(
                scene.images + "/b.nii", "--mirror", "yz", "--overwrite")
            #expect(some.status == 1)
            #expect(
                some.errors.contains(
                    "holds predictions of another model that would stay, such as that of a: "))
            #expect(try Data(contentsOf: first) == Data("mine".utf8))
            let over = try scene.predict(scene.images, "--mirror", "yz", "--overwrite")
            #expect(over.status == 0)
            #expect(try Volume(contentsOf: first.path).shape == [9, 12, 6])
        }
    }

    @Test(
        "a label map that was about to be replaced when a command was interrupted is made again",
        arguments: [#"{"case":"a"}"#, "{\"case\":\"a\"}\n{\"case\":\"a\",\"ima"])
    func unfinished(_ line: String) async throws {
        try await withScene { scene in
            try scene.write("a.nii")
            #expect(try scene.predict(scene.images).status == 0)
            let map = URL(filePath: scene.output + "/a.nii.gz")
            let whole = try Data(contentsOf: map)
            // As of another image, before the rename.
            try Data("old".utf8).write(to: map)
            let sources = URL(filePath: scene.output + "/sources.jsonl")
            try (Data(contentsOf: sources) + Data(line.utf8)).write(to: sources)
            let again = try scene.predict(scene.images, "--quiet")
            #expect(again.output == "\(scene.output): 1 predicted\n")
            #expect(try Data(contentsOf: map) == whole)
            let kept = try scene.predict(scene.images, "--quiet")
            #expect(kept.output == "\(scene.output): 0 predicted, 1 there already\n")
        }
    }

    @Test("probabilities of an earlier label map do not stay beside a new one")
    func staleProbabilities() async throws {
        try await withScene { scene in
            try scene.write("a.nii")
            #expect(try scene.predict(scene.images, "--probabilities").status == 0)
            let file = URL(filePath: scene.output + "/probabilities/a.nii.gz")
            let old = try Data(contentsOf: file)
            try scene.write("a.nii", size: [9, 12, 7])
            #expect(try scene.predict(scene.images, "--overwrite").status == 0)
            #expect(!FileManager.default.fileExists(atPath: file.path))
            #expect(try scene.predict(scene.images, "--probabilities").status == 0)
            #expect(try Data(contentsOf: file) != old)
        }
    }

    @Test("an image whose voxels lie in a second file that was replaced is another one")
    func pair() async throws {
        try await withScene { scene in
            try Data(
                """
                NDims = 3
                DimSize = 9 12 6
                ElementType = MET_UCHAR
                ElementDataFile = a.raw

                """.utf8
            ).write(to: URL(filePath: "\(scene.images)/a.mhd"))
            try Data((0..<9 * 12 * 6).map { UInt8($0 % 5) }).write(
                to: URL(filePath: "\(scene.images)/a.raw"))
            #expect(try scene.predict(scene.images + "/a.mhd").status == 0)
            let file = URL(filePath: "\(scene.images)/a.raw")
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: file)
            let again = try scene.predict(scene.images + "/a.mhd")
            #expect(again.status == 1)
            #expect(again.errors.contains("is the prediction of another image of this name"))
        }
    }

    @Test(
        "whatever interrupts it, a label map that is kept is that of the image",
        .enabled(if: Strace.isAvailable),
        arguments: ["rename:signal=KILL", "rename:error=ENOSPC", "fsync:signal=KILL"],
        [[], ["--probabilities"]])
    func interrupted(_ call: String, _ options: [String]) async throws {
        try await withScene { scene in
            try scene.write("a.nii")
            let command = ["predict", scene.model, scene.images, "--output"]
            let device = ["--device", "cpu", "--quiet"] + options
            #expect(try Program.run(command + [scene.output] + device).status == 0)
            try scene.write("a.nii", size: [9, 12, 7])
            let reference = scene.output + " reference"
            #expect(try Program.run(command + [reference] + device).status == 0)
            let files = ["a.nii.gz"] + (options.isEmpty ? [] : ["probabilities/a.nii.gz"])
            var hits = 0
            for count in 1...12 {
                let copy = "\(scene.output) \(count)"
                try FileManager.default.copyItem(atPath: scene.output, toPath: copy)
                let first = try Strace.run(
                    command + [copy, "--overwrite"] + device, injecting: "\(call):when=\(count)")
                if first.status != 0 { hits += 1 }
                let second = try Program.run(command + [copy] + device)
                guard second.status == 0 else {
                    #expect(second.errors.contains("another image of this name"))
                    continue
                }
                for file in files {
                    #expect(
                        try Data(contentsOf: URL(filePath: "\(copy)/\(file)"))
                            == Data(contentsOf: URL(filePath: "\(reference)/\(file)")),
                        "\(call) \(count): \(file)")
                }
                if first.status == 0 { break }
            }
            #expect(hits > 1)
        }
    }

    @Test("an ensemble of the model with itself gives the same label maps")
    func ensemble() async throws {
        try await withScene { scene in
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
        try await withScene { scene in
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

    @Test("a folder of images is no output folder", arguments: [[], ["--overwrite"]])
    func foreignFolder(options: [String]) async throws {
        try await withScene { scene in
            try scene.write("a.nii.gz")
            let before = try Data(contentsOf: URL(filePath: scene.images + "/a.nii.gz"))
            let program = try Program.run(
                ["predict", scene.model, scene.images, "--output", scene.images] + options)
            #expect(program.status == 1)
            #expect(program.errors.contains("holds images that segnas3d predict did not write"))
            #expect(try Data(contentsOf: URL(filePath: scene.images + "/a.nii.gz")) == before)
        }
    }

    @Test(
        "a file in the place of a label map that predict has not written is never replaced or removed",
        arguments: [[], ["--overwrite"], ["--overwrite", "--mirror", "z"]])
    func foreignFile(options: [String]) async throws {
        try await withScene { scene in
            try scene.write("a.nii")
            #expect(try scene.predict(scene.images + "/a.nii").status == 0)
            // A scan beside its label map, as for a viewer, and one in the place of its own label map.
            try scene.write("b.nii.gz")
            let scans = ["\(scene.output)/b.nii.gz", "\(scene.output)/a_0001.nii.gz"]
            for scan in scans {
                try FileManager.default.copyItem(atPath: scene.images + "/b.nii.gz", toPath: scan)
            }
            let before = try Data(contentsOf: URL(filePath: scans[0]))
            let own = try scene.predict([scans[0]] + options)
            #expect(own.status == 1)
            #expect(own.errors.contains("b.nii.gz is an image to be predicted, and its label map"))
            let other = try scene.predict([scene.images + "/b.nii.gz"] + options)
            #expect(other.status == 1)
            #expect(other.errors.contains("b.nii.gz is not the file that segnas3d predict writes"))
            // Others are not in the way.
            let a = try scene.predict([scene.images + "/a.nii"] + options)
            #expect(a.status == 0, "\(a.errors)")
            for scan in scans { #expect(try Data(contentsOf: URL(filePath: scan)) == before) }
            // The prediction itself, as an image.
            let again = try scene.predict("\(scene.output)/a.nii.gz", "--overwrite")
            #expect(again.status == 1 && again.errors.contains("a.nii.gz is an image to be pre"))
        }
    }

    @Test("a command without images leaves nothing in its folder")
    func noImages() async throws {
        try await withScene { scene in
            let empty = scene.folder.appending(path: "empty")
            try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
            #expect(try scene.predict(empty.path).status == 1)
            #expect(!FileManager.default.fileExists(atPath: scene.output + "/prediction.json"))
        }
    }

    @Test("too little memory is told with the figures, with exit code 4")
    func outOfMemory() async throws {
        try await withScene { scene in
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
