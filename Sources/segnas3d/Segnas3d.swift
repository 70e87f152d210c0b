internal import ArgumentParser
internal import Datasets
import Glibc
internal import Host
internal import Imaging
internal import Segmentation
internal import Study
internal import Torch

/// The program: subcommands parse, call the library and print.
@main
struct Segnas3d: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segnas3d",
        abstract: "Finds, trains and ships 3D segmentation networks for medical images.",
        version: version,
        subcommands: [
            Demo.self, PhantomCommand.self, Check.self, Info.self, Inspect.self, Train.self,
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
        let message = fullMessage(for: error)
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
    /// Of workers alone, for the search that started them: `WorkerExit.diskFull`.
    case diskFull = 28
    case interrupted = 130
    /// Nobody reads the results any more, as of `segnas3d info | head -1`; the shells' code for it.
    case closedPipe = 141

    init(_ error: any Error) {
        if let known = Self.ofLibrary(error) {
            self = known
            return
        }
        switch Segnas3d.exitCode(for: error) {
        case .success: self = .done
        case .validationFailure: self = .usage
        case let code: self = ProgramExit(rawValue: code.rawValue) ?? .failed
        }
    }

    /// How errors of the library's own end the program; nil for all others.
    private static func ofLibrary(_ error: any Error) -> ProgramExit? {
        switch error {
        case TorchError.outOfMemory, TrainingError.outOfMemory: .outOfMemory
        case let error as ImageError where error.fault.isOutOfMemory: .outOfMemory
        case let error as ModelError where error.fault.isOutOfMemory: .outOfMemory
        case let errors as PreparationErrors where errors.errors.contains(where: \.isOutOfMemory):
            .outOfMemory
        case let errors as PreparationErrors where errors.concernsDataset: .dataset
        case let error as DatasetError where error.isOutOfMemory: .outOfMemory
        case is DatasetError, TrainingError.otherDataset, SplitError.unknownCases: .dataset
        case TrainingError.options, TrainingError.otherOptions, TrainingError.moreEpochs: .usage
        case TrainingError.interrupted, is SearchEnd: .interrupted
        case let failure as OutputFailure where failure.isClosedPipe: .closedPipe
        case StudyError.planChanged, StudyError.space, StudyError.sampler,
            ComparisonError.planChanged, ComparisonError.noComparison:
            .usage
        case CoordinatorError.badData: .dataset
        default: nil
        }
    }
}

extension ImageFault {
    fileprivate var isOutOfMemory: Bool {
        if case .outOfMemory = self { true } else { false }
    }
}

extension ModelFault {
    fileprivate var isOutOfMemory: Bool {
        if case .tensors(.outOfMemory) = self { true } else { false }
    }
}

extension DatasetError {
    /// Whether memory lacked while an image was read.
    fileprivate var isOutOfMemory: Bool {
        faults.contains {
            if case .content(.unreadable(let fault)) = $0.problem {
                fault.isOutOfMemory
            } else {
                false
            }
        }
    }
}

extension PreparationError {
    var isOutOfMemory: Bool {
        if case .image(let error) = fault { error.fault.isOutOfMemory } else { false }
    }
}
