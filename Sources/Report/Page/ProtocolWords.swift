public import SegNASSearch
public import SegNASStudy

/// How networks were trained, in words that name neither folders nor cases.
public struct ProtocolWords: Hashable, Sendable {
    public var training: String
    /// How cases were divided; nil where that is not known.
    public var split: String?
    /// What a training may take; nil where that is not known.
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

    /// What computes.
    public var device: String { isOnGPU ? "GPU" : "CPU" }

    /// How a search proposes, and for how long.
    public static func search(_ sampler: SamplerPlan, _ budget: StudyPlan.Budget) -> String {
        let method = sampler.method == .crs ? "controlled random search" : "random search"
        let population = sampler.population.map { ", population \($0)" } ?? ""
        let goal =
            switch budget {
            case .iterations(let count): "\(count) proposals"
            case .effectiveIterations(let count): "until \(count) networks are trained"
            }
        return "\(method)\(population), seed \(sampler.seed); \(goal)"
    }
}
