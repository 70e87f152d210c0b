import Foundation
import TestSupport
import Testing

/// The built program, run as a user runs it.
struct Program {
    var status: Int32
    var output: String
    var errors: String

    /// Beside the test bundle, where the build leaves it.
    static let url = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "segnas3d")

    static func run(_ arguments: String...) throws -> Program {
        try run(arguments)
    }

    /// Begins to run, for a test that does not wait for the end.
    static func start(
        _ arguments: [String], in folder: URL? = nil, errors: Drain = Drain()
    ) throws -> Process {
        let process = Process()
        process.executableURL = url
        process.currentDirectoryURL = folder
        process.arguments = arguments
        try process.run(output: Drain(), errors: errors)
        return process
    }

    /// Runs it until a file is there, or to its end, and kills it.
    static func runKilled(_ arguments: [String], when file: String) throws {
        let process = try start(arguments)
        while access(file, F_OK) != 0 && process.isRunning { usleep(1_000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Runs it to the end; the environment is added to that of the test.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil,
        of program: URL = url
    ) throws -> Program {
        let process = Process()
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, errors) = (Drain(), Drain())
        process.executableURL = program
        process.arguments = arguments
        try process.run(output: output, errors: errors)
        process.waitUntilExit()
        return Program(
            status: process.terminationReason == .exit
                ? process.terminationStatus : 128 + process.terminationStatus,
            output: output.text, errors: errors.text)
    }
}

extension Program {
    /// What the program shows of its progress on a terminal.
    static func onTerminal(
        _ arguments: [String], columns: Int, kind: String = "xterm"
    ) throws -> String {
        var (ours, its) = (Int32(), Int32())
        var size = winsize(
            ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&ours, &its, nil, nil, &size) == 0)
        defer { close(ours) }
        let process = Process()
        process.executableURL = Program.url
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["TERM": kind]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(fileDescriptor: its)
        try process.run()
        close(its)
        var shown: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        // Ends with an error when the program has closed its side.
        while case let count = read(ours, &part, part.count), count > 0 { shown += part[..<count] }
        process.waitUntilExit()
        return String(decoding: shown, as: UTF8.self)
    }
}
