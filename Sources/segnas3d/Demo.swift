internal import ArgumentParser
internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASImaging
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// `segnas3d demo`: phantoms, a search, predictions, their evaluation and a picture, in minutes on two cores.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Search for a network on phantoms and look at its predictions, in a few minutes.",
        discussion: """
            Makes a dataset of brain phantoms, searches a small space for the network that segments them best, \
            trains it, evaluates it on phantoms that it has not seen, and writes a report. The folder holds what the \
            commands phantom, search, check --preview and report write. To resume a demo that was interrupted, run the \
            same command.
            """)

    @Option(
        help: ArgumentHelp(
            "Folder to create or to resume; by default segnas3d-demo, or another name if that demo is complete.",
            valueName: "folder"))
    var output: String?

    @OptionGroup var compute: ComputeArguments

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
        // Refuses impossible options before anything is written.
        _ = try compute.start()
        let scale = DemoScale(
            cases: cases, size: size, iterations: iterations, population: population,
            epochs: epochs, finalEpochs: finalEpochs)
        try DemoSteps(
            folder: output ?? Self.freeFolder(), scale: scale, compute: compute, isQuiet: quiet
        ).run()
    }

    /// The first free name, or that of an interrupted demo.
    private static func freeFolder() -> String {
        let names = (1...).lazy.map { $0 == 1 ? "segnas3d-demo" : "segnas3d-demo-\($0)" }
        return names.first {
            DemoSteps.isBegun(in: $0) || (try? NewFile.checkAbsence(of: $0)) != nil
        } ?? "segnas3d-demo"
    }
}

/// The steps of the demo; those that are done already are skipped.
struct DemoSteps {
    let folder: String
    let scale: DemoScale
    let compute: ComputeArguments
    let isQuiet: Bool

    /// Large structures, and some smaller ones.
    private static let structures = 7

    /// Networks narrower than the paper's, and two operations beside none.
    private static let space = """
        schema: 1
        n: [6, 13]
        p: [2, 4]
        sup: [0, 2]
        res: [0, 2]
        nodes: 3
        ops: [0, 3]
        """

    private var dataset: String { "\(folder)/phantoms" }
    private var spaceFile: String { "\(folder)/space.yaml" }
    private var study: StudyFolder { StudyFolder("\(folder)/study") }
    private var picture: String { "\(folder)/predictions.png" }
    private var threads: Int { compute.machine.threadCount }

    /// True if a folder holds a demo that was begun and is not complete.
    static func isBegun(in folder: String) -> Bool {
        let files = FileManager.default
        return files.fileExists(atPath: "\(folder)/phantoms")
            && !files.fileExists(atPath: StudyFolder("\(folder)/study").report)
    }

    func run() throws {
        try makePhantoms()
        try search()
        try draw()
        try report()
    }

    private func makePhantoms() throws {
        if FileManager.default.fileExists(atPath: "\(dataset)/dataset.json") { return }
        let phantom = Phantom(
            size: SIMD3(repeating: scale.size), seed: compute.seed ?? 0,
            source: .brain(structures: Self.structures))
        let progress = Progress("Phantoms", isQuiet: isQuiet)
        defer { progress.finish() }
        try phantom.write(cases: scale.cases, to: dataset, threads: threads) {
            progress.advance(of: $0)
        }
        progress.finish()
        print(
            "\(scale.cases) phantoms of \(scale.size)×\(scale.size)×\(scale.size) voxels "
                + "with \(Self.structures) structures: \(dataset)")
    }

    /// Searches as `segnas3d search` does, with at most two workers.
    private func search() throws {
        if !FileManager.default.fileExists(atPath: spaceFile) {
            try NewFile.write(Self.space + "\n", to: spaceFile)
        }
        let display = ExperimentDisplay(isQuiet: isQuiet)
        defer { display.finish() }
        let outcome = try SearchSession(options, in: study.path, monitor: display.monitor).run()
        display.finish()
        print(try SearchResult(outcome).text())
    }

    private var options: SearchOptions {
        get throws {
            let data = DataOptions(
                dataset: dataset,
                preparation: PreparationOptions(size: SIMD3(repeating: scale.size)))
            var options = SearchOptions(
                space: try SearchSpace.text(named: spaceFile),
                conditions: TrainingConditions(data: data))
            options.sampling.budget = .iterations(scale.iterations)
            options.sampling.population = scale.population
            options.conditions.training.epochs = scale.epochs
            options.conditions.finalEpochs = scale.finalEpochs
            options.conditions.workers.count = min(2, threads)
            compute.apply(to: &options.conditions.training)
            compute.apply(to: &options.conditions.machine)
            options.conditions.machine.cache = "\(folder)/cache"
            return options
        }
    }

    /// Draws the best network's predictions for test phantoms beside their references.
    private func draw() throws {
        let dataset = try Dataset(contentsOf: dataset, threads: threads)
        let unseen = try ModelLocation(of: study.path).split()?.test ?? []
        let files = unseen.prefix(6).map { ($0, "\(study.predictions)/\($0).nii.gz") }
        let sheet = ContactSheet(
            of: dataset, predictions: Dictionary(uniqueKeysWithValues: files), threads: threads)
        if FileManager.default.fileExists(atPath: picture) {
            try FileManager.default.removeItem(atPath: picture)
        }
        try NewFile.write(sheet.picture().png(), to: picture)
        print("predictions beside their references: \(picture)")
    }

    private func report() throws {
        let file = study.report
        try ReportFile.write(try StudyReport(of: study, showsImages: true).html(), to: file)
        print("report of the search, for a browser: \(file)")
    }
}

/// The size of the demo's dataset, search and trainings.
struct DemoScale {
    var cases: Int
    var size: Int
    var iterations: Int
    var population: Int
    var epochs: Int
    var finalEpochs: Int
}
