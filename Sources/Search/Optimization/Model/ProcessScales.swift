internal import Glibc
internal import SegNASRandomness

/// The scales of a Gaussian process over networks, which are fitted to values.
public struct ProcessScales: Hashable, Codable, Sendable {
    /// Length scales of the three groups of features: surroundings, cost and operations.
    public var a = 2.0
    public var b = 2.0
    public var c = 2.0
    /// ρ, the correlation of one rung with the next.
    public var rho = 0.9
    /// ν, the noise of a value at the top rung as a share of s².
    public var nu = 0.15
    /// κ, the correlation of this search with each earlier study that it learns from; nil without any.
    public var kappa: [Double]?
    /// The number of values to which they were fitted; 0 before.
    public var values = 0

    /// - Parameter earlierStudies: The number of earlier studies.
    public init(earlierStudies: Int = 0) {
        kappa = earlierStudies > 0 ? Array(repeating: 0.5, count: earlierStudies) : nil
    }

    /// The correlation of two studies, 0 being this search: earlier ones are alike as far as both are like it.
    ///
    /// That of studies i and j is κᵢκⱼ with κ₀ = 1: a matrix κκᵀ + diag(1 − κ²), which is positive definite.
    func correlation(_ one: Int, _ other: Int) -> Double {
        one == other ? 1 : kinship(one) * kinship(other)
    }

    private func kinship(_ study: Int) -> Double { study == 0 ? 1 : kappa?[study - 1] ?? 0 }

    /// Covariance over s² at squared distances by group and a difference of rungs.
    func covariance(_ distances: SIMD4<Double>) -> Double {
        let squared = distances.x / (a * a) + distances.y / (b * b) + distances.z / (c * c)
        let scaled = (5 * squared).squareRoot()
        let matern = (1 + scaled + scaled * scaled / 3) * exp(-scaled)
        return distances.w == 0 ? matern : matern * pow(rho, distances.w)
    }

    /// Noise over s²: values of shorter trainings are noisier.
    func noise(atRung rung: Int, of top: Int) -> Double {
        nu * pow(3, Double(top - rung)) + 1e-6
    }

    /// The logarithm of the prior density, log-normal around the starting values, but for a constant.
    var priorDensity: Double {
        let start = ProcessScales()
        func term(_ value: Double, _ middle: Double, _ spread: Double) -> Double {
            let deviation = log(value / middle) / spread
            return deviation * deviation / 2
        }
        return -term(a, start.a, 0.7) - term(b, start.b, 0.7) - term(c, start.c, 0.7)
            - term(rho, start.rho, 0.7) - term(nu, start.nu, 1)
    }

    /// Numbers between which each κ is drawn, uniformly, and how often.
    private static let kinships = (range: 0...0.9, draws: 4)

    /// Better scales for values, found by 12 random changes of one of them each, and then by 4 of each κ.
    func fitted(
        to inputs: [GaussianProcess.Input], values: [Double], topRung: Int = 0,
        using generator: inout some RandomNumberGenerator
    ) -> ProcessScales {
        let distances = PairDistances(inputs)
        func evidence(_ scales: ProcessScales) -> Double {
            GaussianProcess(
                inputs, values: values, scales: scales, distances: distances, topRung: topRung
            ).evidence
        }
        var (best, highest) = (self, evidence(self))
        func keep(_ changed: ProcessScales) {
            let reached = evidence(changed)
            if reached > highest { (best, highest) = (changed, reached) }
        }
        let hasRungs = topRung > 0 || inputs.contains { $0.rung < topRung }
        for _ in 0..<12 { keep(best.changed(hasRungs: hasRungs, using: &generator)) }
        for study in (kappa ?? []).indices {
            for _ in 0..<Self.kinships.draws {
                var changed = best
                changed.kappa?[study] = generator.uniform(in: Self.kinships.range)
                keep(changed)
            }
        }
        return best
    }

    private func changed(
        hasRungs: Bool, using generator: inout some RandomNumberGenerator
    ) -> ProcessScales {
        func moved(_ value: Double, _ spread: Double, _ limits: ClosedRange<Double>) -> Double {
            min(max(value * exp(spread * generator.normal()), limits.lowerBound), limits.upperBound)
        }
        var scales = self
        switch generator.index(below: hasRungs ? 5 : 4) {
        case 0: scales.a = moved(a, 0.5, 0.4...12)
        case 1: scales.b = moved(b, 0.5, 0.4...12)
        case 2: scales.c = moved(c, 0.5, 0.4...12)
        case 3: scales.nu = moved(nu, 0.7, 0.005...1)
        default: scales.rho = generator.uniform(in: 0.5...0.995)
        }
        return scales
    }
}
