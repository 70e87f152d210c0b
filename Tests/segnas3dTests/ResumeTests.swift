import Foundation
import Glibc
import SegNASStudy
import TestSupport
import Testing

/// Work is resumed with its folder alone; options that are given are compared with those it was begun with.
@Suite("Resuming without options")
struct ResumeTests {
    @Test("a search that was interrupted ends as one that was not, and may be given more")
    func search() throws {
        try SearchScene.with { scene in
            #expect(try scene.search("whole").status == 0)
            let process = try Program.start(scene.arguments("study", ["--quiet"]))
            try scene.wait { scene.logs("study").count >= 2 }
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            let study = scene.path("study")
            for (option, value, words) in [
                ("--epochs", "3", "  --epochs: 2 before, 3 now\n"),
                ("--seed", "4", "  --seed: 3 before, 4 now\n"),
                (
                    "--effective-iterations", "2",
                    "the budget: --iterations 14 before, --effective-iterations 2 now"
                ),
                ("--size", "24", "  --size: 16x16x16 before, 24x24x24 now\n"),
                ("--split-index", "1", "  --split-index: 0 before, 1 now\n"),
            ] {
                let other = try Program.run("search", "--output", study, option, value)
                #expect(other.status == 2 && other.errors.contains(words), "\(other.errors)")
            }
            let last = try Program.run("search", "--output", study)
            #expect(last.status == 0, "\(last.errors)")
            #expect(try scene.summary("study") == scene.summary("whole"))
            try scene.expectTrainedOnce("study")
            let more = try Program.run(
                "search", "--output", study, "--iterations", "16", "--final-epochs", "3")
            #expect(more.status == 0, "\(more.errors)")
            #expect(try StudyStatus(of: study).iterations == 16)
            #expect(scene.processes().isEmpty)
        }
    }

    @Test("a run: its split is kept though the file is gone, and it is given more epochs")
    func train() throws {
        try SearchScene.with { scene in
            let split = """
                [{"train": ["phantom0000", "phantom0001"], "val": ["phantom0003"], "test": ["phantom0005"]}]
                """
            try Data(split.utf8).write(to: scene.folder.appending(path: "split.json"))
            let net = #"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#
            try Data(net.utf8).write(to: scene.folder.appending(path: "net.json"))
            let begun = try Program.run(
                "train", scene.path("data"), "--network", scene.path("net.json"), "--size", "16",
                "--epochs", "3", "--batch", "2", "--mirror", "x", "--split",
                scene.path("split.json"), "--cache", scene.path("cache"), "--threads", "1",
                "--output", scene.path("run"))
            #expect(begun.status == 0, "\(begun.errors)")
            for name in ["split.json", "net.json"] {
                try FileManager.default.removeItem(at: scene.folder.appending(path: name))
            }
            let again = try Program.run("train", "--output", scene.path("run"), "--quiet")
            #expect(again.status == 0 && again.output == begun.output, "\(again)")
            try expectModelKept(scene)
            let other = try Program.run("train", "--output", scene.path("run"), "--batch", "3")
            #expect(other.status == 2 && other.errors.contains("  --batch was 2, and is now 3\n"))
            let more = try Program.run(
                "train", "--output", scene.path("run"), "--epochs", "6", "--json")
            #expect(more.status == 0 && more.output.contains("\"epochs\" : 6"), "\(more)")
        }
    }

    /// A complete run has its model, whatever became of the weights in its last checkpoint.
    private func expectModelKept(_ scene: SearchScene) throws {
        let files = FileManager.default
        let run = scene.path("damaged")
        try files.copyItem(atPath: scene.path("run"), toPath: run)
        let best = try files.contentsOfDirectory(atPath: "\(run)/checkpoints")
            .filter { $0.hasPrefix("best") }
        #expect(!best.isEmpty)
        for name in best {
            try Data("lost".utf8).write(to: URL(filePath: "\(run)/checkpoints/\(name)"))
        }
        let weights = URL(filePath: "\(run)/model/weights.safetensors")
        let before = try Data(contentsOf: weights)
        let again = try Program.run("train", "--output", run, "--quiet")
        #expect(again.status == 0, "\(again.errors)")
        #expect(try Data(contentsOf: weights) == before)
    }

    @Test("a comparison that ran out of time ends as one that did not")
    func compare() throws {
        try ComparisonScene.with { scene in
            #expect(try scene.compare("whole").status == 0)
            #expect(try scene.compare("c", ["--time-limit", "1s"]).status == 130)
            let other = try Program.run("compare", "-o", scene.path("c"), "--epochs", "5")
            #expect(other.status == 2 && other.errors.contains("  --epochs: 2 before, 5 now\n"))
            let last = try Program.run("compare", "-o", scene.path("c"))
            #expect(last.status == 0, "\(last.errors)")
            #expect(try scene.document("c") == scene.document("whole"))
        }
    }

    @Test("faults that were allowed need not be allowed again")
    func allowed() throws {
        try SearchScene.with { scene in
            let images = scene.folder.appending(path: "data/imagesTr")
            let names = try FileManager.default.contentsOfDirectory(atPath: images.path).sorted()
            for name in names.dropFirst() {
                try FileManager.default.removeItem(at: images.appending(path: name))
                try FileManager.default.copyItem(
                    at: images.appending(path: names[0]), to: images.appending(path: name))
            }
            let begun = try scene.search(
                "study", iterations: 2, ["--allow", "duplicate", "--allow", "labelInNoCase"])
            #expect(begun.status == 0, "\(begun.errors)")
            let more = try Program.run(
                "search", "--output", scene.path("study"), "--iterations", "3")
            #expect(more.status == 0, "\(more.errors)")
        }
    }

    @Test(
        "where nothing was begun, all that lacks is named",
        arguments: [
            (["search"], "give DATASET"),
            (["train"], "give DATASET"),
            (["compare"], "give DATASET"),
        ])
    func nothing(_ words: [String], _ sentence: String) throws {
        let program = try Program.run(words + ["--output", "/nothing"])
        #expect(program.status == 2)
        #expect(
            program.errors.contains(
                "there is nothing to resume in /nothing; to begin, \(sentence)"),
            "\(program.errors)")
    }
}
