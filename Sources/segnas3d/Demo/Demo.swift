internal import ArgumentParser
internal import SegNASHost

/// `segnas3d demo`: phantoms, a search, prediction, judgement and a picture, in minutes on two cores.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Search a network for phantoms and look at what it predicts, in a few minutes.",
        discussion: """
            Makes a dataset of brain phantoms, searches a small space for the network that segments them best, \
            trains it, judges it on phantoms that it has not seen, and makes a report. The folder holds what the \
            commands phantom, search, check --preview and report write. The same command goes on with a demo that was interrupted.
            """)

    @Option(
        help: ArgumentHelp(
            "Folder to make, or to go on with; by default segnas3d-demo, or another name where that is done.",
            valueName: "folder"))
    var output: String?

    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Show no progress.")
    var quiet = false

    // For tests, which have less time.
    @Option(help: .hidden) var cases = 30
    @Option(help: .hidden) var size = 40
    @Option(help: .hidden) var iterations = 16
    @Option(help: .hidden) var population = 8
    @Option(help: .hidden) var epochs = 6
    @Option(help: .hidden) var finalEpochs = 40

    func run() throws {
        SignalWatch.start()
        // Refuses what cannot be, before anything is made.
        _ = try compute.start()
        let scale = DemoScale(
            cases: cases, size: size, iterations: iterations, population: population,
            epochs: epochs, finalEpochs: finalEpochs)
        try DemoTour(
            folder: output ?? Self.freeFolder(), scale: scale, compute: compute, isQuiet: quiet
        ).run()
    }

    /// The first name that is free, or that of a demo which was interrupted.
    private static func freeFolder() -> String {
        let names = (1...).lazy.map { $0 == 1 ? "segnas3d-demo" : "segnas3d-demo-\($0)" }
        return names.first {
            DemoTour.isBegun(in: $0) || (try? NewFile.checkAbsence(of: $0)) != nil
        } ?? "segnas3d-demo"
    }
}
