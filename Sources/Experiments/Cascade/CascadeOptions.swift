internal import SegNASDatasets
internal import SegNASHost
internal import SegNASSegmentation

/// The options of a cascade: of its first stage, at a low resolution, and of its second one, at the full resolution.
public struct CascadeOptions: Hashable, Codable, Sendable {
    /// Of each fold of the first stage.
    public var low: RunOptions
    /// Of the second stage, or of each fold of it.
    public var full: RunOptions

    /// Folds of the first stage where the second one is a single run.
    public static let standardFolds = 3

    public init(low: RunOptions, full: RunOptions) {
        self.low = low
        self.full = full
    }

    /// Reads the options with which a cascade was begun; nil if there is none.
    public init?(ofCascade path: String) {
        guard let plan = try? CascadePlan(in: CascadeFolder(path)) else { return nil }
        self = plan.resumed
    }

    /// The number of folds that the second stage of a cascade was begun with; nil for a single run, or no cascade.
    public static func foldCount(in path: String) -> Int? {
        (try? CascadePlan(in: CascadeFolder(path)))?.folds
    }
}

/// The plan of a cascade, its `plan.json`: what is not in the plans of its stages.
struct CascadePlan: Hashable, Codable {
    private(set) var schema = 1
    private(set) var command = CascadeFolder.command
    var version: String
    var options: CascadeOptions
    /// The folds of the second stage; nil for a single run.
    var folds: Int?
    /// The split of the cases; nil where they are divided into folds.
    var split: Split?

    init(_ options: CascadeOptions, folds: Int?, split: Split?) {
        version = Release.version
        self.options = CascadeOptions(
            low: options.low.withAbsolutePaths, full: options.full.withAbsolutePaths)
        self.folds = folds
        self.split = split
    }

    /// Reads the plan in a folder; nil if there is none, or that of something else.
    init?(in folder: CascadeFolder) throws(TrainingError) {
        guard folder.isBegun else { return nil }
        do throws(JSONFileError) {
            self = try JSONDocument.read(from: folder.plan, schema: 1...1)
        } catch {
            throw .unreadable(file: folder.plan, reason: "\(error.fault)")
        }
    }

    /// The options with which the work is resumed by default.
    var resumed: CascadeOptions {
        var resumed = options
        resumed.low.data.keepsSplit = true
        resumed.full.data.keepsSplit = true
        return resumed
    }

    /// The split of the second stage's single run, as it records it.
    var recordedSplit: TrainingTask.RecordedSplit? {
        split.map { .init($0, text: options.full.data.split.text) }
    }

    /// What differs in a new plan, a sentence each.
    func differences(to now: CascadePlan) -> [String] {
        func text(_ folds: Int?) -> String { folds.map { "\($0)" } ?? "not given" }
        var all: [String] = []
        if folds != now.folds {
            all.append("`folds` was \(text(folds)), and is now \(text(now.folds))")
        }
        all += options.low.differences(to: now.options.low).map { "of the first stage, \($0)" }
        all += options.full.differences(to: now.options.full)
        if folds == nil, now.folds == nil, split != now.split {
            all.append("`split` gives other cases than it did")
        }
        return all
    }
}

extension RunOptions {
    /// The same for any working folder.
    fileprivate var withAbsolutePaths: RunOptions {
        var options = self
        options.data.dataset = absolutePath(data.dataset)
        options.machine.cache = machine.cache.map(absolutePath)
        return options
    }
}
