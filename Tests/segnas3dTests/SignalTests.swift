import Foundation
import Glibc
import TestSupport
import Testing

@testable import segnas3d

/// The ways in which signals end the program, with real signals.
@Suite("Signals", .serialized)
struct SignalTests {
    /// Calls a body with a folder of phantoms and a training there that would take long.
    private func withTraining(
        _ body: (_ folder: URL, _ arguments: [String]) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            _ = try Program.run(
                "phantom", folder.appending(path: "data").path, "--cases", "8", "--size", "16",
                "--structures", "2", "--threads", "1")
            try Data(#"{"n": 8, "p": 1, "sup": 0, "res": 0, "nodes": 2, "ops": [2]}"#.utf8).write(
                to: folder.appending(path: "net.json"))
            try body(
                folder,
                [
                    "train", folder.appending(path: "data").path, "--network",
                    folder.appending(path: "net.json").path, "--size", "16", "--epochs", "100000",
                    "--output", folder.appending(path: "run").path, "--cache",
                    folder.appending(path: "cache").path, "--threads", "1",
                ])
        }
    }

    private func waitForEpoch(_ folder: URL) {
        let log = folder.appending(path: "run/log.jsonl").path
        for _ in 0..<6000 where access(log, F_OK) != 0 { usleep(10_000) }
        #expect(access(log, F_OK) == 0)
    }

    private func checkpoints(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "run/checkpoints").path)
    }

    @Test(
        "ends with a checkpoint and 130, also where the signal comes twice in a moment",
        arguments: [SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU])
    func asked(_ signal: Int32) throws {
        try withTraining { folder, arguments in
            let process = try Program.start(arguments)
            waitForEpoch(folder)
            kill(process.processIdentifier, signal)
            usleep(1000)
            kill(process.processIdentifier, signal)
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 130)
            #expect(try checkpoints(folder).contains { $0.hasSuffix(".safetensors") })
        }
    }

    @Test("a second Ctrl-C later ends at once")
    func impatient() throws {
        try withTraining { folder, arguments in
            let process = try Program.start(arguments)
            waitForEpoch(folder)
            // A step that is at work does not come to its end.
            kill(process.processIdentifier, SIGSTOP)
            kill(process.processIdentifier, SIGINT)
            kill(process.processIdentifier, SIGCONT)
            usleep(400_000)
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            let isAtOnce =
                process.terminationReason == .uncaughtSignal
                && process.terminationStatus == SIGINT
            #expect(isAtOnce || process.terminationStatus == 130)
        }
    }

    @Test("what was ignored when the program began stays so", arguments: ["INT", "HUP", "TERM"])
    func ignored(_ name: String) throws {
        try withTraining { folder, arguments in
            let process = Process()
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments =
                ["-c", "trap '' \(name); exec \"$@\"", "sh", Program.url.path] + arguments
                + ["--quiet"]
            try process.run()
            waitForEpoch(folder)
            let signals = ["INT": SIGINT, "HUP": SIGHUP, "TERM": SIGTERM]
            kill(process.processIdentifier, try #require(signals[name]))
            sleep(2)
            #expect(process.isRunning)
            kill(process.processIdentifier, SIGUSR1)
            process.waitUntilExit()
            #expect(process.terminationStatus == 130)
        }
    }

    @Test("Ctrl-C through a pipe whose reader goes first")
    func pipe() throws {
        try withTraining { folder, arguments in
            let process = Process()
            process.executableURL = Program.url
            process.arguments = arguments
            let pipes = [Pipe(), Pipe()]
            (process.standardOutput, process.standardError) = (pipes[0], pipes[1])
            try process.run()
            // A few lines, which fit into the pipes.
            waitForEpoch(folder)
            for pipe in pipes { try pipe.fileHandleForReading.close() }
            kill(process.processIdentifier, SIGINT)
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 130)
            #expect(try checkpoints(folder).contains { $0.hasSuffix(".safetensors") })
        }
    }

    @Test(
        "results without a reader end the program quietly, whether SIGPIPE is ignored or not",
        arguments: ["", "trap '' PIPE;"])
    func unread(_ trap: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = [
            "-c", "\(trap) { sleep 1; \"$0\" --help; } | true; echo ${PIPESTATUS[0]}",
            Program.url.path,
        ]
        let (output, errors) = (Drain(), Drain())
        try process.run(output: output, errors: errors)
        process.waitUntilExit()
        #expect(output.text == "141\n")
        #expect(errors.text.isEmpty)
    }
}
