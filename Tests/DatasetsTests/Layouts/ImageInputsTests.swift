import Foundation
import Imaging
import TestSupport
import Testing

@testable import Datasets

@Suite("Inputs of predictions")
struct ImageInputsTests {
    /// A tree of files, and the cases that it holds.
    struct Tree: CustomTestStringConvertible {
        var testDescription: String
        /// Images, label maps with a star, DICOM slices with `!`, and text with `?`.
        var tree: [String]
        var channels = ["x"]
        /// Names of cases, each with its files.
        var cases: [String: [String]]
        var faults: [String] = []
        var notes: [String] = []
    }

    static let trees = [
        Tree(
            testDescription: "files and series",
            tree: ["a.nii.gz", "p2/IM0000!", "p3/IM0.dcm?", "log.txt?"],
            cases: ["a": ["a.nii.gz"], "p2": ["p2"], "p3": ["p3"]], notes: ["log.txt"]),
        Tree(
            testDescription: "a series beside files", tree: ["q/a.nii.gz", "q/IM0000!", "b.nii"],
            cases: ["a": ["q/a.nii.gz"], "q": ["q"], "b": ["b.nii"]]),
        Tree(
            testDescription: "KiTS without label maps",
            tree: ["case_0/imaging.nii.gz", "case_1/imaging.nii.gz", "case_1/notes.txt?"],
            cases: ["case_0": ["case_0/imaging.nii.gz"], "case_1": ["case_1/imaging.nii.gz"]],
            notes: ["case_1/notes.txt"]),
        Tree(
            testDescription: "one folder of a case", tree: ["case_0/imaging.nii.gz"],
            cases: ["case_0": ["case_0/imaging.nii.gz"]]),
        Tree(
            testDescription: "folders in folders",
            tree: ["A/1/x.nii", "A/2/x.nii", "B/1/x.nii", "y.nii"],
            cases: [
                "A_1": ["A/1/x.nii"], "A_2": ["A/2/x.nii"], "B_1": ["B/1/x.nii"], "y": ["y.nii"],
            ]),
        Tree(
            testDescription: "two sites with some names in common",
            tree: ["A/x.nii", "A/y.nii", "B/x.nii"],
            cases: ["A_x": ["A/x.nii"], "A_y": ["A/y.nii"], "B": ["B/x.nii"]]),
        Tree(
            testDescription: "channels for a model of one",
            tree: ["a_0000.nii", "a_0001.nii", "b_0000.nii", "c.nii"],
            cases: ["b": ["b_0000.nii"], "c": ["c.nii"]],
            faults: ["a_0000.nii and ", "a_0001.nii look like channels of one case"]),
        Tree(
            testDescription: "contrasts for a model of one",
            tree: ["P1_T1.nii", "P1_T2.nii", "P2_T1.nii"],
            cases: ["P2_T1": ["P2_T1.nii"]], faults: ["P1_T2.nii look like channels of one case"]),
        Tree(
            testDescription: "scans with numbers from 0",
            tree: (0..<6).map { "s_000\($0).nii" },
            cases: Dictionary(
                uniqueKeysWithValues: (0..<6).map { ("s_000\($0)", ["s_000\($0).nii"]) })),
        Tree(
            testDescription: "two channels by number", tree: ["a_0000.nii", "a_0001.nii", "b.nii"],
            channels: ["CT", "PET"], cases: ["a": ["a_0000.nii", "a_0001.nii"], "b": ["b.nii"]]),
        Tree(
            testDescription: "a channel missing", tree: ["a_0000.nii", "a_0001.nii", "b_0000.nii"],
            channels: ["CT", "PET"], cases: ["a": ["a_0000.nii", "a_0001.nii"]],
            faults: ["b_0000.nii: channel 1 is missing"]),
        Tree(
            testDescription: "channels by name come in the model's order",
            tree: ["P1/P1_ct.nii", "P1/P1_pet.nii", "P2/P2_CT.nii", "P2/P2_PET.nii"],
            channels: ["PET", "CT"],
            cases: [
                "P1": ["P1/P1_pet.nii", "P1/P1_ct.nii"], "P2": ["P2/P2_PET.nii", "P2/P2_CT.nii"],
            ]),
        Tree(
            testDescription: "one name, two endings", tree: ["a.nii.gz", "a.nrrd", "b.nii"],
            cases: ["b": ["b.nii"]], faults: ["a.nii.gz and a.nrrd have the same name"]),
        Tree(
            testDescription: "a case with its label map",
            tree: ["imaging.nii.gz", "segmentation.nii.gz*"],
            cases: ["imaging": ["imaging.nii.gz"]], notes: ["segmentation.nii.gz"]),
        Tree(
            testDescription: "cases of a dataset that have label maps",
            tree: ["c0/imaging.nii", "c0/segmentation.nii*", "c1/imaging.nii"],
            cases: ["c1": ["c1/imaging.nii"]],
            notes: ["of its cases, the one with a label map is left out"]),
        Tree(
            testDescription: "its own output",
            tree: ["a.nii", "out/a.nii.gz*", "out/prediction.json?"],
            cases: ["a": ["a.nii"]], notes: ["passed over as predictions: out"]),
        Tree(testDescription: "nothing", tree: [], cases: [:], faults: ["holds no image"]),
        Tree(
            testDescription: "text alone", tree: ["x/log.txt?"], cases: [:],
            faults: ["holds no image"],
            notes: ["x/log.txt"]),
    ]

    private func write(_ tree: Tree, _ small: SmallDataset) throws {
        for path in tree.tree {
            let name = String(path.dropLast())
            switch path.last {
            case "?": try small.write("text", to: name)
            case "!": try small.write(String(repeating: "\0", count: 128) + "DICM", to: name)
            default: try small.write([path])
            }
        }
    }

    @Test("nothing is left out without a word", arguments: trees)
    func found(_ tree: Tree) throws {
        try withDataset { small in
            try write(tree, small)
            let inputs = try ImageInputs(
                [small.path], channels: tree.channels.count, named: tree.channels)
            let found = inputs.cases.map { item in
                (item.identifier, item.images.map { String($0.dropFirst(small.path.count + 1)) })
            }
            #expect(found.count == tree.cases.count, "\(found)")
            #expect(Dictionary(found) { first, _ in first } == tree.cases)
            let faults = inputs.faults.map(\.description).joined(separator: "\n")
            #expect(tree.faults.isEmpty == faults.isEmpty, "\(faults)")
            for sentence in tree.faults { #expect(faults.contains(sentence), "\(faults)") }
            #expect(inputs.notes.count == tree.notes.count, "\(inputs.notes)")
            for note in tree.notes {
                #expect(inputs.notes.contains { $0.contains(note) }, "\(inputs.notes)")
            }
        }
    }

    @Test("a dataset's channels come in the model's order")
    func order() throws {
        try withDataset { small in
            try small.writeNNUNet(channels: 2)
            let inputs = try ImageInputs([small.path], channels: 2, named: ["t2", "T1"])
            let files = inputs.cases[0].images.map { URL(filePath: $0).lastPathComponent }
            #expect(files == ["a_0001.nii.gz", "a_0000.nii.gz"])
            let same = try ImageInputs([small.path], channels: 2, named: ["x", "y"])
            #expect(same.cases[0].images[0].hasSuffix("a_0000.nii.gz"))
        }
    }
}
