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
            trains it, evaluates it on phantoms that it has not seen, and writes a report. Networks are trained for as \
            many steps as take less than five minutes on two cores, by some steps that are measured; the expected time \
            is printed first. The folder holds what the commands phantom, search, check --preview and report write. To \
            resume a demo that was interrupted, run the same command.
            """)

    @Option(
        help: ArgumentHelp(
            "Folder to create or to resume; by default segnas3d-demo, or another name if that demo is complete.",
            valueName: "folder"))
    var output: String?

    @OptionGroup var compute: ComputeArguments

    @Flag(help: "Show no progress; warnings are shown.")
    var quiet = false

    // For tests, which have less time.
    @Option(help: .hidden) var cases = 24
    @Option(help: .hidden) var size = 64
    @Option(help: .hidden) var trainings: Int?
    @Option(help: .hidden) var finalEpochs: Int?

    func run() throws {
        SignalWatch.start()
        // Refuses impossible options before anything is written.
        _ = try compute.start()
        try DemoSteps(
            folder: output ?? Self.freeFolder(), cases: cases, size: size,
            given: (trainings, finalEpochs), compute: compute, isQuiet: quiet
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
    let cases: Int
    let size: Int
    /// For tests, which have less time than the measured step would give them.
    let given: (trainings: Int?, finalEpochs: Int?)
    let compute: ComputeArguments
    let isQuiet: Bool

    /// Large structures: smaller ones need longer trainings.
    private static let structures = 5

    /// Networks narrower than the paper's, each of which has a way from the first node to the last; how many points
    /// the search keeps, so that it goes beyond its random start; and the network that it begins with.
    private static let space = """
        schema: 1
        n: [6, 13]
        p: 3
        sup: 0
        res: [0, 2]
        nodes: 3
        ops: [0, 3]
        op12: [1, 3]
        op23: [1, 3]
        dropout: 0.1
        """
    private static let population = 6
    private static var first: SegNAS {
        get throws {
            SegNAS(
                n: 8, p: 3, sup: false, res: true, block: try BlockGraph([2, 0, 2]), dropout: 0.1)
        }
    }

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
            size: SIMD3(repeating: size), seed: compute.seed ?? 0,
            source: .brain(structures: Self.structures))
        let progress = Progress("Phantoms", isQuiet: isQuiet)
        defer { progress.finish() }
        try phantom.write(cases: cases, to: dataset, threads: threads) {
            progress.advance(of: $0)
        }
        progress.finish()
        print(
            "\(cases) phantoms of \(size)×\(size)×\(size) voxels "
                + "with \(Self.structures) structures: \(dataset)")
    }

    /// Searches as `segnas3d search` does, with at most two workers.
    private func search() throws {
        if !FileManager.default.fileExists(atPath: spaceFile) {
            try NewFile.write(Self.space + "\n", to: spaceFile)
        }
        let display = ExperimentDisplay(isQuiet: isQuiet)
        defer { display.finish() }
        let options = try scaled(display)
        let outcome = try SearchSession(options, in: study.path, monitor: display.monitor).run()
        display.finish()
        print(try SearchResult(outcome).text())
    }

    /// The options of a demo that was begun, or new ones whose trainings are as long as this machine has time for.
    private func scaled(_ display: ExperimentDisplay) throws -> SearchOptions {
        if let begun = try SearchOptions(ofStudy: study.path) { return begun }
        var options = try options
        var scale = DemoScale.least
        if given.trainings == nil {
            let forecaster = try SearchForecaster(options, monitor: display.monitor)
            let step = try forecaster.forecast(options).stepSeconds
            scale = DemoScale(stepSeconds: step, workers: options.conditions.workers.count ?? 1)
            display.finish()
            print(
                "expected time: \(duration(scale.seconds / 2...scale.seconds * 1.2)), as a step takes "
                    + "\(significant(step)) s: \(counted(scale.trainings, "short training")), "
                    + "then one of \(scale.finalEpochs * DemoScale.stepsPerEpoch) steps")
        }
        options.sampling.budget = .effectiveIterations(given.trainings ?? scale.trainings)
        options.conditions.finalEpochs = given.finalEpochs ?? scale.finalEpochs
        return options
    }

    private var options: SearchOptions {
        get throws {
            let data = DataOptions(
                dataset: dataset,
                preparation: PreparationOptions(
                    size: SIMD3(repeating: min(size, Self.patch)), fit: .patch))
            var options = SearchOptions(
                space: try SearchSpace.text(named: spaceFile),
                sampling: SamplingOptions(
                    population: Self.population,
                    budget: .effectiveIterations(DemoScale.least.trainings)),
                conditions: TrainingConditions(data: data))
            options.conditions.training = Self.recipe
            options.conditions.workers.count = min(2, threads)
            compute.apply(to: &options.conditions.training)
            compute.apply(to: &options.conditions.machine)
            options.conditions.machine.cache = "\(folder)/cache"
            options.sampling.first = try options.point(of: .segnas(try Self.first), named: "n 8")
            return options
        }
    }

    /// Voxels of a patch: its steps are short, and it shows much of the brain.
    private static let patch = 40

    /// What has learnt most on these phantoms after some hundred steps.
    ///
    /// The logarithmic loss finds small structures early; with patches of one image more steps fit into the time;
    /// augmentation pays in longer trainings.
    private static var recipe: TrainingOptions {
        var options = Recipe.standard.options
        options.epochs = DemoScale.epochs
        options.stepsPerEpoch = DemoScale.stepsPerEpoch
        options.batchSize = 1
        options.learningRate = 0.006
        options.weightAveraging = 0.98
        options.loss = .exponentialLogarithmic
        options.augmentation = nil
        return options
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
        try ReportFile.write(try StudyReport(of: study).html(), to: file)
        print("report of the search, for a browser: \(file)")
    }
}

/// The number of the demo's trainings and the length of the last one, such that they take the same time on fast and
/// slow machines.
struct DemoScale {
    let trainings: Int
    let finalEpochs: Int
    /// How long the demo takes about, in seconds.
    let seconds: Double

    /// The trainings of the search.
    static let epochs = 2
    static let stepsPerEpoch = 40

    /// Half of the five minutes that are promised: the rest is for machines on which steps get slower.
    private static let planned = 150.0
    /// The share of the search.
    private static let searchShare = 0.4
    /// Steps that take as long as the validation after an epoch does.
    private static let validationSteps = 14.0
    /// The pace of a step on all threads, where several workers have had one each.
    private static let speedUp = 1.5
    /// Beside the trainings: phantoms, preparation, start of workers, and the test.
    private static let others = 25.0

    /// As little as makes a demo.
    static let least = DemoScale(stepSeconds: .infinity, workers: 1)

    /// - Parameters:
    ///   - stepSeconds: The time of a step of a mean network of the search.
    ///   - workers: Networks that the search trains at a time.
    init(stepSeconds: Double, workers: Int) {
        let epoch = (Double(Self.stepsPerEpoch) + Self.validationSteps) * stepSeconds
        let training = epoch * Double(Self.epochs)
        let last = workers > 1 ? epoch / Self.speedUp : epoch
        func count(_ number: Double, _ range: ClosedRange<Int>) -> Int {
            Int(min(max(number, Double(range.lowerBound)), Double(range.upperBound)))
        }
        trainings = count(Self.planned * Self.searchShare * Double(workers) / training, 8...14)
        finalEpochs = count(Self.planned * (1 - Self.searchShare) / last, 14...25)
        seconds =
            Self.others + Double(trainings) * training / Double(workers)
            + Double(finalEpochs) * last
    }
}
