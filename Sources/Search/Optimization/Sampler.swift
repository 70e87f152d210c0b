internal import SegNASHost

/// Chooses the points at which a function is evaluated, several at a time if asked to.
///
/// The caller asks for proposals and reports their values in any order (an ask-and-tell interface):
///
/// ```swift
/// var sampler: any Sampler = try SamplerPlan(seed: 1).sampler(in: space.bounds)
/// while let proposal = sampler.ask() {
///     sampler.tell(value(at: proposal.point), of: proposal.number)
/// }
/// ```
///
/// Proposals depend on the plan and on the order of asks and reports alone, never on time or on a shared generator: the
/// same record of a search gives the same proposals (``replay(_:)``).
public protocol Sampler: Codable, Sendable {
    /// The next point to evaluate; nil if values in flight must be reported first.
    mutating func ask() -> Proposal?

    /// Reports the value of a proposal, once; smaller is better.
    ///
    /// A value that is not finite counts as ``worstValue``.
    mutating func tell(_ value: Double, of number: Int)

    /// Takes the next proposal of a record as made; one that it cannot have made is refused.
    mutating func absorb(_ proposal: Proposal) throws(ReplayMismatch)

    /// Hears that a proposal whose value was reported is trained on, to a higher rung.
    mutating func raise(_ number: Int, to rung: Int)

    /// Reports the value of a proposal that was raised, at the rung that it has reached.
    mutating func tell(_ value: Double, of number: Int, atRung rung: Int)

    /// The values that a model expects of some proposals after whole trainings, in its own units; only of those with
    /// values, and none without a model.
    func expectations(of numbers: [Int]) -> [Int: Double]

    /// The number of proposals so far, which is the number of the next one.
    var askCount: Int { get }
    /// The number of values reported so far, which is the serial number of the next one.
    var tellCount: Int { get }
    /// The proposals whose value is not reported yet, by number.
    var inFlight: [Int: Proposal] { get }
}

/// Samplers without a model learn from the first value of each proposal alone.
extension Sampler {
    public mutating func raise(_ number: Int, to rung: Int) {}
    public mutating func tell(_ value: Double, of number: Int, atRung rung: Int) {}
    public func expectations(of numbers: [Int]) -> [Int: Double] { [:] }
}

/// The value of networks that cannot be trained (Wong & Moradi, MICCAI 2019, section 2.3).
public let worstValue = 10.0

/// A point to evaluate.
public struct Proposal: Hashable, Codable, Sendable {
    /// The number, from 0, in the order of asking.
    public let number: Int
    public let origin: Origin
    /// A coordinate for each searched dimension.
    public let point: [Double]
    /// The number of values that had been reported when it was made.
    public let tellsSeen: Int

    package init(number: Int, origin: Origin, point: [Double], tellsSeen: Int) {
        self.number = number
        self.origin = origin
        self.point = point
        self.tellsSeen = tellsSeen
    }

    /// The way in which a point was chosen.
    public enum Origin: Hashable, Codable, Sendable {
        /// The start that the user gave, or the usual one.
        case given
        /// Drawn uniformly in the box.
        case uniform
        /// A point of the population, reflected.
        case reflection
        /// The mutation of the best point with the rejected reflection of that number.
        case mutation(of: Int)
        /// The most promising network, by a process with these scales.
        case model(ProcessScales)
    }
}

/// The settings of a sampler, from which a study makes it again.
public struct SamplerPlan: Hashable, Codable, Sendable {
    public var method = Method.crs
    /// The seed of all random numbers.
    public var seed: UInt64
    /// Points that controlled random search keeps; nil for 10(n + 1), n being the searched dimensions.
    public var population: Int?
    /// The first point, moved into the bounds; nil for a random one, or for the model's usual one.
    public var first: [Double]?
    /// Limits on networks; nil for none.
    public var limits: NetworkLimits?
    /// What the model has to know of the images; nil in studies of earlier versions.
    public var images: SearchedImages?
    /// The training's own values of the hyperparameters that are searched; nil for none.
    public var usual: [Hyperparameter: HyperparameterValue]?
    /// What a model learns from besides its own search; nil for nothing.
    public var earlier: [EarlierStudy]?

    public enum Method: String, CaseIterable, Codable, Sendable {
        /// ``ControlledRandomSearch``.
        case crs
        /// ``RandomSearch``.
        case random
        /// ``ModelSampler``.
        case model
    }

    public init(
        method: Method = .crs, seed: UInt64, population: Int? = nil, first: [Double]? = nil,
        limits: NetworkLimits? = nil, images: SearchedImages? = nil
    ) {
        self.method = method
        self.seed = seed
        self.population = population
        self.first = first
        self.limits = limits
        self.images = images
    }

    /// A fresh sampler for the points of a space, where trainings may stop at so many rungs, the last included.
    public func sampler(
        in space: SearchSpace, rungs: Int = 1
    ) throws(SamplerError) -> any Sampler {
        guard method == .model else { return try sampler(in: space.bounds) }
        try checkFirst(in: space.bounds)
        guard let networks = networks(in: space) else { throw .images }
        return ModelSampler(
            networks, seed: seed, first: first, topRung: rungs - 1, earlier: earlier ?? [])
    }

    /// A fresh sampler for a box; the model traps, as it has to know networks.
    public func sampler(in bounds: [ClosedRange<Double>]) throws(SamplerError) -> any Sampler {
        try checkFirst(in: bounds)
        switch method {
        case .crs: return try ControlledRandomSearch(in: bounds, plan: self)
        case .random: return RandomSearch(in: bounds, plan: self)
        case .model: preconditionFailure("the model proposes networks of a space")
        }
    }

    /// The networks that may be proposed; nil if nothing is known of the images.
    func networks(in space: SearchSpace) -> SearchedNetworks? {
        images.map {
            SearchedNetworks(
                space: space, images: $0, limits: limits ?? NetworkLimits(), usual: usual)
        }
    }

    /// The point of the usual network of a space, with the usual hyperparameters; nil if none can be trained.
    package func usualPoint(in space: SearchSpace) -> [Double]? {
        guard let networks = networks(in: space) else { return nil }
        return networks.usualPoints().first {
            networks.admittedFeatures(of: space.decode($0)) != nil
        }
    }

    private func checkFirst(in bounds: [ClosedRange<Double>]) throws(SamplerError) {
        if let first, first.count != bounds.count {
            throw .firstPoint(coordinates: first.count, dimensions: bounds.count)
        }
    }

    /// A sampler as it was when it was encoded.
    public func sampler(restoredFrom json: String) throws -> any Sampler {
        switch method {
        case .crs: try JSONDocument.parse(json, as: ControlledRandomSearch.self)
        case .random: try JSONDocument.parse(json, as: RandomSearch.self)
        case .model: try JSONDocument.parse(json, as: ModelSampler.self)
        }
    }
}

/// A fault of a sampler's plan.
public enum SamplerError: Error, Equatable, Sendable {
    /// Fewer points than are needed to reflect one at the others.
    case population(Int, minimum: Int)
    case firstPoint(coordinates: Int, dimensions: Int)
    /// A model that knows nothing of the images.
    case images
}

extension SamplerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .population(let given, let minimum):
            """
            a population of \(given) points is too small for \(minimum - 1) searched dimensions: it must have at least \
            \(minimum), and 10 times as many are usual
            """
        case .firstPoint(let coordinates, let dimensions):
            "the first point has \(coordinates) coordinates, and \(dimensions) dimensions are searched"
        case .images:
            "the plan does not say how large the images are, which a search by a model has to know"
        }
    }
}
