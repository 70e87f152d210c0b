import Foundation
import TestSupport
import Testing

@testable import SegNASDatasets

/// A tree of files, and what it is to be taken for.
struct TreeCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// Image files; label maps are marked by a star.
    var tree: [String]
    /// Text files by name.
    var texts: [String: String] = [:]
    var layout: Dataset.Layout
    /// A part of what is said of it.
    var evidence: String
    var channels: [String] = ["channel_0"]
    var training: [String]
    var test: [String] = []
    /// Kinds of warnings.
    var warnings: [String] = []

    init(
        _ name: String, _ layout: Dataset.Layout, because evidence: String, _ tree: [String],
        texts: [String: String] = [:], channels: [String] = ["channel_0"], training: [String],
        test: [String] = [], warnings: [String] = []
    ) {
        testDescription = name
        self.layout = layout
        self.evidence = evidence
        self.tree = tree
        self.texts = texts
        self.channels = channels
        self.training = training
        self.test = test
        self.warnings = warnings
    }
}

@Suite("Which layout a folder has")
struct RecognitionTests {
    static let list =
        #""training": [{"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"}]"#
    static let newest =
        #""channel_names": {"0": "CT", "1": "PET"}, "labels": {"background": 0, "one": 1, "two": 2}"#
    static let older =
        #""modality": {"0": "T1", "1": "T2"}, "labels": {"0": "background", "1": "one", "2": "two"}"#
    static let twoChannels = [
        "imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", "labelsTr/a.nii.gz*",
    ]

