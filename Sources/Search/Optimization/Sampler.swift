/// Chooses the points at which a function is evaluated, some of them at a time.
///
/// Whoever evaluates asks for proposals, and tells the value of each in whatever order they are ready:
///
/// ```swift
/// var sampler: any Sampler = try SamplerPlan(seed: 1).sampler(in: space.bounds)
/// while let proposal = sampler.ask() {
///     sampler.tell(value(at: proposal.point), of: proposal.number)
/// }
/// ```
///
/// What is proposed depends on the plan and on the order of asks and tells alone, never on time or on a generator that
/// runs along: the same record of a search gives the same proposals (``replay(_:)``).
public protocol Sampler: Codable, Sendable {
    /// The next point to evaluate; nil where values in flight must be told first.
    mutating func ask() -> Proposal?

    /// Takes the value of a proposal, smaller being better; each is told once.
    ///
    /// What is not finite counts as ``worstValue``.
    mutating func tell(_ value: Double, of number: Int)

    /// Proposals so far: the number of the next one.
    var askCount: Int { get }
    /// Values so far: the serial number of the next one.
    var tellCount: Int { get }
    /// Proposals that wait for their value, by number.
    var inFlight: [Int: Proposal] { get }
}

/// The value of a function that has none: the paper's for networks that cannot be trained (Wong & Moradi, MICCAI 2019,
/// section 2.3).
public let worstValue = 10.0

/// A point to evaluate.
public struct Proposal: Hashable, Codable, Sendable {
    /// From 0, in the order of asking.
    public let number: Int
    public let origin: Origin
    /// A coordinate for each searched dimension.
    public let point: [Double]
    /// How many values had been told before.
    public let tellsSeen: Int

    package init(number: Int, origin: Origin, point: [Double], tellsSeen: Int) {
        self.number = number
        self.origin = origin
        self.point = point
        self.tellsSeen = tellsSeen
    }

    /// Why this point.
    public enum Origin: Hashable, Codable, Sendable {
        /// The start that the user gave.
        case given
        /// Drawn uniformly in the box.
        case uniform
        /// A point of the population, reflected.
        case reflection
        /// The mutation of the best point with the rejected reflection of that number.
        case mutation(of: Int)
    }
}
