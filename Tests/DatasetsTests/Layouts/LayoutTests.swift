import Foundation
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Layouts of datasets")
struct LayoutTests {
    private static let one = [
        LabelTable.Label(name: "one", value: 1), LabelTable.Label(name: "two", value: 2),
    ]

    @Test("the same cases in four layouts")
    func equality() throws {
        let arrangements: [(SmallDataset) throws -> Void] = [
            { try $0.writeNNUNet() }, { try $0.writeDecathlon() }, { try $0.writePlain() },
            {
                try $0.writeListedFiles()
                try $0.write(#"{"training": [\#(SmallDataset.decathlonItems)]}"#, to: "list.json")
            },
        ]
        let datasets = try arrangements.map { arrange in
            try withDataset { small in
                try arrange(small)
                return try Dataset(contentsOf: small.path)
            }
        }
        #expect(datasets.map(\.layout) == [.nnUNet, .decathlon, .plain, .monai])
        for dataset in datasets {
            #expect(dataset.training.map(\.identifier) == ["a", "b", "c"])
            #expect(dataset.labels.foreground.map(\.value) == [1, 2])
            #expect(dataset.labels.background == 0 && dataset.labels.ignore == nil)
            #expect(dataset.channels.count == 1)
            #expect(dataset.test.isEmpty && dataset.listedSplit == nil)
            for item in dataset.training {
                let label = try #require(item.label)
                #expect(label.hasSuffix("/\(item.identifier).nii.gz"))
                #expect(item.images.count == 1 && item.images[0].hasPrefix(dataset.folder))
            }
        }
        #expect(datasets[0].labels.foreground == Self.one)
        #expect(datasets[1].labels.foreground == Self.one)
        #expect(datasets[2].labels.foreground.map(\.name) == ["label_1", "label_2"])
        #expect(datasets[3].channels == ["channel_0"])
    }

    @Test("several channel files, or one file with several channels")
    func channels() throws {
        try withDataset { small in
            try small.writeNNUNet(channels: 2)
            let dataset = try Dataset(contentsOf: small.path)
            #expect(dataset.channels == ["T1", "T2"])
            #expect(dataset.training.map(\.images.count) == [2, 2, 2])
        }
        try withDataset { small in
            try small.writeListedFiles(channels: 3)
            try small.write(
                #"{"training": [\#(SmallDataset.decathlonItems)]}"#, to: "dataset.json")
            let dataset = try Dataset(contentsOf: small.path + "/dataset.json")
            #expect(dataset.channels == ["channel_0", "channel_1", "channel_2"])
        }
    }

    @Test("numbers at the end of a name are a channel only where the label map lacks them")
    func suffixes() throws {
        try withDataset { small in
            for name in ["brain_1001", "brain_1002"] {
                try small.writeImage("images/\(name).nii.gz", 1)
                try small.writeLabels("labels/\(name).nii")
            }
            let dataset = try Dataset(contentsOf: small.path)
            #expect(dataset.training.map(\.identifier) == ["brain_1001", "brain_1002"])
        }
        try withDataset { small in
            try small.writePlain()
            try small.writeImage("images/d.nii.gz", 4)
            let dataset = try Dataset(contentsOf: small.path)
            #expect(dataset.test.map(\.identifier) == ["d"])
            #expect(dataset.test[0].label == nil)
        }
    }

    @Test("hidden files and files that are no images do not count")
    func others() throws {
        try withDataset { small in
            try small.writeNNUNet()
            for name in ["imagesTr/._a_0000.nii.gz", "imagesTr/notes.txt", "labelsTr/.DS_Store"] {
                try small.write("x", to: name)
            }
            #expect(try Dataset(contentsOf: small.path + "/").training.count == 3)
        }
    }

    @Test("labels far apart, another background, and voxels to ignore")
    func labels() throws {
        try withDataset { small in
            try small.writeNNUNet(
                labels: #"{"ignore": 9, "big": 420, "small": 205, "background": 7}"#)
            let labels = try Dataset(contentsOf: small.path).labels
            #expect(labels.foreground.map(\.name) == ["small", "big"])
            #expect(labels.background == 7 && labels.ignore == 9)
        }
    }

    @Test("nnU-Net's cases listed by name, and its test images")
    func listedNNUNet() throws {
        try withDataset { small in
            try small.writeImage("scans/x1.nii.gz", 1)
            try small.writeLabels("scans/y1.nii.gz")
            try small.writeImage("imagesTs/t_0000.nii.gz", 2)
            try small.write(
                """
                {"channel_names": {"0": "CT"}, "labels": {"background": 0, "one": [1]}, "file_ending": ".nii.gz",
                 "numTraining": 1, "dataset": {"first": {"images": ["scans/x1.nii.gz"], "label": "scans/y1.nii.gz"}}}
                """, to: "dataset.json")
            let dataset = try Dataset(contentsOf: small.path)
            #expect(dataset.training.map(\.identifier) == ["first"])
            #expect(dataset.test.map(\.identifier) == ["t"])
            #expect(dataset.labels.foreground.map(\.value) == [1])
        }
    }

    @Test("MONAI's folds, parts, absolute paths, and cases of one file name")
    func datalist() throws {
        try withDataset { small in
            for (index, subject) in ["s1", "s2", "s3", "s4"].enumerated() {
                try small.writeImage("\(subject)/T1.nii.gz", index)
                try small.writeLabels("\(subject)/seg.nii.gz", [Int16(index + 3)])
            }
            try small.write(
                """
                {"training": [
                   {"image": ["s1/T1.nii.gz"], "label": "s1/seg.nii.gz", "fold": 0, "site": "x"},
                   {"image": "\(small.path)/s2/T1.nii.gz", "label": "s2/seg.nii.gz", "fold": 1}],
                 "validation": [{"image": "s3/T1.nii.gz", "label": "s3/seg.nii.gz"}],
                 "testing": ["s4/T1.nii.gz"]}
                """, to: "folds.json")
            let dataset = try Dataset(contentsOf: small.path)
            #expect(dataset.training.map(\.identifier) == ["s1_T1", "s2_T1", "s3_T1"])
            #expect(dataset.training.map(\.fold) == [0, 1, nil])
            #expect(dataset.labels.foreground.map(\.name) == ["label_3", "label_4", "label_5"])
            #expect(dataset.test.map(\.identifier) == ["s4_T1"])
            #expect(
                dataset.listedSplit
                    == Split(training: ["s1_T1", "s2_T1"], validation: ["s3_T1"], test: []))
        }
    }

    @Test("nnU-Net v1 lists images without their channels")
    func firstNNUNet() throws {
        try withDataset { small in
            try small.writeNNUNet()
            try small.writeDecathlon()
            for name in SmallDataset.cases { try small.remove("imagesTr/\(name).nii.gz") }
            let dataset = try Dataset(contentsOf: small.path)
            #expect(dataset.layout == .nnUNetFirst)
            #expect(dataset.training[0].images == [small.path + "/imagesTr/a_0000.nii.gz"])
        }
    }

    @Test("formats by their names", arguments: ["nrrd", "nhdr", "mha", "mhd", "mgh", "mgz", "hdr"])
    func endings(_ ending: String) throws {
        try withDataset { small in
            for folder in ["images", "labels"] {
                try small.write("not read", to: "\(folder)/a.\(ending)")
                try small.write("not read", to: "\(folder)/a.img")
                try small.write("not read", to: "\(folder)/a.raw")
            }
            if ending != "hdr" {
                try small.remove("images/a.img")
                try small.remove("labels/a.img")
            }
            let reading = DatasetReading(contentsOf: small.path)
            #expect(reading.faults.map(\.kind) == ["unreadable"])
            #expect(reading.faults.map(\.file) == ["labels/a.\(ending)"])
        }
    }

    @Test("real datasets", .enabled(if: RealData.isHere))
    func real() throws {
        let hippocampus = try Dataset(contentsOf: RealData.path("Task04_Hippocampus"))
        #expect(hippocampus.layout == .decathlon && hippocampus.name == "Hippocampus")
        #expect(hippocampus.training.count == 200 && hippocampus.channels == ["MRI"])
        #expect(hippocampus.labels.foreground.map(\.name) == ["Anterior", "Posterior"])
        let brains = try Dataset(contentsOf: RealData.path("Dataset019_Brains/dataset.json"))
        #expect(brains.layout == .nnUNet && brains.training.count == 12)
        #expect(brains.labels.classCount == 20)
        #expect(brains.training[0].identifier == "brain_1001")
    }
}
