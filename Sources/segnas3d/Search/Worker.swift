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

    @Argument(help: "The version of the search that starts it.")
    var version: String

    @Argument(help: "The epochs to train to, where trainings stop at rungs.")
    var stage: Int?

    static func threads(_ text: String) throws -> TrialWorker.Threads {
        guard let threads = TrialWorker.Threads(text) else {
            throw ValidationError("'\(text)' is no number of threads")
        }
        return threads
    }

    func run() throws {
        try Self.run { watcher in
            try TrialWorker(
                study: study, trial: trial, attempt: attempt, slot: slot,
                threads: threads.count, stage: stage, version: version
            ).run(watcher)
        }
    }

    /// Runs a worker that prints into its log, and ends with the code that tells the search how it went.
    static func run(_ body: (TrialWorker.Watcher) throws -> Void) throws {
        var watcher = TrialWorker.Watcher()
        let display = TrainingDisplay(isQuiet: false, tracker: watcher.tracker)
        watcher.show = display.show
        do {
            try body(watcher)
        } catch  where error is DiskFull || error is OtherVersion {
            var standardError = StandardError()
            print("Error: \(error)", to: &standardError)
            throw ExitCode(TrialWorker.exitCode(of: error))
        }
    }
}

/// `segnas3d errand`: does a training that is no trial as a job of a cluster, which a search or comparison starts.
struct ErrandCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: ErrandWorker.command,
        abstract: "Train for a search on a cluster; segnas3d search starts its jobs with this.",
        shouldDisplay: false)

    @Argument(help: "Folder of the errand.")
    var folder: String

    @Argument(help: "Number of the attempt at it.")
    var attempt: Int

    @Argument(help: "A device, and the index of this worker on it.")
    var slot: String

    @Argument(
        help: "Its threads, or job for the cores that its job has.", transform: Worker.threads)
    var threads: TrialWorker.Threads

    @Argument(help: "The version of the program that starts it.")
    var version: String

    func run() throws {
        try Worker.run { watcher in
            try ErrandWorker(
                folder: folder, attempt: attempt, slot: slot, threads: threads, version: version
            ).run(watcher)
        }
    }
}
