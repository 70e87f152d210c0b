internal import ArgumentParser
import Glibc
internal import SegNASExperiments
internal import SegNASHost

/// The program: subcommands parse, call the library and print.
@main
struct Segnas3d: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segnas3d",
        abstract: "Finds, trains and ships 3D segmentation networks for medical images.",
        version: Release.version,
        subcommands: [
            Demo.self, PhantomCommand.self, Check.self, Plan.self, Info.self, Inspect.self, Train.self,
            SearchCommand.self, CompareCommand.self, Worker.self, Predict.self, Evaluate.self,
            Status.self,
            ReportCommand.self, Bench.self, Doctor.self,
        ])

    /// Runs the command that the arguments name.
    ///
    /// Results go to standard output, everything else to standard error, and the exit code tells scripts
    /// how it went.
    static func main() {
        StartUp.settleThreads()
        do {
            try checkArguments()
            var command = try parseAsRoot()
            try command.run()
            if let failure = OutputFailure() { throw failure }
        } catch {
            end(error)
        }
    }

    private static func end(_ error: any Error) -> Never {
        let code = ProgramExit(error)
        let message = Flags.spelled(in: message(for: error))
        if code == .done {
            print(message)
            if let failure = OutputFailure() { end(failure) }
        } else if !message.isEmpty, code != .closedPipe {
            var standardError = StandardError()
            print(message, to: &standardError)
        }
        Glibc.exit(code.rawValue)
    }
}

extension Segnas3d {
    /// Faults of options are told as those that parsing finds.
    private static func message(for error: any Error) -> String {
        let faults = error as? OptionFaults
        return fullMessage(for: faults.map { ValidationError($0.description) } ?? error)
    }

    /// Swift replaces bytes that are no text: another file would be read, or made.
    private static func checkArguments() throws {
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            let bytes = Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            guard String(validating: bytes, as: UTF8.self) == nil else { continue }
            throw ValidationError(
                "'\(ForeignName.escapedText(of: bytes))' is not UTF-8: rename the file or folder")
        }
    }
}

/// How the program ended, for scripts; 130 is the shells' code for Ctrl-C.
enum ProgramExit: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    case dataset = 3
    case outOfMemory = 4
    /// Of workers alone, for the search that started them: `TrialWorker.exitCode(of:)`.
    case diskFull = 28
    case interrupted = 130
    /// Nobody reads the results any more, as of `segnas3d info | head -1`; the shells' code for it.
    case closedPipe = 141

    init(_ error: any Error) {
        if let known = FailureKind(error) {
            self.init(known)
            return
        }
        if let failure = error as? OutputFailure, failure.isClosedPipe {
            self = .closedPipe
            return
        }
        switch Segnas3d.exitCode(for: error) {
        case .success: self = .done
        case .validationFailure: self = .usage
        case let code: self = ProgramExit(rawValue: code.rawValue) ?? .failed
        }
    }

    private init(_ kind: FailureKind) {
        switch kind {
        case .options: self = .usage
        case .dataset: self = .dataset
        case .outOfMemory: self = .outOfMemory
        case .interrupted: self = .interrupted
        }
    }
}
