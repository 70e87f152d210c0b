import Foundation
import TestSupport
import Testing

@testable import segnas3d

@Suite("Options from a file")
struct ConfigurationTests {
    private func arguments(_ yaml: String, _ given: String...) throws -> [String] {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "options.yaml")
            try yaml.write(to: file, atomically: true, encoding: .utf8)
            return try ConfigurationFile.expanded(
                [given[0], "--config", file.path] + given.dropFirst(),
                commands: [Train.self, SearchCommand.self, CompareCommand.self]
            ).filter { $0 != file.path && $0 != "--config" }
        }
    }

    @Test("options, lists, flags and the dataset become arguments")
    func options() throws {
        let expanded = try arguments(
            """
            # comment
            dataset: brains
            epochs: 30
            augment: [elastic, movement]
            force-ensemble: true
            quiet: false
            patch: 40x56x40
            split: 50/20/30
            """, "search")
        #expect(
            expanded == [
                "search", "brains", "--epochs=30", "--augment=elastic", "--augment=movement",
                "--force-ensemble", "--patch=40x56x40", "--split=50/20/30",
            ])
    }

    @Test("what stands on the command line wins", arguments: [["--epochs", "5"], ["--epochs=5"]])
    func precedence(given: [String]) throws {
        let yaml = "dataset: brains\nepochs: 30\noutput: study\nimages: false\n"
        let folder = try arguments(yaml, "compare", given[0], given.last ?? "")
        #expect(!folder.contains("--epochs=30"))
        #expect(folder.contains("--no-images") && folder.contains("--output=study"))
        #expect(try arguments(yaml, "compare", "-o", "other").contains("--output=study") == false)
        #expect(try arguments(yaml, "compare", "lungs").contains("brains") == false)
        #expect(
            try arguments(yaml, "compare", "--warm-start", "a", "b").contains("brains") == false)
    }

    @Test("an empty file, and one of comments, give nothing", arguments: ["", "# a\n\n  # b\n"])
    func empty(yaml: String) throws {
        #expect(try arguments(yaml, "train") == ["train"])
    }

    @Test("all faults are told at once, with their lines; exit code 2")
    func faults() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "study.yaml")
            try """
            dataset: brains
            epoch: 30
            schedule: fast
            batch: [2, 3]
            quiet: maybe
            space:
            config: other.yaml
            allow: [constant, nothing]
            learning-rate: 0.01
            """.write(to: file, atomically: true, encoding: .utf8)
            let run = try Program.run("search", "--config", file.path)
            #expect(run.status == 2)
            for (line, words) in [
                (2, "there is no 'epoch'; did you mean epochs?"), (3, "'fast' is invalid"),
                (4, "batch takes one value"), (5, "quiet must be true or false"),
                (6, "space has no value"), (7, "there is no 'config'"), (8, "'nothing' cannot be"),
            ] {
                let found = run.errors.split(separator: "\n").contains {
                    $0.contains("study.yaml:\(line): ") && $0.contains(words)
                }
                #expect(found, "\(line): \(run.errors)")
            }
            #expect(!run.errors.contains("yaml:1:") && !run.errors.contains("yaml:9:"))
        }
    }

    @Test(
        "what is no YAML of options is refused with its line",
        arguments: [
            ("epochs: 30\nepochs: 40\n", "appears more than once"), ("- a\n- b\n", "no options"),
            ("epochs: [1\n", "no valid YAML"),
        ])
    func syntax(yaml: String, words: String) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "a.yaml")
            try yaml.write(to: file, atomically: true, encoding: .utf8)
            let run = try Program.run("train", "--config", file.path)
            #expect(run.status == 2)
            #expect(run.errors.contains("a.yaml:") && run.errors.contains(words), "\(run.errors)")
        }
        let missing = try Program.run("train", "--config", "/nowhere/a.yaml")
        #expect(missing.status == 2 && missing.errors.contains("/nowhere/a.yaml: "))
    }

    @Test("a printed file has all options, and begins the same work")
    func printed() throws {
        try PhantomFolder.with(cases: 6, size: 16) { folder in
            let given = [
                "search", folder.path("data"), "--size", "16", "--space", "segnas4", "--iterations",
                "3", "--augment", "movement", "--groups", "^(it's \\d)", "--quiet",
            ]
            let printed = try Program.run(given + ["--print-config"], in: folder.url)
            #expect(printed.status == 0, "\(printed.errors)")
            #expect(printed.output.contains("\nsampler: crs\n"))
            #expect(printed.output.contains("\n#learning-rate:\n"))
            #expect(printed.output.contains("\ngroups: '^(it''s \\d)'\n"))
            #expect(printed.output.split(separator: "\n").allSatisfy { $0.count < 120 })
            try printed.output.write(
                toFile: folder.path("study.yaml"), atomically: true, encoding: .utf8)
            let again = try Program.run(
                ["search", "--config", "study.yaml", "--print-config"], in: folder.url)
            #expect(again.output == printed.output)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
            #expect(names.sorted() == ["data", "study.yaml"])
        }
    }
}
