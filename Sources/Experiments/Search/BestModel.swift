internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The training of the best network once more, from scratch and for longer.
struct BestNetworkTraining {
    let conditions: TrainingConditions
    let dataset: Dataset
    let data: TrainingDataset
    let device: Device
    let clock: SearchClock
    let monitor: Monitor

    /// Trains, or goes on where it was interrupted; a run that is complete stays.
    ///
    /// On all threads; on so few as trials had where memory does not suffice for all, as each has buffers of its own.
    func run(_ best: Trial, epochs: Int, in folder: StudyFolder, leastThreads: Int) throws {
        let threads = conditions.machine.threadCount
        do {
            try run(best, epochs: epochs, in: folder)
        } catch TrainingError.outOfMemory where leastThreads < threads {
            try CPU.setThreads(leastThreads)
            defer { try? CPU.setThreads(threads) }
            try run(best, epochs: epochs, in: folder)
        }
    }

    private func run(_ best: Trial, epochs: Int, in folder: StudyFolder) throws {
        var task = conditions.task(
            best.architecture, hyperparameters: best.hyperparameters, on: dataset)
        task.options.epochs = epochs
        task.knownData = data
        defer { monitor.report(.trainingEnded) }
        _ = try Trainer(
            task, run: folder.final(best.number, epochs: epochs), on: conditions.machine(device),
            pulse: monitor.pulse, isEndRequested: { clock.end != nil }, report: monitor.training
        ).train()
    }
}

/// The judgement of a study's best model on the test cases, once: predictions, and what they are worth.
struct BestModelTest {
    let folder: StudyFolder
    let data: TrainingDataset
    let dataset: Dataset
    let conditions: TrainingConditions
    let device: Device
    let clock: SearchClock
    let monitor: Monitor

    private var predictions: String { folder.predictions }
    private var evaluation: String { "\(folder.test)/evaluation.json" }
    private var cases: String { "\(folder.test)/cases.json" }

    /// The test cases and where their files lie, for the report.
    struct Cases: Codable, Equatable {
        private(set) var schema = 1
        /// The weights that were judged.
        var model: String
        var cases: [Dataset.Case]

        init(model: String, cases: [Dataset.Case]) {
            self.model = model
            self.cases = cases
        }

        /// Those of a study; nil where nothing was judged.
        init?(in folder: StudyFolder) {
            guard
                let cases = try? JSONDocument.read(
                    Self.self, from: "\(folder.test)/cases.json", schema: 1...1)
            else { return nil }
            self = cases
        }
    }

    /// Nil where the split has no test part, or the search has left no model.
    func run() throws -> Evaluation? {
        let names = Set(data.split.test)
        let subjects = dataset.training.filter { names.contains($0.identifier) }
        guard !subjects.isEmpty, FileManager.default.fileExists(atPath: folder.bestModel)
        else {
            return nil
        }
        let record = Cases(
            model: try Model.weightsDigest(contentsOf: folder.bestModel), cases: subjects)
        if let known = try known(record) { return known }
        let maps = try predict(subjects)
        defer { monitor.report(.judgingEnded) }
        var done = 0
        let evaluation = try Evaluation(
            of: subjects, labels: dataset.labels, threads: conditions.machine.threadCount
        ) { subject in
            try clock.check(study: folder.path)
            monitor.report(.judging(done: done, all: subjects.count))
            done += 1
            return try LabelMap(contentsOf: maps.labelMap(of: subject.identifier))
        }
        try JSONDocument.write(record, to: cases)
        try JSONDocument.write(evaluation, to: self.evaluation)
        return evaluation
    }

    /// What is known of this very model; what was left by another one is removed.
    private func known(_ record: Cases) throws -> Evaluation? {
        let files = FileManager.default
        if let known = Cases(in: folder), known.model == record.model {
            // The dataset may have moved.
            if known != record { try JSONDocument.write(record, to: cases) }
            return try? JSONDocument.read(from: evaluation)
        }
        for path in [evaluation, cases, predictions] where files.fileExists(atPath: path) {
            guard path != predictions || !isOfThisModel(record.model) else { continue }
            try files.removeItem(atPath: path)
        }
        return nil
    }

    private func isOfThisModel(_ digest: String) -> Bool {
        let record = try? JSONDocument.read(
            PredictionRecord.self, from: "\(predictions)/prediction.json", schema: 1...1)
        return record?.models == [digest]
    }

    private func predict(_ subjects: [Dataset.Case]) throws -> PredictionFolder {
        let location = try ModelLocation(of: folder.best)
        let options = PredictionOptions(
            precision: conditions.training.precision,
            threads: conditions.machine.threadCount)
        let model = try Model(contentsOf: location.model, device: device)
        let predictor = try Predictor([model], options)
        let maps = try PredictionFolder(
            predictions, of: PredictionRecord([location], [model], options), cases: subjects,
            overwrites: false, probabilities: false)
        let job = PredictionJob(
            predictor: predictor, folder: maps,
            isEndRequested: { clock.end != nil },
            report: { monitor.report(.predicting(done: $0, all: $1)) })
        let report = job.run(ImageInputs(subjects))
        try clock.check(study: folder.path)
        if let failure = report.failures.first { throw BestModelTestFailure(sentence: failure) }
        return maps
    }
}

/// A test case that could not be predicted.
public struct BestModelTestFailure: Error, CustomStringConvertible {
    var sentence: String

    public var description: String { sentence }
}
