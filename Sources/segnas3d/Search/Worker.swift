internal import ArgumentParser
internal import SegNASExperiments

/// `segnas3d worker`: trains one trial of a search in a separate process, which the search starts.
struct Worker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: TrialWorker.command,
        abstract: "Train one trial of a search; segnas3d search starts its workers with this.",
        shouldDisplay: false)

    @Argument(help: "Folder of the study.")
    var study: String

    @Argument(help: "Number of the trial.")
    var trial: Int

    @Argument(help: "Number of the attempt at it.")
    var attempt: Int

    @Argument(help: "A device, and the index of this worker on it.")
    var slot: String

    @Argument(
        help: "This worker's share of the threads, or job for the cores that its job has.",
        transform: Self.threads)
    var threads: TrialWorker.Threads

    @Argument(help: "The epochs to train to, where trainings stop at rungs.")
    var stage: Int?

    private static func threads(_ text: String) throws -> TrialWorker.Threads {
        guard let threads = TrialWorker.Threads(text) else {
            throw ValidationError("'\(text)' is no number of threads")
        }
        return threads
    }

    func run() throws {
        var watcher = TrialWorker.Watcher()
        let display = TrainingDisplay(isQuiet: false, tracker: watcher.tracker)
        watcher.show = display.show
        do {
            try TrialWorker(
                study: study, trial: trial, attempt: attempt, slot: slot,
                threads: threads.count,
                stage: stage
            ).run(watcher)
        } catch let error as DiskFull {
            var standardError = StandardError()
            print("Error: \(error)", to: &standardError)
            throw ExitCode(TrialWorker.exitCode(of: error))
        }
    }
}