    static let descriptions = [
        TreeCase(
            "nnU-Net v2 that kept the list of v1", .nnUNet,
            because:
                #""channel_names" and "file_ending" in dataset.json; its "training" list is not read"#,
            twoChannels,
            texts: [
                "dataset.json":
                    #"{\#(newest), "file_ending": ".nii.gz", "numTraining": 1, \#(list)}"#
            ], channels: ["CT", "PET"], training: ["a"]),
        TreeCase(
            "the same with the files of channels in the list", .nnUNet, because: "is not read",
            twoChannels,
            texts: [
                "dataset.json": """
                {\(newest), "training": [{"image": ["imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz"], \
                "label": "labelsTr/a.nii.gz"}]}
                """
            ], channels: ["CT", "PET"], training: ["a"]),
        TreeCase(
            "a list of some of the cases", .nnUNet, because: "is not read",
            twoChannels + [
                "imagesTr/b_0000.nii.gz", "imagesTr/b_0001.nii.gz", "labelsTr/b.nii.gz*",
            ],
            texts: ["dataset.json": "{\(newest), \(list)}"], channels: ["CT", "PET"],
            training: ["a", "b"], warnings: ["listDiffers"]),
        TreeCase(
            "names of channels for a list elsewhere", .monai, because: "there is no imagesTr",
            ["x/a_ct.nii.gz", "x/a_pet.nii.gz", "x/m.nii.gz*"],
            texts: [
                "dataset.json": """
                {"channel_names": {"0": "CT", "1": "PET"}, "training": [{"image": ["x/a_ct.nii.gz", \
                "x/a_pet.nii.gz"], "label": "x/m.nii.gz"}]}
                """
            ], channels: ["CT", "PET"], training: ["a_ct"]),
        TreeCase(
            "nnU-Net v1 with two channels", .nnUNetFirst,
            because: "lie there with channels' numbers",
            twoChannels + ["imagesTs/t_0000.nii.gz", "imagesTs/t_0001.nii.gz"],
            texts: ["dataset.json": #"{\#(older), \#(list), "test": ["./imagesTs/t.nii.gz"]}"#],
            channels: ["T1", "T2"], training: ["a"], test: ["t"]),
        TreeCase(
            "nnU-Net v1 that names no channels", .nnUNetFirst, because: "channels' numbers",
            twoChannels,
            texts: [
                "dataset.json":
                    #"{"labels": {"0": "background", "1": "one", "2": "two"}, \#(list)}"#
            ], channels: ["channel_0", "channel_1"], training: ["a"]),
        TreeCase(
            "the Decathlon", .decathlon, because: #"the "training" list with "modality""#,
            ["imagesTr/a.nii.gz", "labelsTr/a.nii.gz*"],
            texts: [
                "dataset.json":
                    #"{"modality": {"0": "T1"}, "labels": {"0": "bg", "1": "x", "2": "y"}, \#(list)}"#
            ], channels: ["T1"], training: ["a"]),
        TreeCase(
            "nnU-Net with the older name of channels", .nnUNet, because: "no list of cases",
            twoChannels, texts: ["dataset.json": "{\(older)}"], channels: ["T1", "T2"],
            training: ["a"]),
        TreeCase(
            "an empty list beside nnU-Net's folders", .nnUNet, because: "no list of cases",
            twoChannels, texts: ["dataset.json": #"{\#(older), "training": []}"#],
            channels: ["T1", "T2"], training: ["a"]),
        TreeCase(
            "nnU-Net's folders alone", .nnUNetFolders, because: "the folders imagesTr and labelsTr",
            twoChannels + ["imagesTs/t_0000.nii.gz", "imagesTs/t_0001.nii.gz"],
            channels: ["channel_0", "channel_1"], training: ["a"], test: ["t"],
            warnings: ["undescribed"]),
    ]

    static let folders = [
        TreeCase(
            "other names of folders", .plain, because: "the folders imgs and Masks",
            ["imgs/a.nii.gz", "Masks/a.nii.gz*"], training: ["a"]),
        TreeCase(
            "folders of that name, and more", .plain, because: "masks and folds.json are not read",
            ["images/a.nii.gz", "labels/a.nii.gz*", "masks/a.nii.gz*"],
            texts: ["folds.json": #"{"training": []}"#], training: ["a"]),
        TreeCase(
            "words behind names", .plain, because: "paired as c0_orig.nii.gz with c0_labeledMasks",
            ["images/c0_orig.nii.gz", "labels/c0_labeledMasks.nii.gz*"], training: ["c0"]),
        TreeCase(
            "Slicer's segmentations", .plain, because: "images and labels",
            ["images/c0.nrrd", "labels/c0.seg.nrrd*", "images/c1.nrrd"], training: ["c0"],
            test: ["c1"]),
        TreeCase(
            "words before numbers", .plain, because: "img0001.nii.gz with label0001.nii.gz",
            ["images/img0001.nii.gz", "labels/label0001.nii.gz*"], training: ["0001"]),
        TreeCase(
            "channels by name", .plain, because: "images and labels",
            ["images/P1_T1.nii.gz", "images/P1_T2.nii.gz", "labels/P1_seg.nii.gz*"],
            channels: ["t1", "t2"], training: ["P1"]),
        TreeCase(
            "label maps beside images", .plain, because: "volume-0.nii with segmentation-0.nii",
            ["volume-0.nii", "segmentation-0.nii*", "volume-1.nii", "segmentation-1.nii*"],
            training: ["0", "1"]),
        TreeCase(
            "Slicer's two ways beside images", .plain, because: "label maps beside images",
            ["P1.nrrd", "P1-label.nrrd*", "P2.nrrd", "P2.seg.nrrd*", "P3.nrrd"],
            training: ["P1", "P2"], test: ["P3"]),
        TreeCase(
            "Slicer's segmentations beside images", .plain, because: "P1.nrrd with P1.seg.nrrd",
            ["P1.nrrd", "P1.seg.nrrd*"], training: ["P1"]),
        TreeCase(
            "KiTS", .caseFolders, because: "case_00000 with imaging.nii.gz and segmentation.nii.gz",
            [
                "case_00000/imaging.nii.gz", "case_00000/segmentation.nii.gz*",
                "case_00001/imaging.nii.gz", "case_00001/segmentation.nii.gz*",
                "case_00002/imaging.nii.gz",
            ], training: ["case_00000", "case_00001"], test: ["case_00002"]),
        TreeCase(
            "KiTS with structures one by one", .caseFolders,
            because: "case_0/segmentations is not read",
            [
                "case_0/imaging.nii.gz", "case_0/segmentation.nii.gz*",
                "case_0/segmentations/kidney_1.nii.gz*",
            ], training: ["case_0"]),
        TreeCase(
            "an image that may be a channel", .plain, because: "images and labels",
            ["images/P1.nii.gz", "images/P1_late.nii.gz", "labels/P1.nii.gz*"], training: ["P1"],
            test: ["P1_late"], warnings: ["besideCase"]),
        TreeCase(
            "BraTS", .caseFolders, because: "BraTS_1 with BraTS_1_flair.nii.gz",
            [
                "HGG/BraTS_1/BraTS_1_t1.nii.gz", "HGG/BraTS_1/BraTS_1_flair.nii.gz",
                "HGG/BraTS_1/BraTS_1_seg.nii.gz*", "LGG/BraTS_2/BraTS_2_t1.nii.gz",
                "LGG/BraTS_2/BraTS_2_flair.nii.gz", "LGG/BraTS_2/BraTS_2_seg.nii.gz*",
            ], channels: ["flair", "t1"], training: ["BraTS_1", "BraTS_2"]),
        TreeCase(
            "two scans of each patient", .caseFolders, because: "patient001",
            [
                "patient001/patient001_frame01.nii.gz", "patient001/patient001_frame01_gt.nii.gz*",
                "patient001/patient001_frame12.nii.gz", "patient001/patient001_frame12_gt.nii.gz*",
                "patient001/patient001_4d.nii.gz",
            ], training: ["patient001_frame01", "patient001_frame12"], warnings: ["unread"]),
        TreeCase(
            "CT in folders of patients", .caseFolders, because: "P1 with CT.nii.gz and",
            ["P1/CT.nii.gz", "P1/mask.nii.gz*", "P2/CT.nii.gz", "P2/mask.nii.gz*"],
            channels: ["ct"], training: ["P1", "P2"]),
        TreeCase(
            "sessions of patients", .caseFolders, because: "P1/s1 with image.nrrd",
            ["P1/s1/image.nrrd", "P1/s1/label.nrrd*", "P2/s1/image.nrrd", "P2/s1/label.nrrd*"],
            training: ["P1_s1", "P2_s1"]),
        TreeCase(
            "BIDS", .bids, because: "sub-00 and label maps such as derivatives/labels/sub-00/anat/",
            [
                "sub-00/anat/sub-00_T1w.nii.gz", "sub-01/anat/sub-01_T1w.nii.gz",
                "sub-00/func/sub-00_task-rest_bold.nii.gz", "sub-02/anat/sub-02_T1w.nii.gz",
                "derivatives/labels/sub-00/anat/sub-00_T1w_dseg.nii.gz*",
                "derivatives/labels/sub-01/anat/sub-01_T1w_dseg.nii.gz*",
            ], texts: ["dataset_description.json": "{}"], channels: ["T1w"],
            training: ["sub-00", "sub-01"], test: ["sub-02"]),
        TreeCase(
            "BIDS with sessions, another contrast and a template", .bids,
            because: "T2w images have no",
            [
                "sub-1/ses-a/anat/sub-1_ses-a_T1w.nii.gz",
                "sub-1/ses-b/anat/sub-1_ses-b_T1w.nii.gz",
                "sub-1/ses-a/anat/sub-1_ses-a_T2w.nii.gz",
                "derivatives/m/sub-1/ses-a/anat/sub-1_ses-a_T1w_label-GM_mask.nii.gz*",
                "derivatives/m/sub-1/ses-b/anat/sub-1_ses-b_desc-manual_T1w_seg.nii.gz*",
                "derivatives/m/sub-1/ses-b/anat/sub-1_ses-b_space-MNI152NLin6Asym_dseg.nii.gz*",
            ], channels: ["T1w"], training: ["sub-1_ses-a", "sub-1_ses-b"]),
    ]

    @Test("by all that speaks for it", arguments: descriptions + folders)
    func recognised(_ tree: TreeCase) throws {
        try withDataset { small in
            try small.write(tree.tree)
            for (name, text) in tree.texts { try small.write(text, to: name) }
            let reading = DatasetReading(contentsOf: small.path)
            #expect(reading.faults.map(\.kind) == tree.warnings, "\(reading.faults)")
            let recognition = try #require(reading.recognition)
            #expect(recognition.layout == tree.layout)
            #expect(recognition.description.contains(tree.evidence), "\(recognition)")
            let dataset = try #require(reading.dataset)
            #expect(dataset.layout == tree.layout)
            #expect(dataset.channels == tree.channels)
            #expect(dataset.training.map(\.identifier) == tree.training)
            #expect(dataset.test.map(\.identifier) == tree.test)
            #expect(dataset.labels.foreground.map(\.value) == [1, 2])
            #expect(dataset.training.allSatisfy { $0.images.count == dataset.channels.count })
            let files = dataset.training.flatMap { $0.images + [$0.label ?? ""] }
            #expect(files.allSatisfy { FileManager.default.fileExists(atPath: $0) })
        }
    }

    @Test("a file says which dataset.json would name the labels")
    func undescribed() throws {
        try withDataset { small in
            try small.write(Self.twoChannels)
            let reading = DatasetReading(contentsOf: small.path)
            let json = """
                {"channel_names": {"0": "channel_0", "1": "channel_1"}, "labels": {"background": 0, "label_1": 1, \
                "label_2": 2}, "numTraining": 1, "file_ending": ".nii.gz"}
                """
            #expect(reading.faults[0].message.hasSuffix(json))
            #expect(reading.faults[0].severity == .warning)
            try small.write(json, to: "dataset.json")
            let described = DatasetReading(contentsOf: small.path)
            #expect(described.faults.isEmpty && described.dataset?.layout == .nnUNet)
        }
    }
}
