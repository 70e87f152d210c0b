internal import ArgumentParser
internal import SegNASExperiments
internal import SegNASHost

/// `segnas3d search`: a network for a dataset, found among those of a space.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find a network for a dataset.",
        discussion: """
            Writes a study: a folder with the plan, all trials, and the best model (best). Every network is trained in \
            a process of its own. A study that was interrupted or killed goes on with segnas3d search \
            --output STUDY alone, and a larger --iterations goes on with one that was complete. Ctrl-C ends it where it can be resumed.

            The network's validation Dice is what is searched for. When the search is over, the best model is judged \
            once on the test part of the split, after --final-epochs if these are given.

            Exits with 2 where options are not those of the study, 3 for a fault of the dataset, 130 when interrupted \
            or at the end of --time-limit.
            """)

    @OptionGroup var arguments: SearchArguments

    func run() throws {
        SignalWatch.start()
        let display = ExperimentDisplay(isQuiet: arguments.display.quiet)
        defer { display.finish() }
        let session = try SearchSession(
            arguments.options(), in: arguments.output,
            timeLimit: arguments.conditions.sampling.timeLimit?.seconds, monitor: display.monitor)
        let result = try SearchResult(session.run())
        display.finish()
        print(arguments.display.json ? try JSONDocument.text(of: result, .indented) : result.text())
    }
}
