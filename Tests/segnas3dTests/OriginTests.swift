import Foundation
import Glibc
import TestSupport
import Testing

/// Training that begins with the weights of a model.
@Suite("Training from a model")
struct OriginTests {
    /// Calls a body with a model of two labels (`first`) and phantoms of three (`data`).
    private func withModel(_ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            for (name, structures, size) in [("old", "2", "20"), ("data", "3", "24")] {
                _ = try Program.run(
                    "phantom", folder.appending(path: name).path, "--cases", "8", "--size", size,
                    "--structures", structures, "--threads", "1")
            }
            try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8).write(
                to: folder.appending(path: "net.json"))
            let first = try train(
                folder, "first", ["old", "--network", "net.json", "--patch", "16x12x16"])
            #expect(first.status == 0, "\(first.errors)")
            try body(folder)
        }
    }

    private func train(_ folder: URL, _ run: String, _ more: [String]) throws -> Program {
        try Program.run(
            ["train"] + more
                + ["--output", run, "--cache", "cache", "--threads", "1", "--epochs", "2"],
            in: folder)
    }

    private func weights(_ folder: URL, _ run: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: "\(run)/model/weights.safetensors"))
    }

    @Test("it takes over what fits, says so, and needs the model no more once it has begun")
    func whole() throws {
        try withModel { folder in
            let whole = try train(folder, "tuned", ["data", "--from", "first"])
            #expect(whole.status == 0, "\(whole.errors)")
            #expect(
                whole.errors.contains("/first/model: ")
                    && whole.errors.contains("a new head: 3 labels instead of 2, of which those of"),
                "\(whole.errors)")
            let plan = try String(
                contentsOf: folder.appending(path: "tuned/plan.json"), encoding: .utf8)
            #expect(plan.contains("\"origin\"") && plan.contains("/first/model\""))
            // Killed before its first epoch ends, and resumed where the model is gone.
            try Program.runKilled(
                [
                    "train", folder.path + "/data", "--from", folder.path + "/first", "--output",
                    folder.path + "/killed", "--cache", folder.path + "/cache", "--threads", "1",
                    "--epochs", "2", "--quiet",
                ], when: folder.path + "/killed/checkpoints/000001.json")
            let first = folder.path + "/first"
            // As a study has the model of its best network.
            let study = folder.path + "/study"
            try FileManager.default.createDirectory(
                atPath: study, withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                atPath: study + "/best", withDestinationPath: first + "/model")
            #expect(try train(folder, "linked", ["data", "--from", study]).status == 0)
            try FileManager.default.removeItem(atPath: study)
            let known = try train(folder, "linked", ["--from", study])
            #expect(known.status == 0, "\(known.errors)")
            try FileManager.default.moveItem(atPath: first, toPath: first + "-moved")
            for from in [["--from", first], []] {
                let resumed = try train(folder, "killed", from)
                #expect(resumed.status == 0, "\(resumed.errors)")
            }
            #expect(try weights(folder, "killed") == weights(folder, "tuned"))
            let other = try train(folder, "killed", ["--from", first + "-moved"])
            #expect(other.status == 0, "\(other.errors)")
            let wrong = try train(folder, "tuned", ["--from", "killed"])
            #expect(wrong.status == 2 && wrong.errors.contains("--from was "), "\(wrong.errors)")
        }
    }

    @Test("what the model decides cannot be given otherwise, and what does not fit is refused")
    func refusals() throws {
        try withModel { folder in
            let faults: [([String], Int32, String)] = [
                (["data", "--from", "first", "--patch", "16"], 2, "leave out --size, --patch"),
                (["data", "--from", "first", "--size", "16"], 2, "leave out --size, --patch"),
                (["data", "--from", "first", "--network", "unet3d"], 2, "leave out --network"),
                (["--from", "first"], 2, "give DATASET"),
                (["data", "--from", "nothing"], 1, "nothing: does not exist"),
                (["data", "--from", "folds"], 1, "name it, such as folds/fold_0"),
            ]
            try FileManager.default.createDirectory(
                at: folder.appending(path: "folds/fold_0"), withIntermediateDirectories: true)
            let fold = #"{"schema": 1, "training": [], "validation": [], "test": []}"#
            try Data(#"{"command": "cross-validation", "folds": [\#(fold), \#(fold)]}"#.utf8)
                .write(to: folder.appending(path: "folds/plan.json"))
            for (arguments, status, words) in faults {
                let program = try train(folder, "refused", arguments)
                #expect(program.status == status, "\(arguments): \(program.errors)")
                #expect(program.errors.contains(words), "\(program.errors)")
                let plan = folder.appending(path: "refused/plan.json").path
                #expect(!FileManager.default.fileExists(atPath: plan))
            }
        }
    }
}
