import FoundationEssentials
import SegNASSearch
import Testing

/// Search spaces as people write them.
struct SpaceFileTests {
    private func dimensions(_ text: String) throws -> String {
        try SearchSpace(yaml: text).dimensions.map { dimension in
            "\(dimension.name) \(dimension.values)"
                + (dimension.conditions.isEmpty ? "" : " " + dimension.conditions.words)
        }.joined(separator: ", ")
    }

    @Test(arguments: [
        // A listed block says its nodes.
        (
            "{base: segnas7, ops: [2, 0, 2], n: [8, 9], p: [2, 6]}",
            "n 8, p [2, 6), sup 0, res 1, nodes 3, op12 2, op13 0, op23 2, dropout 0.2"
        ),
        // A base's block gives way to a range.
        (
            "{base: segnas4, ops: [1, 7]}",
            "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 3, op12 [1, 7), op13 [1, 7), op23 [1, 7), dropout 0.2"
        ),
        // An edge has its own values.
        (
            "{base: segnas4, op13: [0, 7]}",
            "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 3, op12 2, op13 [0, 7), op23 2, dropout 0.2"
        ),
        // JSON is YAML.
        (
            "{\"n\": [8, 33], \"p\": 2, \"sup\": false, \"res\": true, \"nodes\": 2, \"ops\": 2}",
            "n [8, 33), p 2, sup 0, res 1, nodes 2, op12 2, dropout 0.2"
        ),
        // Aliases, numbers with leading zeros, other line ends.
        (
            "base: segnas7\r\nn: &range [8, 010]\r\nbatch: *range\r\n",
            "n [8, 10), p 4, sup 0, res 1, nodes [2, 5), op12 [0, 7), op13 [0, 7), op14 [0, 7), op23 [0, 7), op24 "
                + "[0, 7), op34 [0, 7), dropout 0.2, batch [8, 10)"
        ),
        (
            "{base: segnas4, learning_rate: {from: 1e-4, to: .5, scale: log}, dropout: 0, batch: 2}",
            "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 3, op12 2, op13 0, op23 2, dropout 0, batch 2, "
                + "learning_rate [0.0001, 0.5) log"
        ),
        // Settings of training, in the order of points; a single name is not searched.
        (
            "{base: segnas4, recipe: default, loss: [dice-cross-entropy], optimizer: [adamw, sgd], augmentation: 2, "
                + "warm_up: [0, 11], momentum: {from: 0.8, to: 0.99, when: {optimizer: sgd}}, weight_decay: {from: "
                + "1e-5, to: 1, scale: log}, clip: {values: 12, when: {optimizer: [sgd, adamw]}}}",
            "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 3, op12 2, op13 0, op23 2, dropout 0.2, weight_decay "
                + "[1e-05, 1) log, momentum [0.8, 0.99) linear when optimizer is sgd, clip 12 when optimizer is sgd "
                + "or adamw, warm_up [0, 11), augmentation 2, loss dice-cross-entropy, optimizer adamw, sgd, recipe "
                + "default"
        ),
        // More than one condition.
        (
            "{base: segnas+, n: 8, p: 2, sup: 0, res: 0, nodes: 2, ops: 2, batch: {values: [1, 4], when: {loss: "
                + "dice-cross-entropy, schedule: [cosine]}}, loss: dice-cross-entropy, schedule: [constant, cosine]}",
            "n 8, p 2, sup 0, res 0, nodes 2, op12 2, dropout [0, 0.5) linear, batch [1, 4) when loss is "
                + "dice-cross-entropy and schedule is cosine, learning_rate [0.0004, 0.01) log, augmentation [0, 2) "
                + "linear, loss dice-cross-entropy, schedule constant, cosine"
        ),
        // Ranges of their own by condition.
        (
            "{base: segnas7, n: 8, p: 2, nodes: 2, ops: 2, optimizer: [nadam, adamw, sgd], learning_rate: [{from: "
                + "3e-4, to: 3e-3, when: {optimizer: [adamw, nadam]}}, {from: 3e-3, to: 3e-2, scale: log, when: "
                + "{optimizer: sgd}}], batch: [{values: [1, 4], when: {optimizer: sgd}}, {values: 8, when: "
                + "{optimizer: adamw}}]}",
            "n 8, p 2, sup 0, res 1, nodes 2, op12 2, dropout 0.2, batch [1, 4) when optimizer is sgd; 8 when "
                + "optimizer is adamw, learning_rate [0.0003, 0.003) linear when optimizer is adamw or nadam; [0.003, "
                + "0.03) log when optimizer is sgd, optimizer nadam, adamw, sgd"
        ),
    ])
    func accepts(text: String, expected: String) throws {
        #expect(try dimensions(text) == expected)
    }

