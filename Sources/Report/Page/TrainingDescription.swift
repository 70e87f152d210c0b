internal import SegNASHost
public import SegNASSearch
public import SegNASStudy

/// The description of a training for readers, which names neither folders nor cases.
public struct TrainingDescription: Hashable, Sendable {
    public var training: String
    /// The split of the cases; nil if it is not known.
    public var split: String?
    /// The memory that a training may use; nil if it is not known.
    public var memory: String?
    public var isOnGPU: Bool

    public init(
        training: String, split: String? = nil, memory: String? = nil, isOnGPU: Bool = false
    ) {
        self.training = training
        self.split = split
        self.memory = memory
        self.isOnGPU = isOnGPU
    }

    /// The kind of device.
    public var device: String { isOnGPU ? "GPU" : "CPU" }

    /// The description of a search: its method, its seed, its budget and, if trainings may stop before, its rungs.
    public static func search(
        _ sampler: SamplerPlan, _ budget: StudyPlan.Budget, rungs: [Int]? = nil
    ) -> String {
        let method =
            switch sampler.method {
            case .crs: "controlled random search"
            case .random: "random search"
            case .model: "search by a model, a Gaussian process"
            }
        let population = sampler.population.map { ", population \($0)" } ?? ""
        let goal =
            switch budget {
            case .iterations(let count): "\(count) trials"
            case .effectiveIterations(let count):
                rungs == nil
                    ? "until \(count) trials are completed"
                    : "as many epochs as \(count) whole trainings have"
            case .effectiveEpochs(let count): "\(count) epochs"
            }
        let stages = rungs.map { rungs in
            ", rungs at " + rungs.map { "\($0)" }.joined(separator: " and ") + " epochs"
        }
        return "\(method)\(population), seed \(sampler.seed); \(goal)\(stages ?? "")"
    }
}

extension TrainingDescription {
    /// The description of the limits on networks; nil if there are none.
    public static func limits(_ limits: NetworkLimits) -> String? {
        guard !limits.isEmpty else { return nil }
        let rate = limits.operationsPerSecond.map {
            " (at \(decimal($0 / 1e9, 1)) G multiply-adds a second)"
        }
        return "at most " + limits.words.joined(separator: ", ") + (rate ?? "")
    }
}

/// The facts of a search and its trainings, from a study's plan.
struct SearchFacts {
    private let plan: StudyPlan
    private let space: SearchSpace
    private let training: TrainingDescription?

    init(_ plan: StudyPlan, _ space: SearchSpace, _ training: TrainingDescription?) {
        self.plan = plan
        self.space = space
        self.training = training
    }

    var facts: [(String, String)] {
        let search = TrainingDescription.search(
            plan.sampler, plan.budget, rungs: plan.rungs)
        let earlier = plan.sampler.earlier?.map(\.words).joined(separator: "; ")
        return [("Search space", spaceText), ("Search", search)]
            + [
                ("Limits", plan.sampler.limits.flatMap(TrainingDescription.limits)),
                ("Warm start", earlier),
                (
                    "Preference",
                    plan.preference == .small ? "fewest parameters among the best" : nil
                ),
                ("Training", training?.training), ("Split", training?.split),
                ("Memory limit", training?.memory),
            ].compactMap { name, text in text.map { (name, $0) } }
    }

    private var spaceText: String {
        let name = SearchSpace.Preset(rawValue: plan.space)?.rawValue ?? "custom"
        let searched = space.searched.map { dimension in
            ["\(dimension.name)", dimension.values.words, dimension.conditions.words]
                .filter { !$0.isEmpty }.joined(separator: " ")
        }
        return "\(name), \(searched.count) searched dimensions: \(searched.joined(separator: ", "))"
    }
}

extension Dimension.Values {
    /// The range with both ends included, as readers expect: `8 to 32`.
    fileprivate var words: String {
        switch self {
        case .fixed(let value): significant(value)
        case .integers(let range): "\(range.lowerBound) to \(range.upperBound - 1)"
        case .reals(let range, let scale):
            "\(significant(range.lowerBound)) to \(significant(range.upperBound))"
                + (scale == .log ? " (logarithmic)" : "")
        case .categories(let names): names.joined(separator: " or ")
        case .ranges(let ranges):
            ranges.map { "\($0.values.words) \($0.conditions.words)" }.joined(separator: " and ")
        }
    }
}
