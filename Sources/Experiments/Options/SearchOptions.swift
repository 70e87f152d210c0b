internal import FoundationEssentials
internal import SegNASHost
public import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy

/// Everything that a search is asked for.
///
/// ```swift
/// var options = SearchOptions(
///     space: "segnas4",
///     conditions: TrainingConditions(
///         data: DataOptions(dataset: "brains", preparation: PreparationOptions(size: [64, 64, 64]))))
/// options.conditions.training.epochs = 30
/// options.sampling.budget = .iterations(40)
/// ```
public struct SearchOptions: Hashable, Codable, Sendable {
    /// The name of a preset, or the YAML of a search space.
    public var space: String
    public var sampling: SamplingOptions
    public var conditions: TrainingConditions

    public init(
        space: String, sampling: SamplingOptions = SamplingOptions(),
        conditions: TrainingConditions
    ) {
        self.space = space
        self.sampling = sampling
        self.conditions = conditions
    }

    /// What is wrong with them, a sentence each.
    public var faults: [String] { sampling.faults + conditions.faults }

    /// With what a study was begun or last carried on; nil where there is none.
    public init?(ofStudy path: String) throws {
        let folder = StudyFolder(path)
        guard FileManager.default.fileExists(atPath: folder.plan) else { return nil }
        try self.init(StudyPlan(in: folder), in: folder)
    }

    init(_ plan: StudyPlan, in folder: StudyFolder) throws {
        space = plan.space
        sampling = SamplingOptions(
            method: plan.sampler.method, population: plan.sampler.population,
            first: plan.sampler.first, budget: plan.budget, attempts: plan.attempts)
        conditions = try RecordedConditions(plan, in: folder).resumed
    }

    func plan(_ recorded: RecordedConditions) throws -> StudyPlan {
        StudyPlan(
            version: Release.version, space: space,
            sampler: sampling.plan(seed: conditions.training.seed), budget: sampling.budget,
            attempts: sampling.attempts, conditions: try StudyConditions(recorded))
    }

    /// A network of the space as its point, to begin with.
    public func point(of network: Architecture, named name: String) throws -> [Double] {
        do {
            return try SearchSpace(text: space).encode(network)
        } catch let error as OutsideSpaceError {
            throw OptionFaults("`first` \(name): \(error)")
        }
    }
}

extension SearchSpace {
    /// The space that a plan keeps: a preset's name, or YAML.
    init(text: String) throws(SearchSpaceError) {
        if let preset = Preset(rawValue: text) {
            self = SearchSpace(preset)
        } else {
            try self.init(yaml: text)
        }
    }

    /// What a plan keeps of the space that people name by a preset or a YAML file.
    public static func text(named name: String) throws -> String {
        if Preset(rawValue: name) != nil { return name }
        guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
            throw OptionFaults(
                "'\(name)' is no search space: give segnas11, segnas4, segnas7 or a .yaml file")
        }
        _ = try SearchSpace(contentsOf: name)
        return try readText(at: name)
    }
}

extension RecordedConditions {
    /// Those of a study.
    public init(_ plan: StudyPlan, in folder: StudyFolder) throws {
        do {
            self =
                plan.schema == 1
                ? try RecordedConditions(
                    former: plan.conditions.decoded(), seed: plan.sampler.seed,
                    images: folder.trainingData())
                : try plan.conditions.decoded()
        } catch let error as DecodingError {
            throw StudyError.plan(file: folder.plan, reason: "\(error)")
        }
    }
}
