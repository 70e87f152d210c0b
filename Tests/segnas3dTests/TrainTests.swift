import Foundation
import Glibc
import SegNASDatasets
import SegNASImaging
import TestSupport
import Testing

@testable import segnas3d

@Suite("Train")
struct TrainTests {
    struct Document: Decodable {
        struct Test: Decodable {
            var cases: Int
            var dice: Double?
        }
        var schema: Int
        var run: String
        var model: String
        var parameters: Int
        var epochs: Int
        var bestEpoch: Int
        var dice: Double?
        var dicePerLabel: [String: Double]?
        var seconds: Double
        var dataWaitShare: Double
        var test: Test?
    }

    /// Calls a body with a folder that holds phantoms (`data`) and a small network (`net.json`).
    private func withData(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            _ = try Program.run(
                "phantom", folder.appending(path: "data").path, "--cases", "8", "--size", "16",
                "--structures", "2", "--threads", "1")
            try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8).write(
                to: folder.appending(path: "net.json"))
            try body(folder)
        }
    }

    /// The command, on one thread: volumes are too small for more.
    private func arguments(_ folder: URL, _ run: String, epochs: Int, _ more: [String] = [])
        -> [String]
    {
        [
            "train", folder.appending(path: "data").path, "--network",
            folder.appending(path: "net.json").path, "--size", "16", "--epochs", "\(epochs)",
            "--output", folder.appending(path: run).path, "--cache",
            folder.appending(path: "cache").path, "--threads", "1",
        ] + more
    }

    private func weights(_ folder: URL, _ run: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: "\(run)/model/weights.safetensors"))
    }

    @Test("a run from the command line: progress, the document, and the same again")
    func whole() throws {
        try withData { folder in
            let arguments = arguments(folder, "run", epochs: 3)
            let program = try Program.run(arguments + ["--json"])
            #expect(program.status == 0)
            let lines = program.errors.split(separator: "\n")
            #expect(lines.filter { $0.hasPrefix("epoch ") }.count == 3, "\(program.errors)")
            let document = try JSONDecoder().decode(
                Document.self, from: Data(program.output.utf8))
            #expect(document.schema == 1 && document.epochs == 3 && document.bestEpoch >= 2)
            #expect(document.dicePerLabel?.count == 2 && document.test?.cases == 2)
            #expect(document.model == document.run + "/model" && document.parameters > 1000)
            let again = try Program.run(arguments + ["--quiet"])
            #expect(again.status == 0 && again.errors.isEmpty)
            #expect(again.output.hasPrefix("\(document.model): "))
            #expect(again.output.contains("test Dice"))
            let other = try Program.run(arguments + ["--seed", "1", "--no-augmentation"])
            #expect(other.status == 2)
            #expect(other.errors.contains("  --seed was 0, and is now 1\n"))
            #expect(other.errors.contains("augmentation was {"))
            let mirrored = try Program.run(arguments + ["--mirror", "xz"])
            #expect(mirrored.status == 2)
            #expect(
                mirrored.errors.contains(#""mirroring":{"probabilities":[0.5,0,0.5]}"#),
                "\(mirrored.errors)")
        }
    }

    @Test("the file of a split leaves no path in a model or plan, and may move")
    func splitFiles() throws {
        try withData { folder in
            let names = (0..<8).map { "phantom000\($0)" }
            let split = [
                "training": Array(names[..<6]), "validation": Array(names[6...]), "test": [],
            ]
            let file = folder.appending(path: "split-of-smith.json")
            try JSONEncoder().encode(split).write(to: file)
            let more = ["--split", file.path]
            let run = try Program.run(arguments(folder, "run", epochs: 1, more))
            #expect(run.status == 0, "\(run.errors)")
            for name in ["plan.json", "model/training.json", "model/model.json"] {
                let text = try String(
                    contentsOf: folder.appending(path: "run/\(name)"), encoding: .utf8)
                #expect(!text.contains("smith"), "\(name)")
                // A run, unlike its model, knows where its images are.
                #expect(name == "plan.json" || !text.contains(folder.path), "\(name)")
            }
            let moved = folder.appending(path: "moved.json")
            try FileManager.default.moveItem(at: file, to: moved)
            let again = try Program.run(
                arguments(folder, "run", epochs: 1, ["--split", moved.path]))
            #expect(again.status == 0, "\(again.errors)")
            try JSONEncoder().encode(
                split.merging(["test": [names[7]], "validation": [names[6]]]) { $1 }
            )
            .write(to: moved)
            let other = try Program.run(
                arguments(folder, "run", epochs: 1, ["--split", moved.path]))
            #expect(other.status == 2, "\(other.errors)")
            #expect(other.errors.contains("--split a file gives other cases than it did"))
        }
    }

    @Test("killed at any moment and resumed, a run ends with the same bytes")
    func killed() throws {
        try withData { folder in
            let whole = try Program.run(arguments(folder, "whole", epochs: 12))
            #expect(whole.status == 0, "\(whole.errors)")
            let arguments = arguments(folder, "run", epochs: 12, ["--quiet"])
            for kill in 0..<4 {
                let process = try Program.start(arguments)
                // The first ones before the first checkpoint, most of the others behind some.
                usleep(UInt32(100_000 + kill * 120_000) + .random(in: 0..<100_000))
                Glibc.kill(process.processIdentifier, SIGKILL)
                process.waitUntilExit()
            }
            let last = try Program.run(arguments)
            #expect(last.status == 0, "\(last.errors)")
            #expect(try weights(folder, "run") == weights(folder, "whole"))
            let log = try String(
                contentsOf: folder.appending(path: "run/log.jsonl"), encoding: .utf8)
            #expect(log.split(separator: "\n").count == 12)
        }
    }

    @Test("Ctrl-C and SIGTERM end a run with exit code 130", arguments: [SIGINT, SIGTERM])
    func interrupted(_ signal: Int32) throws {
        try withData { folder in
            let arguments = arguments(folder, "run", epochs: 100_000, ["--quiet"])
            let errors = Drain()
            let process = try Program.start(arguments, errors: errors)
            let log = folder.appending(path: "run/log.jsonl").path
            while access(log, F_OK) != 0 && process.isRunning { usleep(10_000) }
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 130)
            #expect(
                errors.text.hasSuffix("/run is interrupted: run the same command to resume\n"))
        }
    }

    @Test("two processes never train the same run")
    func locked() throws {
        try withData { folder in
            let arguments = arguments(folder, "run", epochs: 100_000, ["--quiet"])
            let process = try Program.start(arguments)
            defer { process.waitUntilExit() }
            defer { kill(process.processIdentifier, SIGKILL) }
            let log = folder.appending(path: "run/log.jsonl").path
            while access(log, F_OK) != 0 && process.isRunning { usleep(10_000) }
            let second = try Program.run(arguments)
            #expect(second.status == 1)
            #expect(
                second.errors.contains(
                    "is being trained by process \(process.processIdentifier) on "))
        }
    }

    @Test("too little memory is told before training, with exit code 4")
    func memory() throws {
        try withData { folder in
            let program = try Program.run(
                arguments(folder, "run", epochs: 1, ["--memory-limit", "1MiB"]))
            #expect(program.status == 4)
            #expect(program.errors.hasPrefix("Error: out of memory: a training step needs about "))
            #expect(program.errors.contains(", and 1 MiB are available. "))
        }
    }

    @Test(
        "mistakes on the command line are told together, with exit code 2",
        arguments: [
            (["--epochs", "0", "--batch", "0"], ["--epochs must be", "--batch must be"]),
            (["--no-augmentation", "--augment", "noise"], ["excludes --augment"]),
            (["--no-augmentation", "--mirror", "x"], ["excludes --augment and --mirror"]),
            (["--mirror", "w"], ["--mirror"]),
            (["--groups", "^(.)", "--split", "folds"], ["'folds' says already which case is"]),
            (["--augment", "snow"], ["elastic"]),
            (["--split", "50/50"], ["'50/50' is no split: give percent as 50/20/30"]),
            (["--network", "unet"], ["'unet' is not a network"]),
        ])
    func usage(_ options: [String], _ sentences: [String]) throws {
        var arguments = ["train", "/nothing", "--size", "16", "--output", "/nothing/run"] + options
        if !options.contains("--network") { arguments += ["--network", "unet3d"] }
        let program = try Program.run(arguments)
        #expect(program.status == 2)
        for sentence in sentences {
            #expect(program.errors.contains(sentence), "\(program.errors)")
        }
    }

    @Test(
        "a checkpoint that does not fit is refused, and with room the run ends as if there had been"
    )
    func noSpace() throws {
        try withData { folder in
            let disk = try SmallDisk(folder.appending(path: "disk").path)
            defer { disk.unmount() }
            let whole = try Program.run(arguments(folder, "whole", epochs: 2))
            #expect(whole.status == 0, "\(whole.errors)")
            // Enough for the plan, too little for weights.
            try disk.fill(leaving: 512 << 10)
            let refused = try Program.run(arguments(folder, "disk/run", epochs: 2))
            #expect(refused.status == 1)
            #expect(
                refused.errors.contains("a checkpoint needs ")
                    && refused.errors.contains(
                        " are free: make room, then run the same command to resume"),
                "\(refused.errors)")
            try disk.free()
            let resumed = try Program.run(arguments(folder, "disk/run", epochs: 2))
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(try weights(folder, "disk/run") == weights(folder, "whole"))
        }
    }

    @Test("memory that lacks while an image is read is told by the exit code")
    func imageMemory() {
        let error = ImageError(file: "a.nii", fault: .outOfMemory(bytes: 1 << 40))
        #expect(ProgramExit(error) == .outOfMemory)
        let cases = [PreparationError(identifier: "a", fault: .image(error))]
        #expect(ProgramExit(PreparationErrors(errors: cases)) == .outOfMemory)
        let other = [PreparationError(identifier: "a", fault: .tooManyLabels(300))]
        #expect(ProgramExit(PreparationErrors(errors: other)) == .dataset)
    }

    @Test("a dataset that is none is its own exit code")
    func noDataset() throws {
        let program = try Program.run(
            "train", "/nothing", "--size", "16", "--output", "/nothing/run", "--network", "unet3d")
        #expect(program.status == 3)
    }
}
