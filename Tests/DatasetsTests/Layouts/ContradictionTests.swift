import Foundation
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Contradictions and unusable folders")
struct ContradictionTests {
    /// A dataset.json beside files of one case.
    private static func described(
        _ name: String, _ json: String, _ tree: [String], _ sentences: String...
    ) -> FaultCase {
        var fault = FaultCase(name) {
            try $0.write(tree)
            try $0.write(json, to: "dataset.json")
        }
        fault.sentences = sentences
        return fault
    }

    static let labels = #""labels": {"background": 0, "one": 1, "two": 2}"#
    static let oneChannel = #""channel_names": {"0": "CT"}, \#(labels)"#
    static let list = #""training": [{"image": "imagesTr/a.nii.gz", "label": "labelsTr/a.nii.gz"}]"#
    static let label = "labelsTr/a.nii.gz*"

    static let descriptions = [
        described(
            "a channel that is not named", "{\(oneChannel)}",
            ["imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", label],
            "a_0000.nii.gz: has 2 channel files where the dataset has 1 channel: name every channel"
        ),
        described(
            "a channel that is not named, with a list", "{\(oneChannel), \(list)}",
            ["imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", label], "has 2 channel files"),
        described(
            "nnU-Net v1 with a channel too many",
            #"{"modality": {"0": "CT"}, \#(labels), \#(list)}"#,
            ["imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", label], "has 2 channel files"),
        described(
            "a channel beside the listed one",
            """
            {"modality": {"0": "CT"}, \(labels), "training": [{"image": "imagesTr/a_0000.nii.gz", \
            "label": "labelsTr/a.nii.gz"}]}
            """, ["imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", label],
            "a_0000.nii.gz: imagesTr/a_0001.nii.gz would be left unread, and is a channel of the same case"
        ),
        described(
            "a channel beside one of the key dataset",
            """
            {\(oneChannel), "dataset": {"a": {"images": ["imagesTr/a_0000.nii.gz"], "label": "labelsTr/a.nii.gz"}}}
            """, ["imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", label], "left unread"),
        described(
            "a test case without a channel", #"{"channel_names": ["CT", "PET"], \#(labels)}"#,
            [
                "imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", label,
                "imagesTs/b_0000.nii.gz",
            ], "imagesTs/b_0000.nii.gz: channel 1 is missing: add …_0001"),
        described(
            "no case has the second channel", #"{"channel_names": ["CT", "PET"], \#(labels)}"#,
            ["imagesTr/a_0000.nii.gz", label], "imagesTr/a_0000.nii.gz: channel 1 is missing"),
        described(
            "another ending", #"{\#(oneChannel), "file_ending": ".nrrd"}"#,
            ["imagesTr/a_0000.nii.gz", label],
            #"dataset.json: "file_ending" says .nrrd, and the images are named like imagesTr/a_0000.nii.gz"#
        ),
        described(
            "an ending without its dot", #"{\#(oneChannel), "file_ending": "nii.gz"}"#,
            ["imagesTr/a_0000.nii.gz", label], #""file_ending" must be text such as ".nii.gz""#),
        described(
            "a list of other cases",
            """
            {\(oneChannel), "file_ending": ".nii.gz", "training": [{"image": "imagesTr/old.nii.gz", \
            "label": "labelsTr/old.nii.gz"}]}
            """, ["imagesTr/a_0000.nii.gz", label],
            #""training" lists imagesTr/old.nii.gz, which is not there, and imagesTr has other images"#
        ),
        described(
            "listed files under other names",
            #"{"modality": {"0": "CT"}, \#(labels), \#(list)}"#,
            ["imagesTr/a.nrrd", "labelsTr/A.nii.gz*"],
            "imagesTr/a.nii.gz: does not exist; imagesTr/a.nrrd does",
            "labelsTr/a.nii.gz: does not exist; labelsTr/A.nii.gz does"),
        described(
            "a variable that is not set",
            """
            {\(oneChannel), "dataset": {"a": {"images": ["$SEGNAS3D_NOT_SET/a.nii.gz"], "label": "labelsTr/a.nii.gz"}}}
            """, [label],
            "$SEGNAS3D_NOT_SET/a.nii.gz: does not exist, as SEGNAS3D_NOT_SET is not set"),
    ]

    static let folders = [
        FaultCase(
            "a label map for the first channel only", "images/a_0001.nii.gz would be left unread"
        ) {
            try $0.write(["images/a_0000.nii.gz", "images/a_0001.nii.gz", "labels/a_0000.nii.gz*"])
        },
        FaultCase(
            "two label maps of a case",
            "c0: labels/c0_mask.nii.gz and labels/c0_seg.nii.gz are both"
        ) {
            try $0.write(["images/c0.nii.gz", "labels/c0_mask.nii.gz*", "labels/c0_seg.nii.gz*"])
        },
        FaultCase(
            "names that cannot be paired",
            "labels/case7_done.nii.gz: there is no image for this label map: was images/case7_new.nii.gz meant?"
        ) { try $0.write(["images/case7_new.nii.gz", "labels/case7_done.nii.gz*"]) },
        FaultCase(
            "label maps of two formats", "labels/a.nii.gz: has 2 values a voxel",
            "labels/b.nii.gz: is"
        ) {
            try $0.write(["images/a.nii.gz", "images/b.nii.gz"])
            try $0.writeImage("labels/a.nii.gz", 1, channels: 2)
            try $0.write("<html>", to: "labels/b.nii.gz")
        },
        FaultCase("a contrast missing", "BraTS_2_t1.nii.gz: channel flair is missing: add …flair") {
            try $0.write([
                "BraTS_1/BraTS_1_t1.nii.gz", "BraTS_1/BraTS_1_flair.nii.gz",
                "BraTS_1/BraTS_1_seg.nii.gz*", "BraTS_2/BraTS_2_t1.nii.gz",
                "BraTS_2/BraTS_2_seg.nii.gz*",
            ])
        },
        FaultCase(
            "files that cannot be told apart",
            "P2: the names post.nii.gz and pre.nii.gz do not say"
        ) {
            try $0.write([
                "P1/image.nii.gz", "P1/label.nii.gz*", "P2/pre.nii.gz", "P2/post.nii.gz",
                "P2/label.nii.gz*",
            ])
        },
        FaultCase("two sets of label maps in BIDS", "sub-1: derivatives/a/sub-1/anat/") {
            try $0.write([
                "sub-1/anat/sub-1_T1w.nii.gz", "derivatives/a/sub-1/anat/sub-1_T1w_seg.nii.gz*",
                "derivatives/b/sub-1/anat/sub-1_T1w_seg.nii.gz*",
            ])
        },
        FaultCase(
            "two readers' label maps", "case_0: case_0/aggregated_MAJ_seg.nii.gz and case_0/seg"
        ) {
            try $0.write([
                "case_0/imaging.nii.gz", "case_0/segmentation.nii.gz*",
                "case_0/aggregated_MAJ_seg.nii.gz*",
            ])
        },
        FaultCase(
            "several folders of label maps", "has several folders that could hold images (img)"
        ) {
            try $0.write(["img/a.nii.gz", "mask/a.nii.gz*", "seg/a.nii.gz*"])
        },
    ]

    static let unusable = [
        FaultCase(
            "images alone", "it holds x.nii.gz and y.nii.gz, and no label map by its name",
            "x_seg.nii.gz"
        ) {
            try $0.write(["x.nii.gz", "y.nii.gz"])
        },
        FaultCase("no label maps in nnU-Net's folders", "labelsTr is missing: put a.nii.gz into it")
        {
            try $0.write(["imagesTr/a_0000.nii.gz"])
        },
        FaultCase("a folder too high", "it holds one; name") {
            try $0.write(["Dataset1/images/a.nii.gz", "Dataset1/labels/a.nii.gz*"])
        },
        FaultCase("BIDS without label maps", "put them into derivatives/labels/sub-1/anat") {
            try $0.write(["sub-1/anat/sub-1_T1w.nii.gz"])
        },
        FaultCase("patients without label maps", "P1 holds a.nii.gz and b.nii.gz, and no name says")
        {
            try $0.write(["P1/a.nii.gz", "P1/b.nii.gz"])
        },
        FaultCase(
            "a mask for each structure",
            "s1/segmentations is no label map of ct.nii.gz: put one into s1"
        ) {
            try $0.write(["s1/ct.nii.gz", "s1/segmentations/liver.nii.gz*"])
        },
        FaultCase("DICOM", "P1 holds a DICOM series, and no segmentation") {
            try $0.write("x", to: "P1/1.dcm")
        },
        FaultCase("folders in the folders", "images holds folders such as train, and no images") {
            try $0.write(["images/train/a.nii.gz", "labels/train/a.nii.gz*"])
        },
        FaultCase("no images", "it holds notes.txt, and no image") {
            try $0.write("x", to: "notes.txt")
        },
        FaultCase("another description", "it has the key train, and neither nnU-Net's") {
            try $0.write(#"{"train": []}"#, to: "dataset.json")
        },
    ]

    @Test("are reported with the user's own names", arguments: descriptions + folders)
    func reported(_ fault: FaultCase) throws {
        try withDataset { small in
            try fault.arrange(small)
            let reading = DatasetReading(contentsOf: small.path)
            fault.expect(reading.faults)
            #expect(reading.faults.contains { $0.severity == .fault })
        }
    }

    @Test("what would make a dataset of it", arguments: unusable)
    func hinted(_ fault: FaultCase) throws {
        try withDataset { small in
            try fault.arrange(small)
            let faults = DatasetReading(contentsOf: small.path).faults
            try #require(faults.count == 1)
            for sentence in fault.sentences {
                #expect(faults[0].description.contains(sentence), "\(faults[0])")
            }
        }
    }

    @Test("a folder of a dataset is led to it")
    func tooDeep() throws {
        try withDataset { small in
            try small.writeNNUNet()
            let faults = DatasetReading(contentsOf: small.path + "/imagesTr").faults
            #expect(faults.map(\.message).first?.contains("name \(small.path)") == true)
        }
    }
}
