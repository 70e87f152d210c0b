import SegNASSearch
import Testing

struct SearchSpaceTests {
    /// The paper's Table 2.
    @Test(arguments: [
        (
            SearchSpace.segnas11, 11,
            "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes [2, 5), op12 [0, 7), op13 [0, 7), op14 [0, 7), op23 "
                + "[0, 7), op24 [0, 7), op34 [0, 7), dropout 0.2"
        ),
        (
            .segnas4, 4,
            "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 3, op12 2, op13 0, op23 2, dropout 0.2"
        ),
        (
            .segnas7, 7,
            "n 16, p 4, sup 0, res 1, nodes [2, 5), op12 [0, 7), op13 [0, 7), op14 [0, 7), op23 [0, 7), op24 [0, 7), "
                + "op34 [0, 7), dropout 0.2"
        ),
        (
            .segnasPlus, 14,
            "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes [2, 5), op12 [0, 7), op13 [0, 7), op14 [0, 7), op23 "
                + "[0, 7), op24 [0, 7), op34 [0, 7), dropout [0, 0.5) linear, learning_rate [0.0004, 0.01) log, "
                + "augmentation [0, 2) linear"
        ),
    ])
    func presets(space: SearchSpace, searched: Int, dimensions: String) {
        #expect(space.searched.count == searched)
        #expect(space.bounds.count == searched)
        let texts = space.dimensions.map { "\($0.name) \($0.values)" }
        #expect(texts.joined(separator: ", ") == dimensions)
    }

    @Test func floorDecides() throws {
        let candidate = SearchSpace.segnas11.decode([
            21.9, 3, 1.99, 0.5, 3.2, 2.7, 0.9, 5, 2, 6.5, 1,
        ])
        #expect("\(candidate.network)" == "n 21 p 3 sup 1 res 0 {2,0,2}")
        #expect(candidate.operations.map(\.number) == [2, 0, 5, 2, 6, 1])
        #expect(candidate.hyperparameters.isEmpty)
        #expect(candidate.key.text == "n 21 p 3 sup 1 res 0 {2,0,2}")
    }

