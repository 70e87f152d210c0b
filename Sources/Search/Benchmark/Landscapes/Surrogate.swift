internal import Glibc
internal import SegNASRandomness

/// A random landscape of a scenario: costs and legality are exact, the Dice of networks and their curves assumed.
///
/// The Dice that a network would reach is a sum: channels, poolings, depth, reach, overfitting, operations, a smooth
/// random function of the whole network, and a part by network that nothing explains. Curves follow a power law, whose
/// time depends on size, depth and short cuts, under the noise of trainings, epochs and validation cases.
package struct Surrogate: Landscape {
    package typealias Network = CostedNetwork

    let scenario: Scenario
    package let space: SearchSpace
    package private(set) var best = -Double.infinity

    private let seed: UInt64
    private var bestPoolings: Double
    private var bestReach: Double
    private let narrownessLoss: Double
    /// The worth of each operation, in the order of their numbers.
    private var operations: [Double]
    private let supervision: Double
    private let residual: Double
    private var smoothQuality: SmoothFunction
    private let smoothTime: SmoothFunction

    package var task: ImageTask { scenario.task }
    package var epochs: Int { scenario.epochs }

    /// - Parameters:
    ///   - scenario: The assumptions.
    ///   - seed: Of everything that is random in the landscape.
    ///   - survey: Networks of its space, of which the best are where the climb to the best of all begins.
    package init(_ scenario: Scenario, seed: UInt64, survey: Survey) {
        self.init(scenario, seed: seed, in: survey.space)
        best = hilltop(survey)
    }

    /// A landscape whose best network is not looked for.
    private init(_ scenario: Scenario, seed: UInt64, in space: SearchSpace) {
        self.scenario = scenario
        self.seed = seed
        self.space = space
        var generator = SeededGenerator(seed: seed, path: Draw.landscape.rawValue)
        bestPoolings = generator.uniform(in: scenario.poolings.best)
        bestReach = generator.uniform(in: scenario.reach.best)
        narrownessLoss = scenario.narrowness.loss * generator.uniform(in: 0.7...1.3)
        operations = Operation.allCases.map { _ in
            scenario.operationSpread * generator.normal()
        }
        supervision = 0.001 + 0.0015 * generator.normal()
        residual = 0.001 + 0.0015 * generator.normal()
        smoothQuality = SmoothFunction(using: &generator)
        smoothTime = SmoothFunction(using: &generator)
    }

    /// Another dataset of the same kind, whose best network is not known.
    ///
    /// Its smooth function and operations have a correlation of 0.8 with these, and its best poolings and reach lie
    /// between these and others.
    package func relative(seed: UInt64) -> Surrogate? {
        var relative = Surrogate(scenario, seed: seed, in: space)
        let (own, other) = (0.8, 0.6)
        relative.smoothQuality = smoothQuality.mixed(own, with: relative.smoothQuality, other)
        relative.operations = zip(operations, relative.operations).map { own * $0 + other * $1 }
        relative.bestPoolings = (bestPoolings + relative.bestPoolings) / 2
        relative.bestReach = (bestReach + relative.bestReach) / 2
        return relative
    }

    /// What random numbers are for: each has its own, whatever is drawn before.
    private enum Draw: UInt64 {
        case landscape, unexplained, validation, delay, training
    }

    private func normal(_ network: CostedNetwork, _ draw: Draw) -> Double {
        var generator = SeededGenerator(seed: seed, path: network.key, draw.rawValue)
        return generator.normal()
    }

    package func network(at point: [Double]) -> CostedNetwork? {
        scenario.network(space.decode(point).network)
    }
}

extension Scenario {
    /// The network with its costs; nil if it is illegal or needs too much memory.
    func network(_ network: SegNAS) -> CostedNetwork? {
        guard let costed = CostedNetwork(network, for: task) else { return nil }
        return costed.memory > memoryLimit ?? .infinity ? nil : costed
    }
}

// MARK: - Quality

extension Surrogate {
    package func quality(of network: CostedNetwork) -> Double {
        let reached = reached(network, SmoothInputs(network))
        return reached.limit - reached.missing(after: Double(epochs))
    }

    /// What a network reaches in the end, and how fast.
    private struct Reached {
        var limit: Double
        var start: Double
        var exponent: Double
        /// τ.
        var time: Double
        /// Epochs of a slow beginning.
        var delay: Double

        /// The Dice that is missing after e epochs; the delay counts as e³ / (e² + delay²).
        func missing(after epochs: Double) -> Double {
            let square = epochs * epochs
            let learned = epochs * square / (square + delay * delay)
            return (limit - start) * pow(1 + learned / time, -exponent)
        }
    }

