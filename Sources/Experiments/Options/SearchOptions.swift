internal import FoundationEssentials
internal import SegNASDatasets
internal import SegNASHost
public import SegNASSearch
internal import SegNASSegmentation
public import SegNASStudy

/// All options of a search.
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
    /// Folders of other studies that a model learns from; for a study that was begun those of then, or none.
    public var warmStart: [String]

    public init(
        space: String, sampling: SamplingOptions = SamplingOptions(),
        conditions: TrainingConditions, warmStart: [String] = []
    ) {
        self.space = space
        self.sampling = sampling
        self.conditions = conditions
        self.warmStart = warmStart
    }

    /// The faults of these options, a sentence each.
    public var faults: [String] {
        let epochs = conditions.training.epochs
        let rungs =
            sampling.firstRung.flatMap { first in
                (1...max(epochs / 2, 1)).contains(first)
                    ? nil
                    : "`firstRung` must be from 1 to half of the \(epochs) epochs, "
                        + "and \(first) is given"
            }
        let keepsOne = sampling.method != .model && sampling.preference != .small
        let ensemble =
            conditions.weighsEnsemble && !conditions.comparesCandidates && keepsOne
            ? "`ensemble` needs several models, and this search keeps one: give `finalCandidates`, too"
            : nil
        return sampling.faults + conditions.faults + [rungs, ensemble].compactMap(\.self)
            + warmStartFaults
    }

    private var warmStartFaults: [String] {
        var faults: [String] = []
        if !warmStart.isEmpty, sampling.method != .model {
            faults.append(
                "`warmStart` goes with `sampler` model, which learns from other studies: give both, or leave it out"
            )
        }
        if warmStart.count > EarlierStudy.mostStudies {
            faults.append(
                "`warmStart` takes at most \(EarlierStudy.mostStudies) studies, and \(warmStart.count) are given"
            )
        }
        return faults
    }

    /// Reads the options with which a study was begun or last resumed; nil if there is none.
    public init?(ofStudy path: String) throws {
        let folder = StudyFolder(path)
        guard FileManager.default.fileExists(atPath: folder.plan) else { return nil }
        try self.init(StudyPlan(in: folder), in: folder)
    }

    init(_ plan: StudyPlan, in folder: StudyFolder) throws {
        space = plan.space
        sampling = SamplingOptions(
            method: plan.sampler.method, population: plan.sampler.population,
            first: plan.sampler.first, budget: plan.budget,
            limits: plan.sampler.limits ?? NetworkLimits(),
            preference: plan.preference ?? .best, rungs: plan.rungs == nil ? 1 : 2,
            attempts: plan.attempts)
        conditions = try RecordedConditions(plan, in: folder).resumed
        warmStart = []
    }

    /// The text of the space: that of segnas+ is around the learning rate of the training.
    var plannedSpace: String {
        let learningRate = conditions.training.learningRate
        let isAnother = learningRate != SearchSpace.usualLearningRate
        return isRecipeFirst && isAnother ? SearchSpace.segnasPlus(around: learningRate) : space
    }

    /// True if the search begins with the usual network and the training's own values, whatever its sampler.
    var isRecipeFirst: Bool { space == SearchSpace.Preset.segnasPlus.rawValue }

    /// The training's own values of what a space searches.
    private func usual(in space: SearchSpace) -> [Hyperparameter: HyperparameterValue] {
        let preparation = conditions.data.preparation
        return conditions.training.values(
            of: space.searchedHyperparameters, fit: preparation.fit
        ).merging(preparation.values(in: space)) { $1 }
    }

    func plan(_ recorded: RecordedConditions, images: SearchedImages) throws -> StudyPlan {
        var sampler = sampling.plan(seed: conditions.training.seed, images: images)
        let usual = usual(in: try SearchSpace(text: plannedSpace))
        sampler.usual = usual.isEmpty ? nil : usual
        return StudyPlan(
            version: Release.version, space: plannedSpace, sampler: sampler,
            budget: sampling.budget(epochs: conditions.training.epochs),
            attempts: sampling.attempts, preference: sampling.preference,
            conditions: try StudyConditions(recorded))
    }

    /// The point of a network of the space, with which to begin.
    ///
    /// Hyperparameters that are not given are the training's own.
    public func point(
        of network: Architecture, hyperparameters: [Hyperparameter: HyperparameterValue] = [:],
        named name: String
    ) throws -> [Double] {
        do {
            let space = try SearchSpace(text: plannedSpace)
            return try space.encode(
                network, hyperparameters: usual(in: space).merging(hyperparameters) { $1 })
        } catch let error as OutsideSpaceError {
            throw OptionFaults("`first` \(name): \(error)")
        }
    }
}

extension SearchSpace {
    /// Reads the text of a plan: a preset's name, or YAML.
    init(text: String) throws(SearchSpaceError) {
        if let preset = Preset(rawValue: text) {
            self = SearchSpace(preset)
        } else {
            try self.init(yaml: text)
        }
    }

    /// The text that a plan keeps for a preset's name or a YAML file.
    public static func text(named name: String) throws -> String {
        if Preset(rawValue: name) != nil { return name }
        guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else {
            throw OptionFaults(
                "'\(name)' is not a search space: give \(SearchSpace.Preset.names), or a .yaml file"
            )
        }
        _ = try SearchSpace(contentsOf: name)
        return try readText(at: name)
    }
}

extension RecordedConditions {
    /// Reads the conditions of a study.
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
