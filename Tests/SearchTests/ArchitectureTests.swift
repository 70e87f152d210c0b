import FoundationEssentials
import SegNASSearch
import Testing

struct ArchitectureTests {
    private func segnas4() throws -> SegNAS {
        SegNAS(n: 21, p: 3, sup: true, res: false, block: try BlockGraph([2, 0, 2]))
    }

    @Test func jsonIsStable() throws {
        let segnas = Architecture.segnas(try segnas4())
        #expect(
            segnas.json
                == #"{"dropout":0.2,"family":"segnas","n":21,"nodes":3,"ops":[2,0,2],"p":3,"res":0,"schema":1,"sup":1}"#
        )
        #expect(Architecture.unet3d.json == #"{"family":"unet3d","schema":1}"#)
        for architecture in [segnas, .unet3d, .vnet] {
            #expect(try Architecture(json: architecture.json) == architecture)
        }
    }

    @Test(arguments: [
        #"{"schema": 1, "family": "segnas", "n": 21, "p": 3, "sup": 1, "res": 0, "nodes": 3, "ops": [2, 0, 2]}"#,
        #"{"n": 21, "p": 3, "sup": true, "res": false, "nodes": 3, "ops": [2, 0, 2], "dropout": 0.2}"#,
    ])
    func accepts(json: String) throws {
        #expect(try Architecture(json: json) == .segnas(segnas4()))
    }

    @Test(arguments: [
        ("", ["no valid JSON object; an architecture is written {\"n\": 16, \"p\": 2, …}"]),
        ("[21]", ["no valid JSON object; an architecture is written {\"n\": 16, \"p\": 2, …}"]),
        (
            #"{"n": 21, "p": 3, "sup": 1, "res": 0, "nodes": 3, "ops": [2, 0, 2], "n": 8}"#,
            ["\"n\" appears more than once: keep one"]
        ),
        (
            "{}",
            [
                "n is missing; it must be a whole number from 1 to 1024",
                "p is missing; it must be a whole number from 1 to 10",
                "sup is missing; it must be 0 or 1",
                "res is missing; it must be 0 or 1",
                "nodes is missing; it must be a whole number from 2 to 7",
                "ops is missing; it must be a list of operation numbers, for example [2, 0, 2]",
            ]
        ),
        (
            #"{"n": 0, "p": 2.5, "sup": 2, "res": "yes", "nodes": 8, "ops": {}, "dropout": 1}"#,
            [
                "n is 0, and it must be a whole number from 1 to 1024",
                "p is 2.5, and it must be a whole number from 1 to 10",
                "sup is 2, and it must be 0 or 1",
                "res is \"yes\", and it must be 0 or 1",
                "nodes is 8, and it must be a whole number from 2 to 7",
                "ops is an object, and it must be a list of operation numbers, for example [2, 0, 2]",
                "dropout is 1, and it must be a number of at least 0 and below 1",
            ]
        ),
        (
            #"{"n": null, "p": [3], "sup": 1, "res": 0, "nodes": 3, "ops": [2, 0], "node": 3, "stride": 2}"#,
            [
                "there is no \"node\"; did you mean nodes?",
                "there is no \"stride\"; the names are schema, family, n, p, sup, res, nodes, ops, dropout, "
                    + "stages, features",
                "n is null, and it must be a whole number from 1 to 1024",
                "p is [3], and it must be a whole number from 1 to 10",
                "ops has 2 entries, and 3 nodes need 3: those of the edges 12, 13 and 23",
            ]
        ),
        (
            #"{"n": 21, "p": 3, "sup": 1, "res": 0, "nodes": 3, "ops": [2, 9, 2]}"#,
            ["ops: no operation is numbered 9; the numbers are 0 to 6"]
        ),
        (
            #"{"n": 21, "p": 3, "sup": 1, "res": 0, "nodes": 3, "ops": [2, "0", null, {}]}"#,
            [
                #"ops is [2, "0", null, an object], and it must be a list of operation numbers, for example [2, 0, 2]"#
            ]
        ),
        (
            #"{"schema": 2, "family": "unet"}"#,
            [
                "schema is 2, and it must be 1, the only one that this program reads",
                "family is \"unet\", and it must be \"segnas\", \"unet3d\", \"vnet\", \"nnunet\" or \"nnunet-resenc\"",
            ]
        ),
        (
            #"{"family": "vnet", "n": 16, "dropout": 0.1}"#,
            ["n means nothing to vnet; remove it", "dropout means nothing to vnet; remove it"]
        ),
    ])
    func faults(json: String, words: [String]) {
        let error = #expect(throws: ArchitectureError.self) { try Architecture(json: json) }
        #expect(error?.faults.map(\.description) == words)
    }

    @Test func deepNestingIsNoArchitecture() {
        #expect(throws: ArchitectureError.self) {
            try Architecture(json: String(repeating: "[", count: 100_000))
        }
        #expect(throws: ArchitectureError.self) {
            try Architecture(json: #"{"ops": "# + String(repeating: "[", count: 100_000))
        }
    }

    @Test func fileIsNamed() throws {
        let error = #expect(throws: ArchitectureError.self) {
            try Architecture(contentsOf: "/no/network.json")
        }
        #expect(error?.description == "/no/network.json: cannot be read: No such file or directory")
    }

    @Test func shortForm() throws {
        let segnas = try segnas4()
        #expect("\(segnas)" == "n 21 p 3 sup 1 res 0 {2,0,2}")
        let other = SegNAS(n: 8, p: 2, sup: false, res: true, block: segnas.block, dropout: 0.25)
        #expect("\(Architecture.segnas(other))" == "n 8 p 2 sup 0 res 1 {2,0,2} dropout 0.25")
        #expect("\(Architecture.unet3d)" == "unet3d")
    }
}

