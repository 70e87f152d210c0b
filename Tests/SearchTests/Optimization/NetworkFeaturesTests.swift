import Foundation
import SegNASRandomness
import Testing

@testable import SegNASSearch

@Suite("Features of networks, and limits on them")
struct NetworkFeaturesTests {
    private func networks(_ space: SearchSpace) -> SearchedNetworks {
        SearchedNetworks(
            space: space, images: ModelSamplerTests.images, limits: NetworkLimits())
    }

    private func features(_ text: String, in space: SearchSpace = .segnas11) throws
        -> NetworkFeatures
    {
        let network = SegNAS(
            n: 21, p: 3, sup: true, res: false, block: try BlockGraph(parsing: text))
        let candidate = space.decode(try space.encode(.segnas(network)))
        return try #require(networks(space).features(of: candidate))
    }

    @Test("{2,0,2} by hand")
    func byHand() throws {
        let plan = try NetworkPlan(
            .segnas(
                SegNAS(n: 21, p: 3, sup: true, res: false, block: BlockGraph([2, 0, 2]))),
            channels: 1, classes: 4)
        let features = try features("{2,0,2}")
        #expect(features.surroundings == [0.125, -0.5 / 1.1, 0.8, 0])
        #expect(features.operations == [2, 0, 7, 2, 7, 7])
        // Two Conv(3,1) reach 2 voxels; levels 0 to 2 have two blocks, level 3 has one: 2 × (2 + 4 + 8 + 8).
        let expected = [
            log2(Double(plan.multiplyAdds(size: [32, 32, 32]))) / 3,
            log2(Double(plan.parameters)) / 3, log2(1 + 2.0 * 22) / 2, 1.6, 0, 0,
        ]
        #expect(features.cost == expected)
    }

    @Test(
        "depth, reach, pointwise convolutions and skips of blocks",
        arguments: [
            ("{1}", 0, 0, 1, false), ("{6}", 0, 0, 0, true), ("{5}", 1, 4, 0, false),
            ("{6,2,6}", 1, 1, 0, true), ("{3,6,4}", 2, 4, 0, true),
            ("{1,0,0,3,0,1}", 1, 2, 2, false), ("{2,2,6,2,2,2}", 3, 3, 0, true),
        ])
    func blocks(_ text: String, _ depth: Int, _ reach: Int, _ points: Int, _ skips: Bool) throws {
        let cost = try features(text).cost
        #expect(cost[2] == log2(1 + Double(reach * 22)) / 2)
        #expect(cost[3] == 0.8 * Double(depth))
        #expect(cost[4] == Double(points) / 2)
        #expect(cost[5] == (skips ? 0.8 : 0))
    }

