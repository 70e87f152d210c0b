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
    /// The split of each fold.
    var folds: [Split]
    /// The options of all folds, with the chosen precision instead of `auto`.
    var options: RunOptions
    /// `cpu` or `cuda`: the index does not matter.
    var device: String

    init(
        _ options: RunOptions, folds: [Split], dataset: DatasetRecord, device: Device
    ) {
        version = Release.version
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
        guard folder.foldCount != nil else { return nil }
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

    /// The split of a fold, as its run records it.
    func split(_ fold: Int) -> TrainingTask.RecordedSplit {
        .init(folds[fold], text: "fold \(fold) of \(folds.count)")
    }

    /// The options in which a new plan differs from this one, a sentence each; more epochs are none.
    func differences(to now: CrossValidationPlan) -> [String] {
        func differ(_ name: String, _ before: String, _ after: String) -> String? {
            before == after ? nil : "\(name) was \(before), and is now \(after)"
        }
        var all = [
            differ("`folds`", "\(folds.count)", "\(now.folds.count)"),
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
