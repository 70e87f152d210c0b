internal import ArgumentParser
internal import Host
internal import Torch

/// `segnas3d demo`: phantoms, training, prediction, judgement and a picture, in about two minutes on two cores.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Train a network on phantoms and look at what it predicts, in about two minutes.",
        discussion: """
            Makes a dataset of brain phantoms, trains a small network on half of it, and judges it on phantoms that \
            it has not seen. The folder holds what the commands phantom, train, predict and check --preview write. \
            The same command goes on with a demo that was interrupted.
            """)

    @Option(
        help: ArgumentHelp(
            "Folder to make, or to go on with; by default a new one named segnas3d-demo.",
            valueName: "folder"))
    var output: String?

    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Show no progress.")
    var quiet = false

    // For tests, which have less time.
    @Option(help: .hidden) var cases = 30
    @Option(help: .hidden) var size = 48
    @Option(help: .hidden) var epochs = 40

    func run() throws {
        SignalWatch.start()
        let device = try compute.apply()[0]
        let tour = DemoTour(
            folder: output ?? Self.newFolder(), cases: cases, size: size, epochs: epochs,
            seed: compute.seed, precision: compute.precision, device: device,
            threads: compute.host.threadCount, isQuiet: quiet)
        try tour.run()
    }

    /// The first free name.
    private static func newFolder() -> String {
        let names = (1...).lazy.map { $0 == 1 ? "segnas3d-demo" : "segnas3d-demo-\($0)" }
        return names.first { (try? NewFile.checkAbsence(of: $0)) != nil } ?? "segnas3d-demo"
    }
}
