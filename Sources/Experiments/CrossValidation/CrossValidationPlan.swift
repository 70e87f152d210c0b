internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy
internal import SegNASTorch

/// The plan of a cross-validation, its `plan.json`: everything that it was begun with.
struct CrossValidationPlan: Hashable, Codable {
    private(set) var schema = 1
    /// Distinguishes it from the plans of runs and studies.
    private(set) var command = CrossValidationFolder.command
    var version: String
    var dataset: DatasetRecord
    /// The split of each fold; a single one has a test part, if the cases are so divided.
    var folds: [Split]
    /// The number of seeds with which each fold is trained; nil for one, as in earlier versions.
    private var seeds: Int?
    /// True if somebody else predicts the test cases, such as the search whose network this is; nil if not.
    private(set) var testsElsewhere: Bool?
    /// The options of all folds, with the chosen precision instead of `auto`.
    var options: RunOptions
    /// `cpu` or `cuda`: the index does not matter.
    var device: String

    init(
        _ options: RunOptions, folds: [Split], seeds: Int, testsElsewhere: Bool,
        dataset: DatasetRecord, device: Device
    ) {
        version = Release.version
        self.testsElsewhere = testsElsewhere ? true : nil
        self.seeds = seeds == 1 ? nil : seeds
        self.dataset = dataset
        self.folds = folds
        self.options = options
        self.options.training = options.training.resolved(on: device)
        self.options.data.dataset = absolutePath(options.data.dataset)
        self.options.machine.cache = options.machine.cache.map(absolutePath)
        self.device = device == .cpu ? "cpu" : "cuda"
    }

    /// Reads the plan in a folder; nil if there is none, or that of something else.
    init?(in folder: CrossValidationFolder) throws(TrainingError) {
        guard folder.trainings != nil else { return nil }
        do throws(JSONFileError) {
            self = try JSONDocument.read(from: folder.plan, schema: 1...1)
        } catch {
            throw .unreadable(file: folder.plan, reason: "\(error.fault)")
        }
    }

    /// The options with which the work is resumed by default: on the same kind of device, with the same folds.
    var resumed: RunOptions {
        var resumed = options
        resumed.data.keepsSplit = true
        if device == "cpu", resumed.machine.device == "auto" { resumed.machine.device = device }
        return resumed
    }

    /// The same plan with as many seeds for each fold.
    func with(seeds: Int) -> CrossValidationPlan {
        var plan = self
        plan.seeds = seeds == 1 ? nil : seeds
        return plan
    }

    /// What is trained.
    var trainings: FoldTrainings { FoldTrainings(folds: folds.count, seeds: seeds ?? 1) }

    /// The split of a fold, as its runs record it: without the test part, which is for all of them together.
    func split(_ fold: Int) -> TrainingTask.RecordedSplit {
        let split = folds[fold]
        let untested = Split(training: split.training, validation: split.validation, test: [])
        let text = folds.count == 1 ? options.data.split.text : "fold \(fold) of \(folds.count)"
        var recorded = TrainingTask.RecordedSplit(untested, text: text)
        recorded.reserved = Set(split.test)
        return recorded
    }

    /// The options in which a new plan differs from this one, a sentence each; more epochs and other seeds are none.
    func differences(to now: CrossValidationPlan) -> [String] {
        func differ(_ name: String, _ before: String, _ after: String) -> String? {
            before == after ? nil : "\(name) was \(before), and is now \(after)"
        }
        func text(_ folds: [Split]) -> String { folds.count == 1 ? "none" : "\(folds.count)" }
        var all = [
            differ("`folds`", text(folds), text(now.folds)),
            differ("`device`", device, now.device),
        ]
        var asked = now.options
        if asked.training.epochs > options.training.epochs {
            asked.training.epochs = options.training.epochs
        }
        all += options.differences(to: asked)
        // As text: the plan does not keep the name of a file.
        let isSameDivision = "\(options.data.split.plan)" == "\(now.options.data.split.plan)"
        if folds.count == now.folds.count, folds != now.folds, isSameDivision {
            all.append("`split` and `groups` give other folds than they did")
        }
        return all.compactMap(\.self)
    }
}

extension RunOptions {
    /// What other options would change in the result, a sentence each.
    func differences(to now: RunOptions) -> [String] {
        func text(_ minutes: Double?) -> String { minutes.map { "\($0)" } ?? "none" }
        var fields = [
            ("`network`", network.json, now.network.json),
            ("`minutes`", text(minutes), text(now.minutes)),
        ]
        // The same weights may lie elsewhere.
        if let from = now.origin, from.weights != origin?.weights {
            fields.append(("`from`", origin?.model ?? "not given", from.model))
        }
        fields += data.differences(to: now.data).map { difference in
            (difference.name, difference.before ?? "none", difference.now ?? "none")
        }
        fields += TrainingOptions.fields.map { name, text in
            ("`\(name)`", text(training), text(now.training))
        }
        return fields.compactMap { name, before, after in
            before == after ? nil : "\(name) was \(before), and is now \(after)"
        }
    }
}
