import Foundation
import ModelSupport
import SegNASDatasets
import SegNASImaging
import SegNASTorch
import TestSupport
import Testing

/// What is in the output folder of a prediction: kept, made again or refused, and never lost.
@Suite("The folder of segnas3d predict")
struct PredictFolderTests {
    @Test("what is there is kept, unless --overwrite is given or the model is another")
    func continuing() async throws {
        try await PredictTests.Scene.with { scene in
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
        try await PredictTests.Scene.with { scene in
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

    @Test("an image of one value is remarked on; a folder below a file is refused as that")
    func remarks() async throws {
        try await PredictTests.Scene.with { scene in
            let geometry = Geometry(
                size: [4, 4, 4],
                affine: Affine(x: [1, 0, 0], y: [0, 1, 0], z: [0, 0, 1], origin: .zero))
            try Volume(Samples([Int16](repeating: 1, count: 64)), geometry: geometry)
                .write(to: "\(scene.images)/a.nii", replacing: true)
            let program = try scene.predict(scene.images, "--quiet")
            #expect(program.status == 0)
            #expect(
                program.errors.contains("a.nii: is 1 everywhere in the channel"), "\(program)")
            let below = try Program.run(
                "predict", scene.model, scene.images, "--output", "\(scene.images)/a.nii/x",
                "--device", "cpu")
            #expect(below.status == 1, "\(below)")
            #expect(
                below.errors.contains("a.nii/x: this folder cannot be created: "), "\(below)")
        }
    }

    @Test("probabilities of an earlier label map do not stay beside a new one")
    func staleProbabilities() async throws {
        try await PredictTests.Scene.with { scene in
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
        try await PredictTests.Scene.with { scene in
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
        try await PredictTests.Scene.with { scene in
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

    @Test("a folder of images is no output folder", arguments: [[], ["--overwrite"]])
    func foreignFolder(options: [String]) async throws {
        try await PredictTests.Scene.with { scene in
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
        try await PredictTests.Scene.with { scene in
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
        try await PredictTests.Scene.with { scene in
            let empty = scene.folder.appending(path: "empty")
            try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
            #expect(try scene.predict(empty.path).status == 1)
            #expect(!FileManager.default.fileExists(atPath: scene.output + "/prediction.json"))
        }
    }
}
