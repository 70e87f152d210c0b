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
