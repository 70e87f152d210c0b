import Search
import Testing
import Torch

@testable import Segmentation

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

    @Test("gradients reach every parameter of every legal block with two or three nodes")
    func gradientsReachAll() throws {
        var generator = SeededGenerator(seed: 1)
        let images = try Tensor.ones([2, 1, 4, 4, 2], format: .channelsLast)
        for graph in Self.legalGraphs(fourNodes: 60) {
            let network = SegNAS(n: 2, p: 1, sup: true, res: true, block: graph, dropout: 0)
            let plan = try NetworkPlan(.segnas(network), channels: 1, classes: 2)
            let built = try Network(plan, using: &generator)
            try built(images, training: true).sum().backward()
            let missing = try built.weights.parameters.filter { try $0.value.gradient == nil }
            if !missing.isEmpty { Issue.record("\(graph): no gradient for \(missing.map(\.key))") }
        }
    }

    @Test("the plan counts the parameters of 200 random networks as they are built")
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
        }
        for architecture in [Architecture.unet3d, .vnet] {
            let plan = try NetworkPlan(architecture, channels: 2, classes: 5)
            let built = try Network(plan, device: .meta, using: &generator)
            #expect(built.weights.parameters.elementCount == plan.parameters)
        }
    }

    @Test(
        "odd sizes come back as they went in, in every family",
        arguments: ["unet3d", "vnet", "segnas"], [1, 3])
    func oddSizes(_ family: String, _ channels: Int) throws {
        var generator = SeededGenerator(seed: 0)
        let architecture: Architecture =
            switch family {
            case "unet3d": .unet3d
            case "vnet": .vnet
            default: try NetworkPlanTests.segnas(p: 3, sup: true, res: true)
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
                NetworkPlanTests.segnas(res: true, [2, 4, 6, 3, 6, 2]), channels: 1, classes: 3)
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
            NetworkPlanTests.segnas(n: 8, sup: true, res: true), channels: 1, classes: 3)
        let network = try Network(plan, using: &generator)
        let images = try sines([1, 1, 12, 8, 9], phase: 0).cast(to: .float32)
        let exact = try network(images, training: false)
        let rounded = try network(images.cast(to: .bfloat16), training: false)
        #expect(rounded.dtype == .bfloat16)
        #expect(relativeError(try rounded.values, try exact.values) < 0.05)
    }
}
