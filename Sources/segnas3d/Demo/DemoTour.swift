internal import ArgumentParser
internal import Datasets
import FoundationEssentials
internal import Host
internal import Imaging
internal import Search
internal import Segmentation
internal import Torch

/// The steps of the demo, each of which is left out where it was done before.
struct DemoTour {
    let folder: String
    let cases: Int
    let size: Int
    let epochs: Int
    let seed: UInt64
    let precision: Precision
    let device: Device
    let threads: Int
    let isQuiet: Bool

    /// Large ones, and some that are not.
    private static let structures = 7

    private var dataset: String { "\(folder)/phantoms" }
    private var runFolder: String { "\(folder)/run" }
    private var predictions: String { "\(folder)/predictions" }
    private var picture: String { "\(folder)/predictions.png" }

    func run() throws {
        try makePhantoms()
        let dataset = try Dataset(contentsOf: dataset, threads: threads)
        try train(dataset)
        let location = try ModelLocation(of: runFolder)
        let split = try location.split()
        let unseen = dataset.training.filter { split?.test.contains($0.identifier) ?? false }
        let folder = try predict(unseen, location)
        try judge(unseen, dataset.labels, folder)
        try draw(unseen, dataset, folder)
    }

    private func makePhantoms() throws {
        if FileManager.default.fileExists(atPath: "\(dataset)/dataset.json") { return }
        let phantom = Phantom(
            size: SIMD3(repeating: size), seed: seed,
            source: .brain(structures: Self.structures))
        let progress = Progress("Phantoms", isQuiet: isQuiet)
        defer { progress.finish() }
        try phantom.write(cases: cases, to: dataset, threads: threads) { progress.advance(of: $0) }
        progress.finish()
        print(
            "\(cases) phantoms of \(size)×\(size)×\(size) voxels with \(Self.structures) structures: \(dataset)"
        )
    }

    private func train(_ dataset: Dataset) throws {
        // The paper's block of three nodes, narrower than the paper's networks.
        let network = SegNAS(n: 12, p: 2, sup: true, res: true, block: try BlockGraph([2, 0, 2]))
        var task = TrainingTask(
            dataset, .segnas(network),
            preparation: PreparationOptions(size: SIMD3(repeating: size)))
        task.split.seed = seed
        task.options.epochs = epochs
        task.options.precision = precision
        task.options.seed = seed
        let machine = TrainingMachine(
            device: device, threads: threads, cache: "\(folder)/cache", version: version)
        let display = TrainingDisplay(isQuiet: isQuiet)
        defer { display.finish() }
        let result = try Trainer(
            task, run: runFolder, on: machine, isEndRequested: { SignalWatch.isEndRequested },
            report: display.show
        ).train()
        display.finish()
        let time = Progress.clock(seconds: Int(result.seconds.rounded()))
        print(
            "a network of \(grouped(result.parameters)) parameters, trained in \(time): \(result.model)"
        )
    }

    private func predict(
        _ cases: [Dataset.Case], _ location: ModelLocation
    ) throws -> PredictionFolder {
        let options = PredictionOptions(precision: precision, threads: threads)
        let predictor = try Predictor([Model(contentsOf: location.model, device: device)], options)
        let folder = try PredictionFolder(
            predictions, of: PredictionRecord([location], options, device), overwrites: false,
            probabilities: false)
        let job = PredictionJob(predictor: predictor, folder: folder, isQuiet: isQuiet)
        let report = job.run(ImageInputs(cases))
        if let failure = report.failures.first { throw DemoFailure(sentence: failure) }
        if SignalWatch.isEndRequested { throw ExitCode(ProgramExit.interrupted.rawValue) }
        print("\(cases.count) phantoms that it has not seen, predicted: \(predictions)")
        return folder
    }

    private func judge(
        _ cases: [Dataset.Case], _ labels: LabelTable, _ folder: PredictionFolder
    ) throws {
        let judged = try cases.map { subject in
            try CaseEvaluation(
                subject.identifier, reference: LabelMap(contentsOf: subject.label ?? ""),
                prediction: LabelMap(contentsOf: folder.labelMap(of: subject.identifier)),
                labels: labels, threads: threads)
        }
        let evaluation = Evaluation(judged, labels: labels)
        var rows = evaluation.labelStatistics.map { [$0.label.name, Self.dice($0.metrics)] }
        rows.append(["mean", Self.dice(evaluation.foreground)])
        let table = TextTable(columns: [.left("structure"), .right("Dice")], rows: rows)
        print(table.lines.map { "  \($0)" }.joined(separator: "\n"))
    }

    private static func dice(_ metrics: [EvaluationMetric: SampleStatistics]) -> String {
        metrics[.dice].map { decimal($0.mean, 3) } ?? "–"
    }

    private func draw(
        _ cases: [Dataset.Case], _ dataset: Dataset, _ folder: PredictionFolder
    ) throws {
        let shown = cases.prefix(6).map(\.identifier)
        let files = shown.map { ($0, folder.labelMap(of: $0)) }
        let sheet = ContactSheet(
            of: dataset, predictions: Dictionary(uniqueKeysWithValues: files), threads: threads)
        if FileManager.default.fileExists(atPath: picture) {
            try FileManager.default.removeItem(atPath: picture)
        }
        try NewFile.write(sheet.picture().png(), to: picture)
        print("predictions beside their references: \(picture)")
    }
}

/// Why the demo ended early.
private struct DemoFailure: Error, CustomStringConvertible {
    var sentence: String

    var description: String { sentence }
}
