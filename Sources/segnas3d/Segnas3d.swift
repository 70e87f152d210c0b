internal import ArgumentParser
internal import Datasets
import Glibc
internal import Torch

/// The program: subcommands parse, call the library and print.
@main
struct Segnas3d: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segnas3d",
        abstract: "Finds, trains and ships 3D segmentation networks for medical images.",
        version: version,
        subcommands: [
            Demo.self, PhantomCommand.self, Check.self, Info.self, Inspect.self, Evaluate.self,
            Bench.self, Doctor.self,
        ])

    /// Runs the command that the arguments name.
    ///
    /// Results go to standard output, everything else to standard error, and the exit code tells scripts
    /// how it went.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
            guard fflush(nil) == 0 else { throw OutputFailure(code: errno) }
        } catch {
            let code = ProgramExit(error)
            let message = fullMessage(for: error)
            if code == .done {
                print(message)
            } else if !message.isEmpty {
                var standardError = StandardError()
                print(message, to: &standardError)
            }
            Glibc.exit(code.rawValue)
        }
    }
}

/// Results that could not be written, as on a full disk.
struct OutputFailure: Error, CustomStringConvertible {
    var code: Int32

    var description: String { "the output cannot be written: " + String(cString: strerror(code)) }
}

/// How the program ended, for scripts.
///
/// 130, interrupted, is the system's own code for Ctrl-C.
enum ProgramExit: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    case dataset = 3
    case outOfMemory = 4

    init(_ error: any Error) {
        if case TorchError.outOfMemory = error {
            self = .outOfMemory
            return
        }
        let isFaultOfCases = (error as? PreparationErrors)?.concernsDataset ?? false
        if error is DatasetError || isFaultOfCases {
            self = .dataset
            return
        }
        switch Segnas3d.exitCode(for: error) {
        case .success: self = .done
        case .validationFailure: self = .usage
        case let code: self = ProgramExit(rawValue: code.rawValue) ?? .failed
        }
    }
}