struct ResultKeyTests {
    private func architecture(_ block: String, dropout: Double = 0.2) throws -> Architecture {
        .segnas(
            SegNAS(
                n: 16, p: 2, sup: false, res: true, block: try BlockGraph(parsing: block),
                dropout: dropout))
    }

    @Test func wordsRoundTheDropoutAndKeysDoNot() throws {
        let drawn = try architecture("{2,0,2}", dropout: 0.09282764038340889)
        #expect("\(drawn)" == "n 16 p 2 sup 0 res 1 {2,0,2} dropout 0.09283")
        #expect(
            ResultKey(drawn).text == "n 16 p 2 sup 0 res 1 {2,0,2} dropout 0.09282764038340889")
    }

    /// Studies on disk hold these texts.
    @Test func textIsStable() throws {
        let key = ResultKey(
            try architecture("{2,1,0,0,3,4}", dropout: 0.1),
            hyperparameters: [.learningRate: 1e-4, .batch: 3])
        let text = "n 16 p 2 sup 0 res 1 {1,2,0,0,4,3} dropout 0.1 batch 3 learning_rate 0.0001"
        #expect(key.text == text)
        #expect(ResultKey(.vnet).text == "vnet")
        let json = try JSONEncoder().encode([key])
        #expect(try JSONDecoder().decode([ResultKey].self, from: json) == [key])
    }

    /// Requests and the database hold these documents, and earlier versions wrote numbers alone.
    @Test func valuesAreNumbersOrNames() throws {
        let text = #"{"batch":3,"learning_rate":0.0001,"loss":"dice-cross-entropy"}"#
        let values: [Hyperparameter: HyperparameterValue] = [
            .learningRate: 1e-4, .batch: 3, .loss: "dice-cross-entropy",
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(values), as: UTF8.self) == text)
        let read = try JSONDecoder().decode(
            [Hyperparameter: HyperparameterValue].self, from: Data(text.utf8))
        #expect(read == values)
        #expect(
            ResultKey(.vnet, hyperparameters: values).text
                == "vnet batch 3 learning_rate 0.0001 loss dice-cross-entropy")
        for other in ["true", "null", "[1]"] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(
                    [Hyperparameter: HyperparameterValue].self,
                    from: Data("{\"batch\":\(other)}".utf8))
            }
        }
    }

    @Test func twinsShareIt() throws {
        #expect(
            try ResultKey(architecture("{2,1,0,0,3,4}"))
                == ResultKey(architecture("{1,2,0,0,4,3}")))
        #expect(
            try ResultKey(architecture("{2,1,0,6,3,4}"))
                != ResultKey(architecture("{1,2,0,6,4,3}")))
    }

    @Test(arguments: [1e-3, 0.3, 1 / 3, .leastNonzeroMagnitude, 1, 3] as [Double])
    func neighbouringRealsDoNotShareIt(value: Double) throws {
        let network = try architecture("{2,0,2}")
        let keys = [value.nextDown, value, value.nextUp].map {
            ResultKey(network, hyperparameters: [.learningRate: .number($0)])
        }
        #expect(Set(keys).count == 3)
        #expect(try ResultKey(architecture("{2,0,2}", dropout: 0.2.nextUp)) != ResultKey(network))
    }
}
