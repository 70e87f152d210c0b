internal import SegNASHost

/// How points are chosen: what a study keeps to make its sampler again.
public struct SamplerPlan: Hashable, Codable, Sendable {
    public var method = Method.crs
    /// Of all random numbers.
    public var seed: UInt64
    /// Points that controlled random search keeps; nil for 10(n + 1), n being the searched dimensions.
    public var population: Int?
    /// The first point, moved into the bounds; nil for a random one.
    public var first: [Double]?

    public enum Method: String, CaseIterable, Codable, Sendable {
        /// ``ControlledRandomSearch``.
        case crs
        /// ``RandomSearch``.
        case random
    }

    public init(
        method: Method = .crs, seed: UInt64, population: Int? = nil, first: [Double]? = nil
    ) {
        self.method = method
        self.seed = seed
        self.population = population
        self.first = first
    }

    /// A fresh sampler for a box.
    public func sampler(in bounds: [ClosedRange<Double>]) throws(SamplerError) -> any Sampler {
        if let first, first.count != bounds.count {
            throw .firstPoint(coordinates: first.count, dimensions: bounds.count)
        }
        return switch method {
        case .crs: try ControlledRandomSearch(in: bounds, plan: self)
        case .random: RandomSearch(in: bounds, plan: self)
        }
    }

    /// A sampler as it was when it was encoded.
    public func sampler(restoredFrom json: String) throws -> any Sampler {
        switch method {
        case .crs: try JSONDocument.parse(json, as: ControlledRandomSearch.self)
        case .random: try JSONDocument.parse(json, as: RandomSearch.self)
        }
    }
}

/// A plan that makes no sampler.
public enum SamplerError: Error, Equatable, Sendable {
    /// Too few points to reflect one at the others.
    case population(Int, least: Int)
    case firstPoint(coordinates: Int, dimensions: Int)
}

extension SamplerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .population(let given, let least):
            """
            a population of \(given) points is too small for \(least - 1) searched dimensions: it must have at least \
            \(least), and 10 times as many are usual
            """
        case .firstPoint(let coordinates, let dimensions):
            "the first point has \(coordinates) coordinates, and \(dimensions) dimensions are searched"
        }
    }
}