    private func reached(_ costed: CostedNetwork, _ inputs: SmoothInputs) -> Reached {
        let (network, block) = (costed.network, costed.structure)
        let size = log2(Double(max(costed.parameters, 1)))
        var delay = 0.0
        if scenario.delay > 0 {
            let deep = 0.5 * Double(block.wideDepth - 1) - (block.paths > 1 ? 0.5 : 0)
            delay =
                scenario.delay * Double(epochs) * exp(deep + 0.3 * normal(costed, .delay))
        }
        let time =
            log(scenario.timeConstant) + scenario.timeBySize * (size - 21)
            + scenario.timeSpread * smoothTime(inputs) + 0.15 * Double(block.wideDepth - 2)
            - (network.res ? 0.12 : 0) - (network.sup ? 0.1 : 0)
        return Reached(
            limit: limit(costed, size: size) + scenario.smoothSpread * smoothQuality(inputs),
            start: scenario.start, exponent: scenario.exponent, time: exp(time), delay: delay)
    }

    /// The Dice in the end but for the smooth function.
    private func limit(_ costed: CostedNetwork, size: Double) -> Double {
        let (network, block) = (costed.network, costed.structure)
        var dice = scenario.ceiling
        dice -= narrownessLoss * exp(-Double(network.n - 8) / scenario.narrowness.decay)
        dice -= scenario.poolings.loss * square(Double(network.p) - bestPoolings)
        dice -= scenario.overfitting.loss * square(max(0, size - scenario.overfitting.from))
        dice -= scenario.depthLoss[min(block.wideDepth, scenario.depthLoss.count - 1)]
        // However far from the best, reach costs no more than this.
        let distance = log2(max(costed.reach, 1)) - bestReach
        dice -= min(scenario.reach.loss * square(distance), 0.06)
        let isPlain = block.depth >= 3 && !network.res && !block.isSkipped
        dice -= isPlain ? scenario.plainLoss : 0
        dice += network.sup ? supervision * Double(network.p - 2) : 0
        dice += network.res ? residual * Double(block.wideDepth - 1) : 0
        let used = network.block.numbers.filter { $0 > 0 }
        dice += used.reduce(0) { $0 + operations[$1] } / Double(used.count)
        return dice + scenario.unexplainedSpread * normal(costed, .unexplained)
    }

    package func curve(of network: CostedNetwork) -> [Double] {
        let reached = reached(network, SmoothInputs(network))
        var generator = SeededGenerator(seed: seed, path: network.key, Draw.training.rawValue)
        let noise = scenario.noise
        let constant =
            noise.validation * normal(network, .validation) + noise.training * generator.normal()
        // What is still to be learned varies by a factor, so that no lucky epoch exceeds the limit by it.
        let pace = scenario.unevenness.training * generator.normal()
        return (1...epochs).map { epoch in
            let factor = exp(pace + scenario.unevenness.epoch * generator.normal())
            let missing = reached.missing(after: Double(epoch)) * factor
            let dice = reached.limit - missing + constant + noise.epoch * generator.normal()
            return min(max(dice, 1e-4), 1)
        }
    }
}

private func square(_ x: Double) -> Double { x * x }

// MARK: - The best network

/// Random networks of a space, the same for all landscapes of a scenario.
package struct Survey: Sendable {
    package let space: SearchSpace
    fileprivate let grid: IntegerGrid
    fileprivate let networks: [(numbers: [Int], costed: CostedNetwork, inputs: SmoothInputs)]

    package init(_ scenario: Scenario, space: SearchSpace = .segnas11, draws: Int = 20_000) {
        let grid = IntegerGrid(space)
        var generator = SeededGenerator(seed: 1)
        networks = (0..<draws).compactMap { _ in
            let numbers = grid.random(using: &generator)
            let network = space.decode(grid.point(numbers)).network
            return scenario.network(network).map { (numbers, $0, SmoothInputs($0)) }
        }
        self.space = space
        self.grid = grid
    }
}

extension Surrogate {
    /// The quality of the best network that climbs from the 12 best of the survey find.
    private func hilltop(_ survey: Survey) -> Double {
        let qualities = survey.networks.map { entry in
            let reached = reached(entry.costed, entry.inputs)
            return reached.limit - reached.missing(after: Double(epochs))
        }
        let order = qualities.indices.sorted { qualities[$0] > qualities[$1] }
        // Climbs meet: what was evaluated is kept.
        var known: [[Int]: Double?] = [:]
        return survey.grid.hilltop(from: order.prefix(12).map { survey.networks[$0].numbers }) {
            numbers in
            if let value = known[numbers] { return value }
            let value = network(at: survey.grid.point(numbers)).map { quality(of: $0) }
            known[numbers] = .some(value)
            return value
        }
    }
}
