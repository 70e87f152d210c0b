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
        #expect(highest.hyperparameters == [.learningRate: 1e-2.nextDown, .batch: 4])
        let middle = space.decode(space.bounds.map { ($0.lowerBound + $0.upperBound) / 2 })
        #expect(abs(middle.hyperparameters[.learningRate, default: 0] - 1e-3) < 1e-15)
    }

    @Test func pointsOutsideCountAsTheNearestInside() {
        let space = SearchSpace.segnas4
        #expect("\(space.decode([-5, 99, 2, -0.1]).network)" == "n 8 p 5 sup 1 res 0 {2,0,2}")
        #expect("\(space.decode([33, 6, 2, 2]).network)" == "n 32 p 5 sup 1 res 1 {2,0,2}")
    }
}
