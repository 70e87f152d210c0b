internal import ArgumentParser
internal import CStartUp
internal import Glibc
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
            Demo.self, PhantomCommand.self, Check.self, Plan.self, Info.self, Inspect.self,
            Train.self,
            SearchCommand.self, CompareCommand.self, Worker.self, ErrandCommand.self,
            Predict.self, SlicerModule.self, Evaluate.self,
            ExportCommand.self, Status.self, WatchCommand.self,
            ReportCommand.self, Bench.self, Doctor.self,
        ])

    /// Runs the command that the arguments name.
    ///
    /// Results go to standard output, everything else to standard error, and the exit code tells scripts
    /// how it went.
    static func main() {
        StartUp.settleThreads()
        SignalWatch.ignoreFileSizeLimit()
        var parsed: (any ParsableCommand.Type)?
        do {
            try checkArguments()
            var command = try parseAsRoot(expandedArguments())
            parsed = type(of: command)
            try command.run()
            if let failure = OutputFailure() { throw failure }
        } catch {
            end(error, of: parsed)
        }
    }

    /// The arguments with those of a configuration file, and with a subcommand where 3D Slicer calls.
    static func expandedArguments() throws -> [String] {
        try ConfigurationFile.expanded(
            SlicerModule.named(Array(CommandLine.arguments.dropFirst())),
            commands: [Train.self, SearchCommand.self, CompareCommand.self])
    }

    private static func end(_ error: any Error, of command: (any ParsableCommand.Type)?) -> Never {
        let code = ProgramExit(error)
        let message = Flags.spelled(in: message(for: error, of: command))
        if code == .done {
            print(message)
            if let failure = OutputFailure() { end(failure, of: command) }
        } else if !message.isEmpty, code != .closedPipe {
            var standardError = StandardError()
            print(message, to: &standardError)
        }
        Glibc.exit(code.rawValue)
    }
}

extension Segnas3d {
    /// The message of an error, and after a mistake in the options the help of the command that it belongs to.
    private static func message(
        for error: any Error, of command: (any ParsableCommand.Type)?
    ) -> String {
        let mistake = (error as? OptionFaults)?.description ?? (error as? ValidationError)?.message
        guard let mistake, let command else { return fullMessage(for: error) }
        return
            "Error: \(mistake)\n  See '\(_commandName) \(command._commandName) --help' for more information."
    }

    /// Refuses arguments that are not UTF-8: Swift replaces such bytes, so another file would be read or written.
    private static func checkArguments() throws {
        for index in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            let bytes = Array(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
            guard String(validating: bytes, as: UTF8.self) == nil else { continue }
            throw ValidationError(
                "'\(NonUTF8Name.escapedText(of: bytes))' is not UTF-8: rename the file or folder")
        }
    }
}

/// The program's exit codes, for scripts; 130 is the shells' code for Ctrl-C.
enum ProgramExit: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    case dataset = 3
    case outOfMemory = 4
    /// Only of workers, for the search that started them: `TrialWorker.exitCode(of:)`.
    case diskFull = 28
    case otherVersion = 29
    case interrupted = 130
    /// The reader of the results is gone, as in `segnas3d info … | head -1`; the shells' code for it.
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

/// Steps before the arguments are read.
enum StartUp {
    /// Lets the program, and not what its environment says to OpenMP runtimes, decide about threads.
    ///
    /// Such a runtime comes with libtorch, which is loaded later. One that is there already, because of `LD_PRELOAD`,
    /// has read the environment: then the program starts again.
    static func settleThreads() {
        let environment = ThreadEnvironment.current
        guard !environment.changes.isEmpty else { return }
        environment.apply()
        guard dlsym(nil, "omp_get_max_threads") != nil else { return }
        restart()
    }

    /// Starts the program again; if that fails, it goes on as it is.
    private static func restart() {
        su_restore_cores()
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
}
