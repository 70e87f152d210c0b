import Foundation
import TestSupport
import Testing

@testable import SegNASDatasets

/// A dataset with a mistake, and what is said of it.
struct FaultCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var arrange: @Sendable (SmallDataset) throws -> Void
    /// Parts of the descriptions, one for each fault in any order.
    var sentences: [String]

    init(
        _ name: String, _ sentences: String...,
        arrange: @escaping @Sendable (SmallDataset) throws -> Void
    ) {
        testDescription = name
        self.sentences = sentences
        self.arrange = arrange
    }

    /// Expects each sentence in a separate description, and no other description.
    func expect(_ faults: [DatasetFault], sourceLocation: SourceLocation = #_sourceLocation) {
        let descriptions = faults.map(\.description)
        #expect(faults.count == sentences.count, "\(descriptions)", sourceLocation: sourceLocation)
        for sentence in sentences {
            #expect(
                descriptions.contains { $0.contains(sentence) }, "\(sentence) in \(descriptions)",
                sourceLocation: sourceLocation)
        }
    }
}

@Suite("Faults of layouts")
struct LayoutFaultTests {
    static let empty = FaultCase("an empty folder", "is not a dataset that segnas3d reads") { _ in }

    static let descriptions = [
        FaultCase("JSON cut short", "dataset.json: is not JSON") {
            try $0.writeNNUNet()
            try $0.write(#"{"labels": {"background": 0"#, to: "dataset.json")
        },
        FaultCase("JSON that says nothing", "dataset.json: is not a dataset") {
            try $0.write("{}", to: "dataset.json")
        },
        FaultCase(
            "everything wrong at once", #"lacks "labels""#, #"lacks "channel_names""#,
            #""file_ending" says .png, and the images are named like imagesTr/b_0000.nii.gz"#,
            "a.nii.gz: there is no image for this label map"
        ) {
            try $0.writeNNUNet()
            try $0.write(#"{"file_ending": ".png"}"#, to: "dataset.json")
            try $0.remove("imagesTr/a_0000.nii.gz")
        },
        FaultCase("a label without a number", #"the label "one" must have one whole number"#) {
            try $0.writeNNUNet(labels: #"{"background": 0, "one": 1.5}"#)
        },
        FaultCase("one value twice", "one and two have the same value 1") {
            try $0.writeNNUNet(labels: #"{"background": 0, "one": 1, "two": 1}"#)
        },
        FaultCase("one name twice", "the values 1, 2 are both named one") {
            try $0.writeNNUNet(labels: #"{"0": "background", "1": "one", "2": "one"}"#)
        },
        FaultCase("no background", "no label is the background") {
            try $0.writeNNUNet(labels: #"{"one": 1, "two": 2}"#)
        },
        FaultCase("nothing but background", "no label besides the background") {
            try $0.writeNNUNet(labels: #"{"background": 0}"#)
        },
        FaultCase("300 labels", "299 labels, and 254 are possible") {
            let labels = (1..<300).map { #""\#($0)": "l\#($0)""# }.joined(separator: ",")
            try $0.writeNNUNet(labels: #"{"0": "background", \#(labels)}"#)
        },
        FaultCase("a key twice", #"dataset.json: "one" appears more than once in an object"#) {
            try $0.writeNNUNet(labels: #"{"background": 0, "one": 2, "one": 1}"#)
        },
        FaultCase("a list instead of an object", "dataset.json: holds no object") {
            try $0.writeNNUNet()
            try $0.write(#"[{"image": "a", "label": "b"}]"#, to: "dataset.json")
        },
        FaultCase("channels from 1", "the keys of the channels are 1: number them from 0") {
            try $0.writeNNUNet()
            try $0.write(
                #"{"channel_names": {"1": "T1"}, "labels": {"background": 0, "one": 1}}"#,
                to: "dataset.json")
        },
        FaultCase("channels that are numbers", #""channel_names" must be an object such as"#) {
            try $0.writeNNUNet()
            try $0.write(
                #"{"channel_names": {"0": 1}, "labels": {"background": 0, "one": 1}}"#,
                to: "dataset.json")
        },
    ]

    static let files = [
        FaultCase("a link that leads nowhere", "c2: is a link to what does not exist") {
            for (number, name) in ["c0", "c1"].enumerated() {
                try $0.writeImage("\(name)/image.nii.gz", number)
                try $0.writeLabels("\(name)/label.nii.gz")
            }
            try FileManager.default.createSymbolicLink(
                atPath: $0.path + "/c2", withDestinationPath: "/nowhere/c2")
        },
        FaultCase("a path as Windows writes it", "does not exist; im/a.nii.gz does") {
            try $0.writeImage("im/a.nii.gz", 0)
            try $0.writeLabels("la/a.nii.gz")
            try $0.write(
                #"{"training": [{"image": "im\\a.nii.gz", "label": "la/a.nii.gz"}]}"#,
                to: "dataset.json")
        },
        FaultCase("fewer cases than said", #""numTraining" says 3, and 2 cases are there"#) {
            try $0.writeNNUNet()
            try $0.remove("imagesTr/a_0000.nii.gz")
            try $0.remove("labelsTr/a.nii.gz")
        },
        FaultCase("an image without label map", "imagesTr/b_0000.nii.gz: there is no label map") {
            try $0.writeNNUNet()
            try $0.remove("labelsTr/b.nii.gz")
        },
        FaultCase("a channel missing", "a_0000.nii.gz: channel 1 is missing: add …_0001") {
            try $0.writeNNUNet(channels: 2)
            try $0.remove("imagesTr/a_0001.nii.gz")
        },
        FaultCase("a channel too many", "has 3 channel files where the dataset has 2") {
            try $0.writeNNUNet(channels: 2)
            try $0.writeImage("imagesTr/c_0002.nii.gz", 99)
        },
        FaultCase("no channel 0", "b_0001.nii.gz: channel 0 is missing") {
            try $0.writeNNUNet(channels: 2)
            try $0.remove("imagesTr/b_0000.nii.gz")
        },
        FaultCase(
            "one image in two files", "a_0000.nii and imagesTr/a_0000.nii.gz have the same",
            #""file_ending" says .nii.gz, and 1 file ends otherwise, such as imagesTr/a_0000.nii:"#
        ) {
            try $0.writeNNUNet()
            try $0.writeImage("imagesTr/a_0000.nii", 1)
        },
        FaultCase("no folder of labels", "labelsTr: does not exist") {
            try $0.writeNNUNet()
            try $0.remove("labelsTr")
        },
        FaultCase("nothing to learn from", "no image with a label map") {
            try $0.write("", to: "images/notes.txt")
            try $0.write("", to: "labels/notes.txt")
        },
        FaultCase("a label map alone", "labels/b.nii.gz: there is no image") {
            try $0.writePlain()
            try $0.remove("images/b.nii.gz")
        },
        FaultCase(
            "listed files that are not there", "./imagesTr/a.nii.gz: does not exist",
            "./labelsTr/b.nii.gz: does not exist"
        ) {
            try $0.writeDecathlon()
            try $0.remove("imagesTr/a.nii.gz")
            try $0.remove("labelsTr/b.nii.gz")
        },
        FaultCase(
            "a file listed twice", "x.nii.gz: is listed twice", "m.nii.gz: belongs to x and y"
        ) {
            try $0.writeImage("x.nii.gz", 1)
            try $0.writeImage("y.nii.gz", 2)
            try $0.writeLabels("m.nii.gz")
            try $0.write(
                """
                {"training": [{"image": "x.nii.gz", "label": "m.nii.gz"}, {"image": "y.nii.gz", "label": "m.nii.gz"}],
                 "testing": ["./x.nii.gz"]}
                """, to: "list.json")
        },
        FaultCase(
            "a case in two lists", #"x: is in "training" and in "validation": list it once"#,
            #"y: is 2 times in "training": list it once"#
        ) {
            for name in ["x", "y"] {
                try $0.writeImage("\(name).nii.gz", name == "x" ? 1 : 2)
                try $0.writeLabels("\(name)-l.nii.gz")
            }
            let (x, y) = (
                #"{"image": "x.nii.gz", "label": "x-l.nii.gz"}"#,
                #"{"image": "y.nii.gz", "label": "y-l.nii.gz"}"#
            )
            try $0.write(
                #"{"training": [\#(x), \#(y), \#(y)], "validation": [\#(x)]}"#, to: "list.json")
        },
        FaultCase("a list without its files", #"entry 0 of "training""#, "x.nii: does not exist") {
            try $0.write(
                """
                {"training": [{"image": "", "label": "l.nii"}, {"image": "x.nii", "label": "dataset.json"}]}
                """, to: "dataset.json")
        },
        FaultCase("an image that is its own label map", "is listed twice for a") {
            try $0.writeImage("a.nii.gz", 1)
            try $0.write(
                #"{"training": [{"image": "a.nii.gz", "label": "a.nii.gz"}]}"#, to: "list.json")
        },
        FaultCase("two formats of one image", "x/a.mha and x/a.nii.gz have the same name") {
            try $0.writeImage("x/a.nii.gz", 1)
            try $0.write("not read", to: "x/a.mha")
            for name in ["l", "m"] { try $0.writeLabels("\(name).nii.gz") }
            try $0.write(
                """
                {"training": [{"image": "x/a.nii.gz", "label": "l.nii.gz"}, {"image": "x/a.mha", "label": "m.nii.gz"}]}
                """, to: "list.json")
        },
        FaultCase(
            "entries of a wrong kind", #"entry 0 of "training" must be {"image""#,
            #"entry 1 of "training""#, #""validation" must be a list"#
        ) {
            try $0.writeListedFiles()
            try $0.write(
                """
                {"training": [{"image": "a.nii.gz"}, {"image": 1, "label": "x"}, \(SmallDataset.decathlonItems)],
                 "validation": 1}
                """, to: "list.json")
        },
        FaultCase("two lists", "several files could list the cases: name one of a.json, b.json") {
            for name in ["a", "b"] { try $0.write(#"{"training": []}"#, to: "\(name).json") }
        },
        FaultCase(
            "label maps that are images", "labels, and 254 are possible: are these label maps"
        ) {
            try $0.writePlain()
            for (index, name) in SmallDataset.cases.enumerated() {
                try $0.writeImage("labels/\(name).nii.gz", 0) { values in
                    for voxel in values.indices { values[voxel] = Float(voxel + index * 120) }
                }
            }
        },
    ]

    @Test("each is reported in a sentence", arguments: [empty] + descriptions + files)
    func reported(_ fault: FaultCase) throws {
        try withDataset { small in
            try fault.arrange(small)
            let error = #expect(throws: DatasetError.self) { try Dataset(contentsOf: small.path) }
            fault.expect(DatasetReading(contentsOf: small.path).faults)
            #expect(error?.source == small.path)
        }
    }

    @Test("paths that are no datasets")
    func paths() throws {
        try withDataset { small in
            try small.write("x", to: "a.nii.gz")
            for (name, sentence) in [
                ("nowhere", "nowhere: does not exist"), ("a.nii.gz", "a.nii.gz: is not a dataset"),
                ("nowhere.json", "nowhere.json: does not exist"),
            ] {
                let path = small.path + "/" + name
                let error = #expect(throws: DatasetError.self) { try Dataset(contentsOf: path) }
                #expect(
                    error?.description.contains(sentence) == true, "\(String(describing: error))")
            }
        }
    }

    @Test("a wrong count in a list is a warning only")
    func listedCount() throws {
        try withDataset { small in
            try small.writeListedFiles()
            try small.write(
                #"{"numTraining": 5, "training": [\#(SmallDataset.decathlonItems)]}"#,
                to: "dataset.json")
            #expect(try Dataset(contentsOf: small.path).training.count == 3)
            let faults = DatasetReading(contentsOf: small.path).faults
            #expect(faults.map(\.kind) == ["caseCount"] && faults[0].severity == .warning)
        }
    }

    @Test("of a thousand faults of a kind the first ones are reported")
    func many() {
        let faults = (0..<1000).map {
            FaultCase.missing("\($0).nii")
        }
        let error = DatasetError(source: "data", faults: faults)
        let lines = error.description.split(separator: "\n")
        #expect(lines.count == 9)
        #expect(lines[0] == "data has faults:" && lines[1].hasPrefix("  0.nii: does not exist"))
        #expect(lines[7].hasPrefix("  6.nii: does not exist") && !lines[7].contains("more like it"))
        #expect(lines[8].hasPrefix("  7.nii: does not exist"))
        #expect(
            lines[8].hasSuffix(" (and 992 more like it: 8.nii, 9.nii, 10.nii and 989 more)"))
    }
}

extension FaultCase {
    /// A file that is not there, as a layout's reader says it.
    fileprivate static func missing(_ file: String) -> DatasetFault {
        DatasetFault(.fileMissing(instead: nil), file: file)
    }
}
