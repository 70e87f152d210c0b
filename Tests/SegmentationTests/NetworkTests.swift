import SegNASRandomness
import SegNASSearch
import SegNASTorch
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Built networks")
struct NetworkTests {
    /// All legal graphs with two and three nodes, and seeded ones with four.
    nonisolated static func legalGraphs(fourNodes count: Int) -> [BlockGraph] {
        var generator = SeededGenerator(seed: 2019)
        var graphs = [[1], [2], [3], [4], [5], [6]]
        for code in 0..<343 { graphs.append([code / 49, code / 7 % 7, code % 7]) }
        var legal = graphs.compactMap { try? BlockGraph($0) }.filter(\.isLegal)
        while legal.count < 258 + count {
            let numbers = (0..<6).map { _ in Int.random(in: 0...6, using: &generator) }
            if let graph = try? BlockGraph(numbers), graph.isLegal { legal.append(graph) }
        }
        return legal
    }

    @Test(
        "every legal block with two or three nodes, and 2,000 with four, builds and keeps the shape"
    )
    func legalBlocksBuild() throws {
        var generator = SeededGenerator(seed: 1)
        let images = try Tensor.ones([2, 1, 4, 2, 2], format: .channelsLast)
        let graphs = Self.legalGraphs(fourNodes: 2000)
        #expect(graphs.count == 6 + 252 + 2000)
        for (index, graph) in graphs.enumerated() {
            let network = SegNAS(
                n: 1, p: 1, sup: index % 2 == 0, res: index % 3 == 0, block: graph)
            let plan = try NetworkPlan(.segnas(network), channels: 1, classes: 2)
            let scores = try Network(plan, using: &generator)(images, training: false)
            if scores.shape != [2, 2, 4, 2, 2] {
                Issue.record("\(graph) gives shape \(scores.shape)")
            }
        }
    }

    @Test(
        "gradients reach every parameter of every legal block with two or three nodes, and 60 with four"
    )
    func gradientsReachAll() throws {
        var generator = SeededGenerator(seed: 1)
        let images = try sines([2, 1, 4, 4, 4], phase: 0).cast(to: .float32)
        for graph in Self.legalGraphs(fourNodes: 60) {
            let network = SegNAS(n: 4, p: 1, sup: true, res: true, block: graph, dropout: 0)
            let plan = try NetworkPlan(.segnas(network), channels: 1, classes: 2)
            let built = try Network(plan, using: &generator)
            let scores = try built(images, training: true)
            try (scores * sines(scores.shape, phase: 3).cast(to: .float32)).sum().backward()
            let missing = try built.weights.parameters.filter { _, parameter in
                try parameter.gradient?.abs().sum().item() ?? 0 == 0
            }
            if !missing.isEmpty { Issue.record("\(graph): no gradient for \(missing.map(\.key))") }
        }
    }

    @Test("dropout takes whole channels of the block in training only, and leaves the residual")
    func dropoutPlace() throws {
        var generator = SeededGenerator(seed: 0)
        func run(_ x: Tensor, dropout: Double, training: Bool) throws -> Tensor {
            var generator = SeededGenerator(seed: 5)
            let plan = MegaBlockPlan(
                name: "b", level: 0, of: Pyramid(poolings: 0), inputs: 6, outputs: 6,
                graph: try BlockGraph([2]),
                isResidual: true, dropout: dropout)
            let layers = try LayerList(plan.layers, device: .cpu, using: &generator)
            return try plan.run(
                .features(ShardedTensor(x)), through: layers, training: training
            ).first
        }
        let values = (0..<6 * 64).map { _ in Float.random(in: -1...1, using: &generator) }
        let x = try Tensor(values, shape: [1, 6, 4, 4, 4])
        let kept = try run(x, dropout: 0.999_999, training: false)
        let plain = try run(x, dropout: 0, training: false)
        #expect(relativeError(try kept.values, try plain.values) < 1e-6)
        #expect(try (kept - x).abs().sum().item() > 0)
        #expect(try (run(x, dropout: 0.999_999, training: true) - x).abs().sum().item() == 0)
    }

