import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Networks of the benchmark")
struct CostedNetworkTests {
    private static let task = ImageTask(size: 32, classes: 3)

    private func network(
        _ block: String, n: Int = 12, p: Int = 2, sup: Bool = false, res: Bool = false
    ) throws -> SegNAS {
        SegNAS(n: n, p: p, sup: sup, res: res, block: try BlockGraph(parsing: block))
    }

    @Test("parameters and multiply-adds are those of the plan")
    func costs() throws {
        let network = try network("{2,0,2}", sup: true, res: true)
        let plan = try NetworkPlan(.segnas(network), channels: 1, classes: 3)
        let costed = try #require(CostedNetwork(network, for: Self.task))
        #expect(costed.parameters == plan.parameters)
        #expect(costed.multiplyAdds == Double(plan.multiplyAdds(size: [32, 32, 32])))
    }

    @Test("a network that differs in the names of inner nodes is the same")
    func canonical() throws {
        let a = try #require(CostedNetwork(try network("{2,3,0,0,1,6}"), for: Self.task))
        let b = try #require(CostedNetwork(try network("{3,2,0,0,6,1}"), for: Self.task))
        #expect(a.key == b.key && a.network == b.network && a.structure == b.structure)
        let c = try #require(CostedNetwork(try network("{3,2,0,0,1,6}"), for: Self.task))
        #expect(a.key != c.key)
    }

    @Test("keys of different networks differ")
    func keys() throws {
        let variants = [
            try network("{2,0,2}"), try network("{2,0,2}", n: 13), try network("{2,0,2}", p: 3),
            try network("{2,0,2}", sup: true), try network("{2,0,2}", res: true),
            try network("{2}"), try network("{2,1,2}"),
        ]
        let keys = variants.compactMap { CostedNetwork($0, for: Self.task)?.key }
        #expect(Set(keys).count == variants.count)
    }

    /// What cannot be trained: an illegal block, and 1³ voxels in a batch of 3 after five poolings.
    @Test func refused() throws {
        #expect(CostedNetwork(try network("{0,2,2}"), for: Self.task) == nil)
        #expect(CostedNetwork(try network("{2}", p: 5), for: Self.task) == nil)
        #expect(CostedNetwork(try network("{2}", p: 4), for: Self.task) != nil)
    }

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        /// Depth, depth of kernels above 1, reach, number of paths, a path of skips.
        var expected: (Int, Int, Int, Int, Bool)

        init(_ block: String, _ expected: (Int, Int, Int, Int, Bool)) {
            testDescription = block
            self.expected = expected
        }
    }

    /// By hand: Conv(5,2) sees 4 voxels to each side, Conv(3,1) one.
    @Test(
        "paths through blocks",
        arguments: [
            Case("{2}", (1, 1, 1, 1, false)), Case("{6}", (0, 0, 0, 1, true)),
            Case("{2,0,5}", (2, 2, 5, 1, false)), Case("{1,6,3}", (2, 1, 2, 2, true)),
            Case("{2,1,6,2,3,2}", (3, 3, 3, 4, true)),
        ])
    func paths(_ it: Case) throws {
        let block = BlockStructure(try BlockGraph(parsing: it.testDescription))
        #expect(
            (block.depth, block.wideDepth, block.reach, block.paths, block.isSkipped) == it.expected
        )
    }
}

@Suite("Grid of whole numbers")
struct IntegerGridTests {
    @Test("points are decoded to their numbers")
    func points() {
        let space = SearchSpace.segnas11
        let grid = IntegerGrid(space)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<100 {
            let numbers = grid.random(using: &generator)
            let network = space.decode(grid.point(numbers)).network
            #expect(
                [network.n, network.p, network.block.nodes] == [numbers[0], numbers[1], numbers[4]])
            #expect((network.sup ? 1 : 0, network.res ? 1 : 0) == (numbers[2], numbers[3]))
        }
    }

    /// n 24, p 3, sup 1, res 1, nodes 2, and 6 other operations for each edge in use.
    @Test func neighbours() {
        let grid = IntegerGrid(.segnas11)
        for (nodes, edges) in [(2, 1), (3, 3), (4, 6)] {
            let numbers = [20, 3, 0, 1, nodes] + Array(repeating: 2, count: 6)
            let neighbours = grid.neighbours(numbers)
            #expect(neighbours.count == 31 + 6 * edges)
            #expect(Set(neighbours).count == neighbours.count)
            #expect(neighbours.allSatisfy { other in zip(other, numbers).count { $0 != $1 } == 1 })
        }
    }
}