    @Test("networks that are canonically equal have equal features")
    func canonical() throws {
        let space = SearchSpace.segnas11
        let networks = networks(space)
        var generator = SeededGenerator(seed: 1)
        var twins: [ResultKey: NetworkFeatures] = [:]
        var repeated = 0
        while repeated < 100 {
            var point = networks.randomPoint(using: &generator)
            // Few networks, so that many are drawn twice in different ways.
            for index in 0..<4 { point[index] = space.bounds[index].lowerBound }
            for index in 5..<11 { point[index] = Double([0, 0, 2, 6][generator.index(below: 4)]) }
            let candidate = space.decode(point)
            guard let features = networks.features(of: candidate) else { continue }
            if let other = twins[candidate.key] {
                repeated += 1
                #expect(features == other)
            }
            twins[candidate.key] = features
        }
        // The inner nodes exchanged.
        #expect(
            try features("{2,6,0,0,2,3}") == features("{6,2,0,0,3,2}"))
        #expect(try features("{2,0,2}") != features("{2,6,2}"))
    }

    @Test("every other searched dimension counts, from −1 to 1 in its interval")
    func further() throws {
        let space = try SearchSpace(
            yaml: """
                base: segnas4
                dropout: {from: 0.1, to: 0.5, scale: linear}
                learning_rate: {from: 0.0001, to: 0.01, scale: log}
                """)
        let networks = networks(space)
        let bounds = space.bounds
        for (share, expected) in [(0.0, -1.0), (0.5, 0), (1, 1)] {
            let point = bounds.map { $0.lowerBound + share * ($0.upperBound - $0.lowerBound) }
            let features = try #require(networks.features(of: space.decode(point)))
            #expect(features.surroundings.count == 6)
            for value in features.surroundings[4...] { #expect(abs(value - expected) < 1e-9) }
        }
    }

    @Test("another name is as far as another sup or res; what has no value is in the middle")
    func categories() throws {
        let space = try SearchSpace(
            yaml: """
                base: segnas4
                optimizer: [adamw, sgd, nadam]
                momentum: {from: 0.8, to: 0.99, when: {optimizer: sgd}}
                schedule: {values: [constant, cosine], when: {optimizer: nadam}}
                """)
        let networks = networks(space)
        func features(_ momentum: Double, _ optimizer: Double, _ schedule: Double) throws
            -> NetworkFeatures
        {
            try #require(
                networks.features(
                    of: space.decode([21, 3, 0, 0, momentum, optimizer, schedule])))
        }
        let (adamw, sgd) = (try features(0.9, 0, 0), try features(0.895, 1, 1))
        let cosine = try features(0.8, 2, 1)
        // Four of the network, then momentum, three optimizers and two schedules.
        #expect(adamw.surroundings.count == 10)
        #expect(adamw.surroundings[4] == 0 && adamw.surroundings[8...] == [0, 0])
        #expect(abs(sgd.surroundings[4]) < 1e-9 && sgd.surroundings[8...] == [0, 0])
        #expect(abs(adamw.squaredDistances(to: sgd).a - 0.64) < 1e-9)
        // A schedule is half as far from none as from the other.
        #expect(abs(adamw.squaredDistances(to: cosine).a - 0.64 - 0.16) < 1e-9)
        #expect(
            abs(try cosine.squaredDistances(to: features(0.8, 2, 0)).a - 0.64) < 1e-9)
        #expect(try features(0.8, 0, 0) == features(0.98, 0.9, 1.5))
    }

    @Test(
        "of several ranges the one that counts is the interval; values of earlier studies belong to theirs"
    )
    func ranges() throws {
        let space = try SearchSpace(
            yaml: """
                {base: segnas7, n: 8, p: 2, nodes: 2, ops: 2, optimizer: [adamw, sgd], learning_rate: [{from: 0.001, \
                to: 0.003, when: {optimizer: adamw}}, {from: 0.01, to: 0.03, when: {optimizer: sgd}}]}
                """)
        let networks = networks(space)
        for (optimizer, rate) in [(0.0, 0.0025), (1, 0.025)] {
            let candidate = space.decode([0.75, optimizer])
            let value = try #require(candidate.hyperparameters[.learningRate]?.number)
            #expect(abs(value - rate) < 1e-12)
            let features = try #require(networks.features(of: candidate))
            #expect(abs(features.surroundings[4] - 0.5) < 1e-9)
        }
        func point(_ optimizer: HyperparameterValue, _ rate: Double) -> [Double]? {
            networks.earlierPoint(
                EarlierTraining(
                    number: 0, network: space.decode([0, 0]).architecture,
                    hyperparameters: [.optimizer: optimizer, .learningRate: .number(rate)],
                    value: 1), without: [])
        }
        let known = try #require(point("sgd", 0.025))
        #expect(
            space.decode(known).hyperparameters[.learningRate]?.number.map {
                abs($0 - 0.025) < 1e-12
            } == true)
        #expect(point("adamw", 0.025) == nil)
    }

    @Test("networks are those of their own grid: features, limits, and what can be trained")
    func grids() throws {
        let space = try SearchSpace(
            yaml: """
                {base: segnas7, n: 8, p: [2, 5], nodes: 2, ops: 2, patch: [16, 32x32x8], spacing: [planned, 2x2x4]}
                """)
        var networks = SearchedNetworks(
            space: space,
            images: SearchedImages(
                size: [64, 64, 64], spacing: [1, 1, 1], channels: 1, classes: 2, batch: 2),
            limits: NetworkLimits())
        func candidate(_ p: Double, _ patch: Double, _ spacing: Double) -> Candidate {
            space.decode([p, patch, spacing])
        }
        let seen = networks.images.seen(by: candidate(2, 1, 1))
        #expect(seen.size == [32, 32, 8] && seen.spacing == [2, 2, 4] && seen.batch == 2)
        let planned = networks.images.seen(by: candidate(2, 0, 0))
        #expect(planned.size == [16, 16, 16] && planned.spacing == [1, 1, 1])
        let features = try #require(networks.features(of: candidate(2, 1, 1)))
        #expect(features.surroundings[4...] == [5, 5, 3, 1, 1, 2])
        let other = try #require(networks.features(of: candidate(2, 0, 0)))
        #expect(other.surroundings[4...] == [4, 4, 4, 0, 0, 0])
        #expect(features.cost[0] > other.cost[0])
        // Four poolings leave one voxel of 16, of which two images are too few for a normalization.
        #expect(networks.admittedFeatures(of: candidate(4, 0, 0)) == nil)
        #expect(networks.admittedFeatures(of: candidate(3, 0, 0)) != nil)
        // Twice the voxels, twice the operations.
        let plan = try #require(planned.plan(of: candidate(2, 0, 0).architecture))
        networks = SearchedNetworks(
            space: space, images: networks.images,
            limits: NetworkLimits(operations: plan.multiplyAdds(size: planned.size)))
        #expect(networks.admittedFeatures(of: candidate(2, 0, 0)) != nil)
        #expect(networks.admittedFeatures(of: candidate(2, 1, 0)) == nil)
        let grids = try SearchSpace(yaml: "{base: segnas4, size: [16, 24], patch: [8, 9]}")
            .preparedGrids
        #expect(grids.map(\.size) == [[16, 16, 16], [24, 24, 24]])
    }

    @Test("neighbours choose other names, and leave alone what has no value")
    func neighboursOfSettings() throws {
        let space = try SearchSpace(
            yaml: """
                {base: segnas4, n: 8, p: 2, sup: 0, res: 0, optimizer: [adamw, sgd, nadam], momentum: {from: 0.8,
                to: 0.99, when: {optimizer: sgd}}}
                """)
        let networks = networks(space)
        var generator = SeededGenerator(seed: 4)
        var seen: Set<Double> = []
        for _ in 0..<100 {
            let neighbour = networks.neighbour(of: [0.9, 0.5], using: &generator)
            #expect(space.bounds.contain(neighbour) && neighbour[0] == 0.9)
            seen.insert(neighbour[1])
        }
        // Back to the first one where two values change.
        #expect(seen == [0.5, 1.5, 2.5])
        let moved = (0..<20).map { _ in networks.neighbour(of: [0.9, 1.5], using: &generator)[0] }
        #expect(moved.contains { $0 != 0.9 })
    }

    @Test("the usual network has the training's own values, each the nearest of the space")
    func usual() throws {
        var plan = SamplerPlan(method: .crs, seed: 1, images: ModelSamplerTests.images)
        plan.usual = [.learningRate: 1e-3, .augmentation: 1]
        let space = SearchSpace.segnasPlus
        let point = try #require(plan.usualPoint(in: space))
        let candidate = space.decode(point)
        #expect("\(candidate.network)" == "n 24 p 3 sup 1 res 1 {2,0,2} dropout 0")
        #expect(abs(try #require(candidate.hyperparameters[.learningRate]?.number) - 1e-3) < 1e-15)
        #expect(candidate.hyperparameters[.augmentation] == 1)
        plan.method = .model
        var sampler = try plan.sampler(in: space)
        #expect(sampler.ask()?.point == point)
    }

    @Test("distances by group are those of vectors")
    func distances() throws {
        let (one, other) = (try features("{2,0,2}"), try features("{2,6,2,0,1,1}"))
        let (a, b, c) = one.squaredDistances(to: other)
        #expect(a == 0 && b > 0)
        // All edges but 12 differ; each is two numbers of 0.6 in vectors.
        #expect(abs(c - 5 * 2 * 0.36) < 1e-12)
        #expect(one.squaredDistances(to: one) == (0, 0, 0))
    }

    @Test("neighbours change one or two values that the network uses, and n by at most 6")
    func neighbours() throws {
        let space = SearchSpace.segnas11
        let networks = networks(space)
        var generator = SeededGenerator(seed: 2)
        let network = SegNAS(
            n: 20, p: 3, sup: true, res: false, block: try BlockGraph([2, 0, 2]))
        let point = try space.encode(.segnas(network))
        var counts: [Int: Int] = [:]
        for _ in 0..<500 {
            let neighbour = networks.neighbour(of: point, using: &generator)
            let changed = point.indices.filter { neighbour[$0] != point[$0] }
            counts[changed.count, default: 0] += 1
            // Edges 14, 24 and 34 are not used.
            #expect(!changed.contains(7) && !changed.contains(9) && !changed.contains(10))
            #expect(abs(neighbour[0] - point[0]) <= 12)
            #expect(space.bounds.contain(neighbour))
        }
        // A second change may undo the first.
        #expect(counts[1, default: 0] > 250 && counts[2, default: 0] > 120)
    }

    @Test(
        "limits and the reasons that they give",
        arguments: [
            (NetworkLimits(), nil),
            (NetworkLimits(parameters: 1000, operations: 5000), nil),
            (NetworkLimits(parameters: 999), "over the limit of 999 parameters"),
            (
                NetworkLimits(operations: 4_999),
                "over the limit of 4,999 multiply-adds"
            ),
            (
                NetworkLimits(predictionSeconds: 0.5, operationsPerSecond: 8000),
                "over the limit of 0.5 s for a prediction"
            ),
            (NetworkLimits(predictionSeconds: 0.5, operationsPerSecond: 10_000), nil),
        ])
    func limits(_ limits: NetworkLimits, _ reason: String?) {
        #expect(limits.excess(parameters: 1000, operations: 5000) == reason)
    }
}