    @Test func presetsAreTheirOwnBases() throws {
        for preset in SearchSpace.Preset.allCases {
            #expect(try SearchSpace(yaml: "base: \(preset.rawValue)") == SearchSpace(preset))
        }
    }

    private func documentation() throws -> String {
        try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Documentation/search-spaces.md"), encoding: .utf8)
    }

    @Test func documentedExamplesAreTrue() throws {
        let examples = try documentation().split(separator: "```yaml\n").dropFirst().map {
            $0.prefix { $0 != "`" }
        }
        #expect(examples.count == 5)
        #expect(
            try examples.map { try dimensions(String($0)) } == [
                "n [8, 25), p 3, sup [0, 2), res 1, nodes [2, 6), op12 [1, 6), op13 [0, 7), op14 [0, 7), op15 [0, "
                    + "7), op23 [0, 7), op24 [0, 7), op25 [0, 7), op34 [0, 7), op35 [0, 7), op45 [0, 7), dropout [0, "
                    + "0.5) linear, batch [1, 4), learning_rate [0.0001, 0.01) log",
                "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 4, op12 2, op13 6, op14 0, op23 2, op24 0, op34 "
                    + "2, dropout 0.2, learning_rate [0.0001, 0.01) log",
                "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 3, op12 2, op13 0, op23 2, dropout 0.2, "
                    + "learning_rate [0.0001, 0.01) log, weight_decay [1e-05, 0.1) log when optimizer is adamw or "
                    + "sgd, momentum [0.8, 0.99) linear when optimizer is sgd, warm_up [0, 11) when schedule is "
                    + "cosine, augmentation [0, 2) linear, loss exponential-logarithmic, dice-cross-entropy, "
                    + "optimizer nadam, adamw, sgd, schedule constant, cosine",
                "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 3, op12 2, op13 0, op23 2, dropout 0.2, "
                    + "learning_rate [0.0003, 0.003) log when optimizer is adamw; [0.003, 0.03) log when optimizer "
                    + "is sgd, optimizer adamw, sgd",
                "n [8, 33), p [2, 6), sup [0, 2), res [0, 2), nodes 3, op12 2, op13 0, op23 2, dropout 0.2, batch "
                    + "[1, 5) when patch is 64x64x64; [1, 3) when patch is 96x96x96, patch 64x64x64, 96x96x96, "
                    + "spacing planned, 1.0x1.0x1.0",
            ])
    }

    @Test func faultsNameTheirFile() throws {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "space-\(UInt64.random(in: 0 ... .max)).yaml"
        ).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        func words(_ data: Data) throws -> String? {
            try data.write(to: URL(filePath: path))
            let error = #expect(throws: SearchSpaceError.self) { try SearchSpace(contentsOf: path) }
            return error?.description.replacing(path, with: "space.yaml")
        }
        let faulty = try #require(
            try words(Data("base: segnas11\nnode: 3\nn: [33, 8]\np: 0\n".utf8)))
        #expect(faulty.split(separator: "\n").count == 3)
        #expect(try documentation().contains(faulty))
        #expect(
            try words(Data([0x6E, 0x3A, 0xFF]))
                == "space.yaml: is not UTF-8 text; save it as UTF-8, or is it the right file?")
        #expect(
            try words(Data(count: 1 << 17))
                == "space.yaml: is larger than 64 KiB: is it the right file?")
        try Data("\u{FEFF}base: segnas11\r\n".utf8).write(to: URL(filePath: path))
        #expect(try SearchSpace(contentsOf: path) == .segnas11)
    }

    @Test(arguments: [
        ("/no/space.yaml", "/no/space.yaml: cannot be read: No such file or directory"),
        ("/", "/: cannot be read: Is a directory"),
    ])
    func unreadableFiles(path: String, words: String) {
        let error = #expect(throws: SearchSpaceError.self) { try SearchSpace(contentsOf: path) }
        #expect(error?.description == words)
    }
}
