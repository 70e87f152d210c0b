import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Labels of descriptions")
struct LabelNameTests {
    /// The labels that a description means.
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var labels: String
        var foreground: [String]
        var values: [Int] = [1, 2]
        var background = 0
        var ignore: Int?
        var warnings: [String] = []
    }

    static let sound = [
        Case(
            testDescription: "capitals", labels: #"{"Background": 0, "a": 1, "b": 2, "Ignore": 3}"#,
            foreground: ["a", "b"], ignore: 3),
        Case(
            testDescription: "more of them",
            labels: #"{"0": "BACKGROUND", "1": "a", "2": "b", "3": " IGNORE "}"#,
            foreground: ["a", "b"], ignore: 3),
        Case(
            testDescription: "numbers as text",
            labels: #"{"background": "0", "a": "1", "b": " 2"}"#,
            foreground: ["a", "b"]),
        Case(
            testDescription: "names that are numbers",
            labels: #"{"0": "background", "1": "1", "2": "20"}"#,
            foreground: ["1", "20"]),
        Case(
            testDescription: "another word for the background",
            labels: #"{"Clear Label": 0, "a": 1, "b": 2}"#,
            foreground: ["a", "b"]),
        Case(
            testDescription: "a structure with the value 0",
            labels: #"{"liver": 0, "a": 1, "b": 2}"#,
            foreground: ["a", "b"], warnings: ["backgroundNamed"]),
        Case(
            testDescription: "a structure with the value 0 beside a background",
            labels: #"{"background": 1, "a": 0, "b": 2}"#,
            foreground: ["a", "b"], values: [0, 2], background: 1, warnings: ["structureAtZero"]),
        Case(
            testDescription: "lists of one value, and whole floats",
            labels: #"{"background": 0, "a": [1], "b": 2.0}"#,
            foreground: ["a", "b"]),
    ]

    @Test("mean the same in many ways", arguments: sound)
    func read(_ example: Case) throws {
        try withDataset { small in
            try small.writeNNUNet(labels: example.labels)
            let reading = DatasetReading(contentsOf: small.path)
            #expect(reading.faults.map(\.kind) == example.warnings)
            let table = try #require(reading.dataset?.labels)
            #expect(table.foreground.map(\.name) == example.foreground)
            #expect(table.foreground.map(\.value) == example.values)
            #expect(table.background == example.background && table.ignore == example.ignore)
        }
    }

    @Test(
        "faults",
        arguments: [
            (#"{"1": "a", "2": "b"}"#, #"add "0": "background""#),
            (#"{"a": 1, "b": 2}"#, #"add "background": 0"#),
            (#"{"background": 0, "ignore": 1, "Ignore": 2, "a": 3}"#, "are both named ignore"),
            (#"{"background": 0, "x": 1, "x ": 2}"#, "the values 1, 2 are both named x"),
            (#"{"background": "0", "a": "one"}"#, #"the label "a" must have one whole number"#),
        ])
    func refused(labels: String, sentence: String) throws {
        try withDataset { small in
            try small.writeNNUNet(labels: labels)
            let faults = DatasetReading(contentsOf: small.path).faults
            #expect(faults.count == 1 && faults[0].message.contains(sentence), "\(faults)")
        }
    }
}
