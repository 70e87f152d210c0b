import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Inputs of predictions")
struct ImageInputsTests {
    /// A tree of files, and the cases that it holds.
    struct Tree: CustomTestStringConvertible {
        var testDescription: String
        /// Images, label maps with a star, DICOM slices with `!`, and text with `?`.
        var tree: [String] = []
        /// Heights of whole DICOM slices by their names, each behind the number of its series.
        var slices: [String: (series: Int, height: Int)] = [:]
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
            testDescription: "a disc with its table of contents",
            tree: ["DICOMDIR?", "a/README?", "a/s1/IM0!", "a/s2/IM0!"],
            cases: ["s1": ["a/s1"], "s2": ["a/s2"]], notes: ["DICOMDIR and a/README"]),
        Tree(
            testDescription: "a series in two folders",
            slices: [
                "p/a/1": (7, 1), "p/a/2": (7, 2), "p/b/3": (7, 3), "p/b/4": (7, 4), "q/1": (8, 1),
                "q/2": (8, 2),
            ], cases: ["p": ["p"], "q": ["q"]]),
        Tree(
            testDescription: "a series in two folders, of which one is damaged",
            tree: ["p/b/5!"],
            slices: ["p/a/1": (7, 1), "p/a/2": (7, 2), "p/b/3": (7, 3), "p/b/4": (7, 4)],
            cases: ["p": ["p"]]),
        Tree(
            testDescription: "scans that were made anonymous share their series",
            slices: ["p/1": (7, 1), "p/2": (7, 2), "q/1": (7, 1), "q/2": (7, 2)],
            cases: ["p": ["p"], "q": ["q"]]),
        Tree(
            testDescription: "one of them in two folders",
            slices: ["p/a/1": (7, 1), "p/b/2": (7, 2), "q/1": (7, 1), "q/2": (7, 2)],
            cases: ["p": ["p"], "q": ["q"]]),
        Tree(
            testDescription: "one of them in two folders beside the other",
            slices: ["a/1": (7, 1), "b/2": (7, 2), "c/1": (7, 1), "c/2": (7, 2)],
            cases: ["c": ["c"]], faults: ["the slices of one DICOM series lie in a and b"]),
        Tree(
            testDescription: "a series in two folders beside another one",
            slices: ["a/1": (7, 1), "b/2": (7, 2), "c/1": (8, 1), "c/2": (8, 2)],
            cases: ["c": ["c"]], faults: ["the slices of one DICOM series lie in a and b"]),
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
            testDescription: "a mask without its image beside an image with one",
            tree: ["x.nii.gz", "x_seg.nii.gz*", "y_mask.nii.gz*"], cases: ["x": ["x.nii.gz"]],
            notes: ["label maps by their names: x_seg.nii.gz and y_mask.nii.gz"]),
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
        for (name, slice) in tree.slices {
            try small.write(dicom(series: slice.series, height: slice.height), to: name)
        }
    }

    /// A slice of one pixel, its tags and values without a preamble, as old software writes it.
    private func dicom(series: Int, height: Int) -> Data {
        let elements: [(UInt16, UInt16, String)] = [
            (0x0008, 0x0016, "1.2.840.10008.5.1.4.1.1.4\0"), (0x0020, 0x000E, "1.\(series) "),
            (0x0020, 0x0032, "0\\0\\\(height) "), (0x0020, 0x0037, "1\\0\\0\\0\\1\\0 "),
            (0x0028, 0x0002, "\u{1}\0"), (0x0028, 0x0004, "MONOCHROME2 "),
            (0x0028, 0x0010, "\u{1}\0"), (0x0028, 0x0011, "\u{1}\0"), (0x0028, 0x0030, "1\\1 "),
            (0x0028, 0x0100, "\u{10}\0"), (0x0028, 0x0101, "\u{10}\0"),
            (0x0028, 0x0102, "\u{F}\0"), (0x0028, 0x0103, "\0\0"), (0x7FE0, 0x0010, "\0\0"),
        ]
        var data = Data()
        for (group, element, value) in elements {
            for number in [group, element, UInt16(value.utf8.count), 0] {
                data += [UInt8(number & 0xFF), UInt8(number >> 8)]
            }
            data += Array(value.utf8)
        }
        return data
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

    @Test("an image that is named twice, or lies in a folder that is named too, is one case")
    func named() throws {
        try withDataset { small in
            try small.write(["a.nii", "b.nii"])
            let file = small.path + "/a.nii"
            let other = "\(small.path)/../\(small.folder.lastPathComponent)/a.nii"
            for (paths, cases) in [([small.path, file], ["a", "b"]), ([file, other], ["a"])] {
                let inputs = try ImageInputs(paths, channels: 1)
                #expect(inputs.faults.isEmpty, "\(inputs.faults)")
                #expect(inputs.cases.map(\.identifier).sorted() == cases)
            }
        }
    }

    @Test("an image in two files is one case, whichever of them are named")
    func pairs() throws {
        try withDataset { small in
            try small.write(["a.nii"])
            let files = ["p.hdr", "p.img", "m.mhd", "m.raw", "n.nhdr", "n.raw.gz"]
            for file in files { try Data().write(to: small.folder.appending(path: file)) }
            let inputs = try ImageInputs(files.map { "\(small.path)/\($0)" }, channels: 1)
            #expect(inputs.faults.isEmpty, "\(inputs.faults)")
            let found = Dictionary(
                uniqueKeysWithValues: inputs.cases.map { ($0.identifier, $0.images) })
            #expect(
                found == [
                    "p": [small.path + "/p.hdr"], "m": [small.path + "/m.mhd"],
                    "n": [small.path + "/n.nhdr"],
                ])
            let half = try ImageInputs([small.path + "/p.img"], channels: 1)
            #expect(half.cases.map(\.images) == [[small.path + "/p.img"]])
        }
    }

    @Test("a link that leads nowhere is not taken for a name that is wrong")
    func links() throws {
        try withDataset { small in
            let link = small.path + "/link.nii"
            try FileManager.default.createSymbolicLink(
                atPath: link, withDestinationPath: "elsewhere.nii")
            let inputs = try ImageInputs([link, small.path + "/no.nii"], channels: 1)
            #expect(inputs.faults.map(\.kind) == ["linkTarget", "missing"])
        }
    }

    @Test("only datasets have parts")
    func parts() throws {
        try withDataset { small in
            try small.writeNNUNet()
            let images = small.path + "/imagesTr"
            for path in [images, images + "/a_0000.nii.gz"] {
                let inputs = try ImageInputs([path], channels: 1, of: .identifiers(["a"]))
                #expect(inputs.cases.isEmpty)
                #expect(inputs.faults.map(\.kind) == ["noParts"])
            }
            let whole = try ImageInputs([small.path], channels: 1, of: .identifiers(["a"]))
            #expect(whole.cases.map(\.identifier) == ["a"] && whole.faults.isEmpty)
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
