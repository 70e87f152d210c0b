internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// A network that is trained again from scratch when the search is over.
enum FinalWork: Codable, Equatable {
    /// Once, with the seed of the study where none is given.
    case once(FinalNetwork, epochs: Int, seed: UInt64?)
    /// On folds or with several seeds, with the test cases left out.
    case set(FinalNetwork, FoldTrainings)
}

/// Trains networks again on this machine.
struct FinalTrainer {
    let conditions: TrainingConditions
    let dataset: Dataset
    let data: TrainingDataset
    let devices: [Device]
    let clock: SearchClock
    let monitor: Monitor

    /// Trains in the folder of a run or a cross-validation, or resumes that; what is complete stays as it is.
    ///
    /// A run uses all threads; if there is not enough memory for the buffers of each, as many as trials had.
    func run(
        _ work: FinalWork, in path: String, of study: StudyFolder, minThreads: Int
    ) throws {
        switch work {
        case .once(let network, let epochs, let seed):
            let threads = conditions.machine.threadCount
            do {
                try train(network, epochs: epochs, seed: seed, in: path, of: study)
            } catch TrainingError.outOfMemory where minThreads < threads {
                try CPU.setThreads(minThreads)
                defer { try? CPU.setThreads(threads) }
                try train(network, epochs: epochs, seed: seed, in: path, of: study)
            }
        case .set(let network, let trainings):
            try train(network, trainings, in: path, of: study)
        }
    }

    private func train(
        _ network: FinalNetwork, epochs: Int, seed: UInt64?, in run: String, of study: StudyFolder
    ) throws {
        var task = conditions.task(
            network.architecture, hyperparameters: network.hyperparameters, seed: seed, on: dataset)
        task.options.epochs = epochs
        task.preparedData = data.choosing(network.hyperparameters)
        defer { monitor.report(.trainingEnded) }
        monitor.report(.finalTraining(run: run))
        let trainer = Trainer(
            task, run: run, on: conditions.machine(devices), tracker: monitor.tracker,
            isEndRequested: { clock.end != nil }, report: monitor.training)
        _ = try clock.run(study: study.path) { try trainer.train() }
    }

    private func train(
        _ network: FinalNetwork, _ trainings: FoldTrainings, in path: String, of study: StudyFolder
    ) throws {
        let task = conditions.task(
            network.architecture, hyperparameters: network.hyperparameters, on: dataset)
        var options = RunOptions(
            data: conditions.data, network: network.architecture, training: task.options,
            machine: conditions.machine)
        options.data.preparation = task.preparation
        options.training.epochs = conditions.finalEpochs ?? task.options.epochs
        options.machine.device = Device.text(naming: devices)
        if trainings.folds > 1 {
            let split = conditions.data.split
            // Entries of a file, or lists, divide other cases.
            options.data.split = SplitOptions(
                index: split.plan.isShuffled ? split.index : 0, seed: split.seed,
                groups: data.groups.map(SplitGroups.known) ?? split.groups)
        }
        var monitor = monitor
        monitor.isEndRequested = { clock.end != nil }
        let division = trainings.folds == 1 ? data.split : nil
        _ = try clock.run(study: study.path) {
            try CrossValidationSession(
                options, trainings, split: division, without: Set(data.split.test), in: path,
                monitor: monitor.withoutPlace
            ).run()
        }
    }
}

/// The evaluation of a study's best model on the test cases, once.
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

    /// The test cases and their files, for the report.
    struct Cases: Codable, Equatable {
        private(set) var schema = 1
        /// Checksum of the weights that were evaluated; of several models, with spaces between.
        var model: String
        var cases: [Dataset.Case]

        init(model: String, cases: [Dataset.Case]) {
            self.model = model
            self.cases = cases
        }

        /// Reads the cases of a study; nil if nothing was evaluated.
        init?(in folder: StudyFolder) {
            guard
                let cases = try? JSONDocument.read(
                    Self.self, from: "\(folder.test)/cases.json", schema: 1...1)
            else { return nil }
            self = cases
        }
    }

    /// Predicts and evaluates; nil if the split has no test part, or the search has no model.
    func run() throws -> Evaluation? {
        let names = Set(data.split.test)
        let subjects = dataset.training.filter { names.contains($0.identifier) }
        guard !subjects.isEmpty, FileManager.default.fileExists(atPath: folder.bestModel)
        else {
            return nil
        }
        let record = Cases(
            model: try ModelEnsemble(of: folder.path).weightsDigests().joined(separator: " "),
            cases: subjects)
        if let cached = try cached(record) { return cached }
        let maps = try predict(subjects)
        defer { monitor.report(.evaluationEnded) }
        var done = 0
        let evaluation = try Evaluation(
            of: subjects, labels: dataset.labels, threads: conditions.machine.threadCount
        ) { subject in
            try clock.check(study: folder.path)
            monitor.report(.evaluating(done: done, all: subjects.count))
            done += 1
            return try LabelMap(contentsOf: maps.labelMap(of: subject.identifier))
        }
        try JSONDocument.write(record, to: cases)
        try JSONDocument.write(evaluation, to: self.evaluation)
        return evaluation
    }

    /// The evaluation of this very model; files of another one are removed.
    private func cached(_ record: Cases) throws -> Evaluation? {
        let files = FileManager.default
        if let former = Cases(in: folder), former.model == record.model {
            // The dataset may have moved.
            if former != record { try JSONDocument.write(record, to: cases) }
            return try? JSONDocument.read(from: evaluation)
        }
        for path in [evaluation, cases] where files.fileExists(atPath: path) {
            try files.removeItem(atPath: path)
        }
        return nil
    }

    private func predict(_ subjects: [Dataset.Case]) throws -> PredictionFolder {
        let ensemble = try ModelEnsemble(of: folder.path)
        let options = PredictionOptions(
            precision: conditions.training.precision, postProcessing: ensemble.postProcessing,
            modelWeights: ensemble.weights, threads: conditions.machine.threadCount)
        let models = try ensemble.models.map { try Model(contentsOf: $0.model, device: device) }
        let predictor = try Predictor(models, options)
        let record = try PredictionRecord(ensemble.models, models, options)
        try record.removeOthers(in: predictions)
        let maps = try PredictionFolder(
            predictions, of: record, labels: predictor.labels, cases: subjects, overwrites: false,
            probabilities: false)
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
