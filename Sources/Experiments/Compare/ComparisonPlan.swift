internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
internal import SegNASReport
internal import SegNASSearch
internal import SegNASSegmentation
internal import SegNASStudy

/// The plan of a comparison, its `plan.json`; methods and splits may be added.
struct ComparisonPlan: Codable {
    private var schema = Self.newestSchema
    /// Distinguishes it from the plans of runs and studies.
    private var command = commandName
    /// The version of segnas3d that began it.
    var version: String
    /// The images; nil until they have been read.
    var dataset: DatasetRecord?
    var sampling: SamplingOptions
    var conditions: RecordedConditions
    /// The methods of the last command; nil in plans of schema 1.
    var methods: [ComparedMethod]?
    var splits: Int?
    /// Splits of the cases by index.
    var divisions: [Int: Split]?

    private static let newestSchema = 2
    private static let commandName = "compare"

    /// A plan for the options, which replaces an earlier one if there is one.
    init(
        _ options: ComparisonOptions, begun: ComparisonPlan?, conditions: RecordedConditions,
        divisions: [Int: Split]
    ) {
        version = begun?.version ?? Release.version
        dataset = begun?.dataset
        sampling = options.sampling
        self.conditions = conditions
        methods = options.methods
        splits = options.splits
        self.divisions = (begun?.divisions ?? [:]).merging(divisions) { $1 }
    }

    /// Reads the plan of a comparison; nil if there is none.
    init?(in folder: ComparisonFolder) throws {
        guard FileManager.default.fileExists(atPath: folder.plan) else { return nil }
        struct Kind: Decodable {
            var schema: Int
            var command: String?
        }
        guard let kind = try? JSONDocument.read(Kind.self, from: folder.plan) else {
            throw ComparisonError.damaged(file: folder.plan)
        }
        guard kind.command == Self.commandName else {
            throw ComparisonError.noComparison(folder: folder.path)
        }
        guard kind.schema <= Self.newestSchema else { throw StudyError.newer(file: folder.plan) }
        do {
            self =
                kind.schema == 1
                ? try ComparisonPlan(
                    JSONDocument.read(FormerComparisonPlan.self, from: folder.plan))
                : try JSONDocument.read(from: folder.plan)
        } catch {
            throw ComparisonError.damaged(file: folder.plan)
        }
    }

    private init(_ former: FormerComparisonPlan) throws {
        version = former.version
        dataset = former.dataset
        conditions = try RecordedConditions(
            former: former.options, seed: former.sampler.seed, dataset: former.dataset?.folder,
            preparation: nil)
        sampling = SamplingOptions(
            method: former.sampler.method, population: former.sampler.population,
            budget: former.budget, attempts: former.attempts)
    }

    /// The differences to a plan for other options; a budget of the same kind may grow.
    func differences(to now: ComparisonPlan) -> [StudyError.Difference] {
        let seed = conditions.asked.training.seed
        let (before, after) = (sampling, now.sampling)
        let sampler = [
            StudyError.Difference("sampler", before.method.rawValue, after.method.rawValue),
            .init("seed", "\(seed)", "\(now.conditions.asked.training.seed)"),
            .init(
                "population", before.population.map { "\($0)" },
                after.population.map { "\($0)" }),
            .init("rungs", "\(before.rungs)", "\(after.rungs)"),
            .init(
                "firstRung", before.firstRung.map { "\($0)" }, after.firstRung.map { "\($0)" }),
            .init("attempts", "\(before.attempts)", "\(after.attempts)"),
            .init("prefer", before.preference.rawValue, after.preference.rawValue),
            .init(
                "finalEpochs", conditions.asked.finalEpochs.map { "\($0)" },
                now.conditions.asked.finalEpochs.map { "\($0)" }),
        ].compactMap(\.self)
        return sampler + before.limits.differences(to: after.limits)
            + conditions.differences(to: now.conditions)
            + before.budget.differences(to: after.budget, mayShrink: false)
    }
}

extension ComparisonOptions {
    /// Reads the options with which a comparison was begun or last resumed; nil if there is none.
    ///
    /// - Parameters:
    ///   - path: The comparison's folder.
    ///   - methods: The methods, if its plan is of an earlier version and does not name them.
    /// - Throws: ``ComparisonError`` if the folder holds something else, or its plan cannot be read.
    public init?(ofComparison path: String, methods: [ComparedMethod]) throws {
        guard let plan = try ComparisonPlan(in: ComparisonFolder(path: path)) else { return nil }
        self.init(
            methods: plan.methods ?? methods, splits: plan.splits ?? 3, sampling: plan.sampling,
            conditions: plan.conditions.resumed)
    }
}

extension ComparisonPlan {
    /// Descriptions of the conditions for a reader.
    func words(_ options: ComparisonOptions) -> [(name: String, words: String)] {
        let words = TrainingDescription(conditions)
        let final =
            options.conditions.finalEpochs.map {
                "; \($0) epochs for the best of each search and for baselines"
            } ?? ""
        let indices = options.indices.map { "\($0)" }.joined(separator: ", ")
        let search = TrainingDescription.search(
            sampling.plan(seed: options.conditions.training.seed, images: nil), sampling.budget)
        let all: [(String, String?)] = [
            ("Images", "prepared to \(options.conditions.data.size) voxels"),
            ("Splits", words.split.map { "\($0): \(indices)" }),
            ("Search", options.hasSearch ? search : nil),
            ("Limits", options.hasSearch ? TrainingDescription.limits(sampling.limits) : nil),
            ("Training", words.training + final), ("Memory limit", words.memory),
            ("Device", words.device),
        ]
        return all.compactMap { name, words in words.map { (name, $0) } }
    }
}
