import Foundation
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
    static func start(_ arguments: [String], in folder: URL? = nil) throws -> Process {
        let process = Process()
        process.executableURL = url
        process.currentDirectoryURL = folder
        process.arguments = arguments
        process.standardOutput = Pipe()
        process.standardError = Pipe()
        try process.run()
        return process
    }

    /// Runs it to the end; the environment is added to that of the test.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], of program: URL = url
    ) throws -> Program {
        let process = Process()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = program
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // What these commands write fits into the pipes, so that one may be read after the other.
        let outputText = try output.fileHandleForReading.readToEnd() ?? Data()
        let errorText = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Program(
            status: process.terminationReason == .exit
                ? process.terminationStatus : 128 + process.terminationStatus,
            output: String(decoding: outputText, as: UTF8.self),
            errors: String(decoding: errorText, as: UTF8.self))
    }
}
