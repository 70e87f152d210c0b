import Foundation
import SegNASImaging
import TestSupport
import Testing

@Suite("Training on patches")
struct PatchTrainingTests {
    /// Calls a body with a folder that holds phantoms of 24×24×24 voxels (`data`) and a small network (`net.json`).
    private func withData(_ body: (URL) throws -> Void) throws {
        try PhantomFolder.with(cases: 8, size: 24) { phantoms in
            let folder = phantoms.url
            try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8).write(
                to: folder.appending(path: "net.json"))
            try body(folder)
        }
    }

    private func arguments(_ folder: URL, _ run: String, _ more: [String]) -> [String] {
        [
            "train", folder.appending(path: "data").path, "--network",
            folder.appending(path: "net.json").path, "--output",
            folder.appending(path: run).path, "--cache", folder.appending(path: "cache").path,
            "--threads", "1", "--quiet", "--json", "--recipe", "paper",
        ] + more
    }

    private func weights(_ folder: URL, _ run: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: "\(run)/model/weights.safetensors"))
    }

    @Test("patches are trained on, resumed and predicted with, whatever the image's size")
    func whole() throws {
        try withData { folder in
            let patch = ["--patch", "16x12x16", "--epochs", "2", "--steps-per-epoch", "4"]
            let program = try Program.run(arguments(folder, "run", patch))
            #expect(program.status == 0, "\(program.errors)")
            let document = try JSONDecoder().decode(
                TrainTests.Document.self, from: Data(program.output.utf8))
            #expect(document.epochs == 2 && document.dice != nil && document.test?.cases == 2)
            let threads = try Program.run(
                arguments(folder, "threads", patch + ["--loader-threads", "3"]))
            #expect(threads.status == 0, "\(threads.errors)")
            #expect(try weights(folder, "threads") == weights(folder, "run"))
            // Half of it, and then the rest without any option but the number of epochs.
            let half = ["--patch", "16x12x16", "--epochs", "1", "--steps-per-epoch", "4"]
            #expect(try Program.run(arguments(folder, "half", half)).status == 0)
            let more = try Program.run(
                "train", "--output", folder.appending(path: "half").path, "--epochs", "2", "--quiet"
            )
            #expect(more.status == 0, "\(more.errors)")
            #expect(try weights(folder, "half") == weights(folder, "run"))
            // Another patch is another training.
            let other = try Program.run(
                arguments(
                    folder, "run", ["--patch", "16", "--epochs", "2", "--steps-per-epoch", "4"]))
            #expect(other.status == 2 && other.errors.contains("--size was 16x12x16"))
            try predict(folder)
        }
    }

    @Test("a spacing much finer than that of the images is warned of", arguments: ["4", "5x8x5"])
    func fineSpacing(spacing: String) throws {
        try withData { folder in
            let words = arguments(
                folder, "run",
                ["--patch", "16", "--spacing", spacing, "--epochs", "1", "--steps-per-epoch", "1"]
            ).filter { $0 != "--quiet" }
            let program = try Program.run(words)
            #expect(program.status == 0, "\(program.errors)")
            let isFine = program.errors.contains(
                "--spacing has 4 mm along x, and no image has voxels shorter")
            #expect(isFine == (spacing == "4"), "\(program.errors)")
        }
    }

    /// An image of another size than all that were trained on.
    private func predict(_ folder: URL) throws {
        let image = folder.appending(path: "large_0000.nii.gz").path
        let geometry = Geometry(size: [37, 21, 9], affine: Affine(spacing: [1, 1.5, 2]))
        try Volume(
            Samples((0..<geometry.voxelCount).map { Float($0 % 17) }), geometry: geometry
        ).write(to: image)
        func run(_ output: String, _ more: [String]) throws -> Program {
            try Program.run(
                [
                    "predict", folder.appending(path: "run").path, image, "--output",
                    folder.appending(path: output).path, "--threads", "1", "--quiet",
                ] + more)
        }
        let plain = try run("plain", [])
        #expect(plain.status == 0, "\(plain.errors)")
        let map = try LabelMap(contentsOf: folder.appending(path: "plain/large.nii.gz").path)
        #expect(map.geometry.size == geometry.size)
        // The probabilities' largest is the label.
        #expect(try run("kept", ["--probabilities"]).status == 0)
        let kept = try LabelMap(contentsOf: folder.appending(path: "kept/large.nii.gz").path)
        #expect(kept.values == map.values)
        let scores = try Volume(
            contentsOf: folder.appending(path: "kept/probabilities/large.nii.gz").path)
        #expect(scores.channels == 3)
        #expect(try run("apart", ["--overlap", "0"]).status == 0)
        let again = try run("plain", ["--overlap", "0.25"])
        #expect(again.status == 1 && again.errors.contains("with other options"))
        #expect(try run("wrong", ["--overlap", "1"]).status == 2)
    }

    @Test("options that contradict each other are refused in a sentence")
    func refusals() throws {
        try withData { folder in
            let faults: [([String], String)] = [
                (["--patch", "16", "--size", "16"], "give one of them"),
                (["--fit", "patch", "--size", "16"], "with --patch"),
                (
                    ["--size", "16", "--steps-per-epoch", "4"],
                    "--steps-per-epoch and --foreground-share are for patches"
                ),
                (
                    ["--patch", "16", "--foreground-share", "2"],
                    "--foreground-share must be between 0 and 1"
                ), (["--patch", "16", "--spacing", "0"], "--spacing"),
            ]
            for (more, sentence) in faults {
                let program = try Program.run(arguments(folder, "refused", more))
                #expect(program.status == 2)
                #expect(program.errors.contains(sentence), "\(program.errors)")
            }
            let run = folder.appending(path: "refused").path
            #expect(!FileManager.default.fileExists(atPath: run))
        }
    }
}
