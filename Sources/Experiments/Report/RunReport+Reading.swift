internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASReport
package import SegNASSegmentation

extension RunReport {
    /// Reads the report's content from the files of a run, also while it is trained; no lock is taken.
    ///
    /// - Parameters:
    ///   - run: The folder of the run.
    ///   - display: What is shown of test cases; nil shows none in images.
    /// - Throws: `TrainingError` if the folder has no run, or files that cannot be read.
    public init(of run: String, showing display: CaseDisplay? = CaseDisplay()) throws {
        guard let plan = RecordedRun(in: run) else {
            throw TrainingError.unreadable(
                file: "\(run)/plan.json", reason: "it is not the plan of a run")
        }
        let record = TrainingRecord(ofModel: "\(run)/\(ModelLocation.modelOfRun)")
        let epochs = record?.epochs ?? EpochRecord.all(ofRun: run)
        self.init(
            dataset: plan.dataset.name, network: plan.network, labels: plan.dataset.labels,
            conditions: plan.words, epochs: epochs.map(TrainingEpoch.init),
            allEpochs: record?.epochs.count ?? plan.options.epochs, version: Release.version)
        chosenEpoch = record?.chosenEpoch
        parameters = record?.parameters
        test = try TrainingResult(of: run)?.test
        date = LocalTime.now
        guard let test, let display else { return }
        namesCases = display.namesCases
        // The page does without pictures of what has moved.
        let data = plan.resumed.data
        let dataset = try? Dataset(contentsOf: data.dataset, allowing: data.allowed)
        cases = try EvaluatedCases(
            test, files: dataset?.training ?? [],
            predictions: "\(run)/\(ModelLocation.testOfRun)"
        ).section(display)
    }
}

extension RecordedRun {
    /// The names of what images are augmented by, as `--augment` takes them: `low-resolution`.
    private var augmentation: String {
        guard let augmentation = options.augmentation,
            let text = try? JSONDocument.text(of: augmentation, .line),
            let parts = try? JSONDocument.parse(text, as: [String: JSONValue].self)
        else { return "none" }
        return parts.keys.sorted().map { name in
            name.map { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }.joined()
        }.joined(separator: ", ")
    }

    /// What a reader wants to know of a training, without folders and names of cases.
    var words: [(name: String, words: String)] {
        let prepared = preparation.options
        func word(_ name: String) -> String {
            TrainingOptions.fields.first { $0.name == name }?.text(options) ?? "not known"
        }
        let settings = [
            "\(options.epochs) epochs", "batch \(options.batchSize)", word("optimizer"),
            "learning rate \(options.learningRate)", "schedule \(word("schedule"))",
            "loss \(word("loss"))", word("precision"), "seed \(options.seed)",
        ]
        let size = prepared.size
        return [
            (
                "Images",
                "channels \(dataset.channels.joined(separator: ", ")); fit \(prepared.fit.rawValue), "
                    + "\(size.x)×\(size.y)×\(size.z) voxels"
            ),
            ("Cases", split.words),
            ("Training", settings.joined(separator: ", ")),
            ("Augmentation", augmentation),
            ("Device", device == "cuda" ? "GPU" : "CPU"),
        ]
    }
}

extension Split {
    /// The numbers of cases in its parts.
    var words: String {
        "\(counted(training.count, "training case")), \(validation.count) for validation, "
            + "\(test.count) for the test"
    }
}

extension TrainingEpoch {
    package init(_ record: EpochRecord) {
        self.init(
            epoch: record.epoch, loss: record.loss, learningRate: record.learningRate,
            dice: record.validation?.mean, dicePerLabel: record.validation?.perLabel ?? [:],
            seconds: record.seconds + record.validationSeconds)
    }
}
