import Foundation
import SegNASExperiments
import SegNASSegmentation
import Testing

@testable import segnas3d

@Suite("The command line")
struct CommandLineTests {
    @Test("help goes to standard output and lists the subcommands")
    func help() throws {
        let program = try Program.run("--help")
        #expect(program.status == 0)
        #expect(program.output.contains("doctor") && program.output.contains("demo"))
        #expect(program.errors.isEmpty)
    }

    @Test("the version is the change log's newest")
    func versions() throws {
        #expect(try Program.run("--version").output == Release.version + "\n")
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let log = try String(contentsOf: root.appending(path: "CHANGELOG.md"), encoding: .utf8)
        let newest = log.split(separator: "\n").first { $0.hasPrefix("## [") }
        #expect(newest?.hasPrefix("## [\(Release.version)]") == true)
    }

    @Test(
        "misuse is told in one sentence on standard error, with exit code 2",
        arguments: [
            (["train-my-brain"], "Error: Unexpected argument 'train-my-brain'\n"),
            (["doctor", "--jsn"], "Error: Unknown option '--jsn'. Did you mean '--json'?\n"),
            (["demo", "--threads", "0"], "Error: --threads must be at least 1, and 0 is given\n"),
            (
                ["bench", "metrics", "--reference", "a.nii"],
                "Error: --reference and --prediction belong together\n"
            ),
            (
                ["demo", "--device", "gpu"],
                "Error: 'gpu' is no device: use auto, cpu, cuda:0, or several as cuda:0,1\n"
            ),
        ])
    func misuse(_ arguments: [String], _ sentence: String) throws {
        let program = try Program.run(arguments)
        #expect(program.status == 2)
        #expect(program.output.isEmpty)
        #expect(program.errors.hasPrefix(sentence))
    }

    @Test(
        "options that only the command itself can refuse are told with its own help",
        arguments: [
            (["train", "/d", "--size", "16", "--network", "unet3d", "--epochs", "0"], "--epochs"),
            (["search", "--output", "/none"], "there is nothing to resume"),
            (["inspect", "nonsense"], "'nonsense' is neither"),
        ])
    func misuseWhileRunning(_ arguments: [String], _ sentence: String) throws {
        let output = arguments[0] == "train" ? ["--output", "/none"] : []
        let program = try Program.run(arguments + output)
        #expect(program.status == 2 && program.output.isEmpty)
        #expect(program.errors.hasPrefix("Error: \(sentence)"), "\(program.errors)")
        #expect(
            program.errors.hasSuffix(
                "\n  See 'segnas3d \(arguments[0]) --help' for more information.\n"))
        #expect(!program.errors.contains("<subcommand>"))
    }

    @Test("output that cannot be written is a failure")
    func fullOutput() throws {
        let process = Process()
        process.executableURL = Program.url
        process.arguments = ["doctor", "--json"]
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
    }
}

@Suite("Flags")
struct FlagsTests {
    @Test(
        "properties are spelled as flags, and nothing else is changed",
        arguments: [
            ("`batchSize` must be at least 1", "--batch must be at least 1"),
            ("a lower `learningRate`, `gradientClipping` 1", "a lower --learning-rate, --clip 1"),
            ("it`s `folder`", "it`s `folder`"), ("`epochs`", "--epochs"),
            ("``epochs`", "`--epochs"), ("plain", "plain"), ("", ""),
        ])
    func spelled(_ sentence: String, _ expected: String) {
        #expect(Flags.spelled(in: sentence) == expected)
    }

    @Test("every training option has one")
    func all() {
        for (name, _) in TrainingOptions.fields {
            #expect(!Flags.spelled(in: "`\(name)`").contains("`"), "\(name)")
        }
    }
}