    /// The paper's channel counts written out: an encoder and a decoder block a level, heads, projections.
    private func parameters(_ network: SegNAS, channels: Int, classes: Int) -> Int {
        func block(_ inputs: Int, _ outputs: Int) -> Int {
            let projection = inputs * outputs
            var sum = network.res && inputs != outputs ? projection + 2 * outputs : 0
            for (edge, operation) in zip(
                Edge.all(nodes: network.block.nodes), network.block.operations)
            {
                let from = edge.from == 1 ? inputs : outputs
                switch operation {
                case .none: break
                case .conv(let k, _): sum += k * k * k * from * outputs + 2 * outputs
                case .skip: sum += from == outputs ? 0 : from * outputs
                }
            }
            return sum
        }
        let widths = (0...network.p).map { network.n << $0 }
        let encoder = zip([channels] + widths, widths).map { block($0, $1) }
        let decoder = zip(widths, widths.dropFirst()).map { block($0 + $1, $0) }
        let heads = (network.sup ? widths : [network.n]).map { $0 * classes }
        return (encoder + decoder + heads).reduce(classes, +)
    }

    @Test("the parameters of 200 random networks are the closed form's, planned and built")
    func planCounts() throws {
        var generator = SeededGenerator(seed: 4)
        let space = SearchSpace.segnas11
        var legal = 0
        while legal < 200 {
            let point = space.bounds.map { Double.random(in: $0, using: &generator) }
            let network = space.decode(point).network
            guard network.block.isLegal else { continue }
            legal += 1
            let plan = try NetworkPlan(.segnas(network), channels: 2, classes: 5)
            let built = try Network(plan, device: .meta, using: &generator)
            #expect(built.weights.parameters.elementCount == plan.parameters)
            #expect(plan.parameters == parameters(network, channels: 2, classes: 5))
        }
        for architecture in [Architecture.unet3d, .vnet] {
            let plan = try NetworkPlan(architecture, channels: 2, classes: 5)
            let built = try Network(plan, device: .meta, using: &generator)
            #expect(built.weights.parameters.elementCount == plan.parameters)
        }
    }

    @Test(
        "odd sizes come back as they went in, in every family",
        arguments: ["unet3d", "vnet", "segnas", "nnunet", "nnunet-resenc"], [1, 3])
    func oddSizes(_ family: String, _ channels: Int) throws {
        var generator = SeededGenerator(seed: 0)
        let architecture: Architecture =
            switch family {
            case "unet3d": .unet3d
            case "vnet": .vnet
            case "nnunet": .nnunet(NNUNet(stages: 3, features: 4))
            case "nnunet-resenc": .nnunet(NNUNet(.residual, stages: 3, features: 4))
            default: try segnas(p: 3, sup: true, res: true)
            }
        let plan = try NetworkPlan(architecture, channels: channels, classes: 30)
        let network = try Network(plan, using: &generator)
        let images = try Tensor.ones([1, channels, 17, 9, 5], format: .channelsLast)
        let scores = try withoutGradients { () throws(TorchError) in
            try network(images, training: false)
        }
        #expect(scores.shape == [1, 30, 17, 9, 5])
        #expect(throws: TorchError.self) {
            try network(.ones([1, channels + 1, 8, 8, 8]), training: false)
        }
    }

    @Test("two builds from one seed are identical, names included")
    func repeatable() throws {
        func weights(_ seed: UInt64) throws -> [(String, [Double])] {
            var generator = SeededGenerator(seed: seed)
            let plan = try NetworkPlan(
                segnas(res: true, [2, 4, 6, 3, 6, 2]), channels: 1, classes: 3)
            return try Network(plan, using: &generator).weights.all.map {
                ($0.key, try $0.value.values)
            }
        }
        let first = try weights(1)
        let second = try weights(1)
        #expect(first.map(\.0) == second.map(\.0))
        #expect(first.map(\.1) == second.map(\.1))
        #expect(try weights(2).map(\.1) != first.map(\.1))
    }

    @Test("bfloat16 in, bfloat16 out, near float32")
    func precision() throws {
        var generator = SeededGenerator(seed: 0)
        let plan = try NetworkPlan(
            segnas(n: 8, sup: true, res: true), channels: 1, classes: 3)
        let network = try Network(plan, using: &generator)
        let images = try sines([1, 1, 12, 8, 9], phase: 0).cast(to: .float32)
        let exact = try network(images, training: false)
        let rounded = try network(images.cast(to: .bfloat16), training: false)
        #expect(rounded.dtype == .bfloat16)
        #expect(relativeError(try rounded.values, try exact.values) < 0.05)
    }
}

/// A network of the searched family from its operation numbers.
private func segnas(
    n: Int = 4, p: Int = 2, sup: Bool = false, res: Bool = false, _ numbers: [Int] = [2, 0, 2]
) throws -> Architecture {
    .segnas(SegNAS(n: n, p: p, sup: sup, res: res, block: try BlockGraph(numbers)))
}