    @Test("a network's point stands for the network; networks outside the space are refused")
    func encoding() throws {
        for text in ["[2,0,2]", "[3]", "[1,0,6,2,0,4]"] {
            let network = try Architecture(
                json: #"{"n": 21, "p": 3, "sup": 1, "res": 0, "ops": \#(text)}"#.replacing(
                    "\"ops\"",
                    with: "\"nodes\": \(text.count < 4 ? 2 : text.count < 8 ? 3 : 4), \"ops\""))
            let point = try SearchSpace.segnas11.encode(network)
            #expect(SearchSpace.segnas11.decode(point).architecture == network)
        }
        let wide = try Architecture(
            json: #"{"n": 64, "p": 3, "sup": 1, "res": 0, "nodes": 2, "ops": [2]}"#)
        #expect(throws: OutsideSpaceError.value(64, of: .n, allowed: "[8, 33)")) {
            try SearchSpace.segnas11.encode(wide)
        }
        #expect(throws: OutsideSpaceError.value(2, of: .nodes, allowed: "3")) {
            try SearchSpace.segnas4.encode(
                Architecture(json: #"{"n": 9, "p": 3, "sup": 1, "res": 0, "nodes": 2, "ops": [2]}"#)
            )
        }
        #expect(throws: OutsideSpaceError.family("unet3d")) {
            try SearchSpace.segnas11.encode(.unet3d)
        }
    }

    @Test func everyCornerOfTheBoxBelongsToTheSpace() {
        let bounds = SearchSpace.segnas11.bounds
        for corner in 0..<1 << bounds.count {
            let isUpper = bounds.indices.map { corner >> $0 & 1 == 1 }
            let network = SearchSpace.segnas11.decode(
                zip(bounds, isUpper).map { $1 ? $0.upperBound : $0.lowerBound }
            ).network
            #expect(network.n == (isUpper[0] ? 32 : 8) && network.p == (isUpper[1] ? 5 : 2))
            #expect(network.sup == isUpper[2] && network.res == isUpper[3])
            #expect(network.block.nodes == (isUpper[4] ? 4 : 2))
            let operations = zip(Edge.all(nodes: 4), isUpper[5...])
                .filter { $0.0.isUsed(nodes: network.block.nodes) }.map { $1 ? 6 : 0 }
            #expect(network.block.numbers == operations)
        }
    }

    @Test func realsStayBelowTheirUpperEnd() throws {
        let space = try SearchSpace(
            yaml: """
                base: segnas4
                dropout: {from: 0, to: 0.5}
                learning_rate: {from: 1e-4, to: 1e-2, scale: log}
                batch: [1, 5]
                """)
        #expect(
            space.searched.map { "\($0.name)" } == [
                "n", "p", "sup", "res", "dropout", "batch", "learning_rate",
            ])
        let lowest = space.decode(space.bounds.map(\.lowerBound))
        #expect(lowest.network.dropout == 0)
        #expect(lowest.hyperparameters == [.learningRate: 1e-4, .batch: 1])
        let highest = space.decode(space.bounds.map(\.upperBound))
        #expect(highest.network.dropout == 0.5.nextDown)
        #expect(highest.hyperparameters == [.learningRate: .number(1e-2.nextDown), .batch: 4])
        let middle = space.decode(space.bounds.map { ($0.lowerBound + $0.upperBound) / 2 })
        #expect(abs(try #require(middle.hyperparameters[.learningRate]?.number) - 1e-3) < 1e-15)
    }

    @Test func pointsOutsideCountAsTheNearestInside() {
        let space = SearchSpace.segnas4
        #expect("\(space.decode([-5, 99, 2, -0.1]).network)" == "n 8 p 5 sup 1 res 0 {2,0,2}")
        #expect("\(space.decode([33, 6, 2, 2]).network)" == "n 32 p 5 sup 1 res 1 {2,0,2}")
    }

    private static func conditional() throws -> SearchSpace {
        try SearchSpace(
            yaml: """
                base: segnas4
                optimizer: [adamw, sgd, nadam]
                loss: dice-cross-entropy
                momentum: {from: 0.8, to: 0.99, when: {optimizer: sgd}}
                weight_decay: {values: 0.01, when: {optimizer: [adamw, sgd]}}
                """)
    }

    @Test(
        "the floor chooses a name; a condition that does not hold leaves no value, and no part of the key"
    )
    func categories() throws {
        let space = try Self.conditional()
        #expect(space.bounds.count == 6 && space.bounds[5] == 0...3.0.nextDown)
        func candidate(_ momentum: Double, _ optimizer: Double) -> Candidate {
            space.decode([21, 3, 0, 0, momentum, optimizer])
        }
        #expect(
            candidate(0.9, 1.99).hyperparameters == [
                .optimizer: "sgd", .loss: "dice-cross-entropy", .momentum: 0.9,
                .weightDecay: 0.01,
            ])
        let network = "n 21 p 3 sup 0 res 0 {2,0,2} loss dice-cross-entropy "
        #expect(
            candidate(0.9, 1).key.text
                == network + "momentum 0.9 optimizer sgd weight_decay 0.01")
        #expect(
            candidate(0.8, -1).hyperparameters == [
                .optimizer: "adamw", .loss: "dice-cross-entropy", .weightDecay: 0.01,
            ])
        #expect(candidate(0.8, 0.5).key == candidate(0.98, 0.2).key)
        #expect(candidate(0.8, 9).key.text == network + "optimizer nadam")
    }

    private static func ranged() throws -> SearchSpace {
        try SearchSpace(
            yaml: """
                base: segnas4
                optimizer: [adamw, sgd, nadam]
                learning_rate:
                  - {from: 1e-4, to: 1e-2, scale: log, when: {optimizer: adamw}}
                  - {from: 0.01, to: 0.05, when: {optimizer: sgd}}
                batch:
                  - {values: [2, 6], when: {optimizer: sgd}}
                  - {values: 7, when: {optimizer: adamw}}
                """)
    }

    @Test("of several ranges a name chooses one; the coordinate is the position in it")
    func ranges() throws {
        let space = try Self.ranged()
        #expect(
            space.searched.map { "\($0.name)" }.suffix(3) == [
                "batch", "learning_rate", "optimizer",
            ])
        #expect(space.bounds[4...5] == [0...1.0.nextDown, 0...1.0.nextDown])
        #expect(space.isInfinite)
        func values(_ batch: Double, _ rate: Double, _ optimizer: Double)
            -> [Hyperparameter: HyperparameterValue]
        {
            space.decode([21, 3, 0, 0, batch, rate, optimizer]).hyperparameters
        }
        #expect(values(0, 0, 0) == [.optimizer: "adamw", .batch: 7, .learningRate: 1e-4])
        let middle = try #require(values(0, 0.5, 0)[.learningRate]?.number)
        #expect(abs(middle - 1e-3) < 1e-15)
        #expect(
            values(1, 2, 0)[.learningRate] == .number(0.01.nextDown),
            "the end is that of the range, to the bit")
        #expect(values(0, 0, 1) == [.optimizer: "sgd", .batch: 2, .learningRate: 0.01])
        #expect(values(0.49, 0, 1)[.batch] == 3 && values(1, 0, 1)[.batch] == 5)
        // Where no condition holds, there is no value and no part of the key.
        #expect(values(0.3, 0.3, 2) == [.optimizer: "nadam"])
        let key = space.decode([21, 3, 0, 0, 0.2, 0, 1]).key.text
        #expect(key.hasSuffix("{2,0,2} batch 2 learning_rate 0.01 optimizer sgd"))
    }

    @Test("values are encoded in the range of their names")
    func encodedRanges() throws {
        let space = try Self.ranged()
        for optimizer in 0..<3 {
            for position in [0, 0.13, 0.5, 0.99] {
                let candidate = space.decode([
                    21.5, 3.5, 0.5, 1.5, position, position, Double(optimizer) + 0.5,
                ])
                let again = space.decode(
                    try space.encode(
                        candidate.architecture, hyperparameters: candidate.hyperparameters))
                #expect(again.hyperparameters[.optimizer] == candidate.hyperparameters[.optimizer])
                #expect(again.hyperparameters[.batch] == candidate.hyperparameters[.batch])
                let (rate, other) = (
                    candidate.hyperparameters[.learningRate]?.number,
                    again.hyperparameters[.learningRate]?.number
                )
                #expect((rate == nil) == (other == nil))
                if let rate, let other { #expect(abs(rate / other - 1) < 1e-12) }
            }
        }
        let network = space.decode([21, 3, 0, 0, 0, 0, 0]).architecture
        let moved = space.decode(
            try space.encode(network, hyperparameters: [.learningRate: 0.001, .optimizer: "sgd"]))
        #expect(moved.hyperparameters[.learningRate] == 0.01)
    }

    @Test("hyperparameters are encoded where they are given, moved to the nearest of the space")
    func encodedHyperparameters() throws {
        let space = try Self.conditional()
        for optimizer in 0..<3 {
            let point = [21.5, 3.5, 0.5, 1.5, 0.85, Double(optimizer) + 0.5]
            let candidate = space.decode(point)
            let again = try space.encode(
                candidate.architecture, hyperparameters: candidate.hyperparameters)
            #expect(space.decode(again) == candidate)
        }
        let network = space.decode([21, 3, 0, 0, 0.8, 0]).architecture
        let moved = try space.encode(
            network, hyperparameters: [.momentum: 2, .optimizer: "adam", .loss: "other"])
        #expect(moved[4] == 0.99.nextDown && moved[5] == 0.5)
        // Without values the middle.
        #expect(try space.encode(network)[4...] == [(0.8 + 0.99.nextDown) / 2, 3.0.nextDown / 2])
        let plus = try SearchSpace.segnasPlus.encode(
            network, hyperparameters: [.learningRate: 0, .augmentation: 1])
        #expect(
            SearchSpace.segnasPlus.decode(plus).hyperparameters
                == [.learningRate: 4e-4, .augmentation: 1])
    }

    @Test(
        "segnas+ is a factor of 5 around a learning rate",
        arguments: [(1e-3, 2e-4, 5e-3), (0.01, 2e-3, 0.05), (5, 0.4, 10), (1e-10, 1e-9, 2.5e-8)])
    func around(rate: Double, from: Double, to: Double) throws {
        let space = try SearchSpace(yaml: SearchSpace.segnasPlus(around: rate))
        guard case .reals(let range, .log)? = space[.hyperparameter(.learningRate)] else {
            return #expect(Bool(false), "no range")
        }
        #expect(abs(range.lowerBound / from - 1) < 1e-12 && abs(range.upperBound / to - 1) < 1e-12)
        #expect(space.searched.count == 14)
    }
}
