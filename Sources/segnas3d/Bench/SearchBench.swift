internal import ArgumentParser
internal import SegNASHost
internal import SegNASSearch

/// Samplers compared on random landscapes of assumed scenarios, or on a table of real learning curves.
struct SearchBench {
    let json: Bool
    let threads: Int
    let inputs: SearchBenchArguments

    func run() throws {
        SignalWatch.start()
        var benchmark = SearchBenchmark()
        benchmark.landscapes = inputs.landscapes
        benchmark.workers = inputs.workers
        benchmark.threads = threads
        benchmark.trainings = inputs.trainings
        if !inputs.samplers.isEmpty { benchmark.contenders = inputs.samplers.map(\.contender) }
        if let curves = inputs.curves {
            let table = try CurveTable(contentsOf: curves)
            try run(benchmark, "curves") { CurveLandscape(table, seed: $0) }
        } else {
            for scenario in inputs.chosenScenarios {
                let survey = Survey(scenario)
                try run(benchmark, scenario.name) { Surrogate(scenario, seed: $0, survey: survey) }
            }
        }
    }

    private func run(
        _ benchmark: SearchBenchmark, _ scenario: String,
        on landscape: @Sendable (UInt64) -> some Landscape
    ) throws {
        let progress = Progress("Searching \(scenario)")
        let comparison = try benchmark.comparison(
            isEndRequested: { SignalWatch.isEndRequested },
            report: { progress.advance(of: benchmark.landscapes) }, on: landscape)
        progress.finish()
        guard let comparison else {
            var standardError = StandardError()
            print("interrupted: \(scenario) was not finished", to: &standardError)
            throw ExitCode(ProgramExit.interrupted.rawValue)
        }
        let report = SearchBenchReport(
            comparison, scenario: scenario, workers: benchmark.workers)
        guard json else { return print(report.text()) }
        for row in report.rows { try Bench.show(row, json: true, text: "") }
    }
}

/// Arguments for the workload search.
struct SearchBenchArguments: ParsableArguments {
    @Option(
        name: .customLong("scenario"),
        help: ArgumentHelp(
            "For search: \(Self.scenarioNames); may be repeated, and all are run by default.",
            valueName: "name"))
    var scenarios: [String] = []

    @Option(
        name: .customLong("sampler"),
        help: ArgumentHelp(
            """
            For search: a sampler; may be repeated. All are run by default but model+warm, which knows a search of a \
            similar landscape.
            """, valueName: "name"))
    var samplers: [BenchSampler] = []

    @Option(help: "For search: number of random landscapes of a scenario.")
    var landscapes = 64

    @Option(
        help: "For search: trainings at a time; the reference that all are compared with has one.")
    var workers = 1

    @Option(
        help: ArgumentHelp(
            "For search: a table of real learning curves (.csv) instead of the scenarios.",
            valueName: "file"))
    var curves: String?

    @Option(
        help: """
            For search: trainings' worth of epochs up to which samplers are followed; by default 46 for a model, which \
            is slow, 30 for one with rungs, and to the end of the reference for others.
            """)
    var trainings: Int?

    private static let scenarioNames = Scenario.all.map(\.name).joined(separator: ", ")

    func validate() throws {
        guard landscapes >= 1 else {
            throw ValidationError("--landscapes must be at least 1, and \(landscapes) is given")
        }
        guard workers >= 1 else {
            throw ValidationError("--workers must be at least 1, and \(workers) is given")
        }
        if let trainings, !(1...1_000_000).contains(trainings) {
            throw ValidationError(
                "--trainings must be at least 1 and at most 1000000, and \(trainings) is given")
        }
        let names = Scenario.all.map(\.name)
        if let unknown = scenarios.first(where: { !names.contains($0) }) {
            throw ValidationError(
                "'\(unknown)' is no scenario of the benchmark: there are \(Self.scenarioNames)")
        }
        guard curves == nil || scenarios.isEmpty else {
            throw ValidationError("--curves takes the place of --scenario: give one of them")
        }
        guard curves == nil || !samplers.contains(where: { $0.contender == .warmStart }) else {
            throw ValidationError(
                "model+warm knows a similar landscape, and a table of curves has none: leave out one of the two"
            )
        }
    }

    /// In the order of the table, each once.
    var chosenScenarios: [Scenario] {
        Scenario.all.filter { scenarios.isEmpty || scenarios.contains($0.name) }
    }
}

/// A sampler of the benchmark as it is named on the command line.
struct BenchSampler: ExpressibleByArgument {
    let contender: Contender

    init?(argument: String) {
        guard let contender = Contender.allCases.first(where: { $0.name == argument }) else {
            return nil
        }
        self.contender = contender
    }

    static var allValueStrings: [String] { Contender.allCases.map(\.name) }
}
