import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

/// Label maps that name their values, as 3D Slicer and TotalSegmentator write them.
@Suite("Labels by name")
struct CollectedLabelNamesTests {
    /// A segmentation of the size of small datasets, with four voxels of each value.
    private func writeSegments(
        _ small: SmallDataset, _ file: String, _ segments: [(name: String, value: UInt8)]
    ) throws {
        let size = SmallDataset.size
        let affine = SmallDataset.affine
        let fields = segments.enumerated().map { index, segment in
            """
            Segment\(index)_LabelValue:=\(segment.value)
            Segment\(index)_Layer:=0
            Segment\(index)_Name:=\(segment.name)

            """
        }
        let header = """
            NRRD0004
            type: uchar
            dimension: 3
            space: RAS
            sizes: \(size.x) \(size.y) \(size.z)
            space directions: (\(affine.x.x),0,0) (0,\(affine.y.y),0) (0,0,\(affine.z.z))
            kinds: domain domain domain
            encoding: raw
            space origin: (0,0,0)
            \(fields.joined())

            """
        var voxels = [UInt8](repeating: 0, count: size.x * size.y * size.z)
        for (index, segment) in segments.enumerated() {
            for voxel in 0..<4 { voxels[4 * index + voxel] = segment.value }
        }
        let url = small.folder.appending(path: file)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(Array(header.utf8) + voxels).write(to: url)
    }

    private func check(
        _ small: SmallDataset, _ maps: [[(name: String, value: UInt8)]], folder: String = "labels"
    ) throws -> DatasetCheck {
        for (index, map) in maps.enumerated() {
            let name = SmallDataset.cases[index]
            try writeSegments(small, "\(folder)/\(name).nrrd", map)
            let image =
                folder == "labels" ? "images/\(name).nii.gz" : "imagesTr/\(name)_0000.nii.gz"
            try small.writeImage(image, index)
        }
        return DatasetCheck(contentsOf: small.path)
    }

    @Test("A segment may be named as what to ignore, and not as the background")
    func reserved() throws {
        try withDataset { small in
            let check = try check(small, [[("liver", 1), ("Ignore", 2)], [("liver", 1)], []])
            #expect(check.dataset?.labels.foreground.map(\.name) == ["liver"])
            #expect(check.dataset?.labels.ignore == 2)
        }
        try withDataset { small in
            let check = try check(small, [[("background", 1), ("liver", 2)], [("liver", 2)], []])
            #expect(
                check.faults.contains {
                    $0.description.contains("the values 0, 1 are both named background")
                })
        }
    }

    @Test("Names come from the files where the dataset gives none")
    func names() throws {
        try withDataset { small in
            let check = try check(
                small,
                [
                    [("liver", 1), ("Segment_2", 2)], [("Liver", 1), ("left kidney", 3)],
                    [("kidney_left", 3), ("liver", 1)],
                ])
            #expect(check.faults.isEmpty)
            #expect(
                check.dataset?.labels.foreground.map(\.name) == ["liver", "label_2", "left kidney"])
            #expect(check.dataset?.labels.foreground.map(\.value) == [1, 2, 3])
        }
    }

    @Test("A value that means different structures is a fault, which names values, names and files")
    func swapped() throws {
        try withDataset { small in
            let check = try check(
                small,
                [
                    [("liver", 1), ("spleen", 2)], [("liver", 1), ("spleen", 2)],
                    [("spleen", 1), ("liver", 2)],
                ])
            #expect(check.faults.map(\.kind) == ["labelNames", "labelNames"])
            #expect(
                check.faults.first?.description
                    == "the files' own names contradict each other: the value 1 is liver in labels/a.nrrd and 1 more, "
                    + "and spleen in labels/c.nrrd; give each structure one value in all files")
            #expect(throws: DatasetError.self) { try Dataset(contentsOf: small.path) }
        }
    }

    @Test("A structure with several values is a fault, unless one file gives it both")
    func values() throws {
        try withDataset { small in
            let check = try check(small, [[("liver", 1)], [("liver", 1)], [("liver", 2)]])
            #expect(check.faults.map(\.kind) == ["labelNames"])
            #expect(check.faults.first?.message.contains("liver is the value 1 in") == true)
        }
        try withDataset { small in
            let check = try check(
                small, Array(repeating: [("kidney", 1), ("kidney", 2)], count: 3))
            #expect(check.faults.isEmpty)
            #expect(check.dataset?.labels.foreground.map(\.name) == ["kidney_1", "kidney_2"])
        }
    }

    @Test("Names of the dataset and of a file must agree")
    func describedDataset() throws {
        try withDataset { small in
            try small.write(
                """
                {"channel_names": {"0": "CT"}, "labels": {"background": 0, "Liver": 1, "kidney_left": 2},
                 "numTraining": 3, "file_ending": ".nii.gz"}
                """, to: "dataset.json")
            let check = try check(
                small,
                [
                    [("liver", 1), ("left kidney", 2)], [("Segment_1", 1), ("Kidney-Left", 2)],
                    [("spleen", 1), ("kidney_left", 2)],
                ], folder: "labelsTr")
            // Label maps that end otherwise than the description says are a warning.
            #expect(check.faults.map(\.kind) == ["endingDiffers", "labelNames"])
            #expect(
                check.faults.last?.description
                    == "labelsTr/c.nrrd: names the value 1 “spleen” where the dataset names it “Liver”: "
                    + "correct the values or the names; for the same structure use the same name")
        }
    }

    @Test("Evaluation names labels after the files, and tells when they contradict each other")
    func evaluation() throws {
        try withDataset { small in
            for name in ["a", "b"] {
                try writeSegments(small, "references/\(name).nrrd", [("liver", 1), ("spleen", 2)])
                try writeSegments(small, "predictions/\(name).nrrd", [("Liver", 1), ("spleen", 2)])
            }
            func evaluate(_ labels: String? = nil) -> FolderEvaluation {
                FolderEvaluation(
                    references: "\(small.path)/references",
                    predictions: "\(small.path)/predictions",
                    labels: labels)
            }
            #expect(evaluate().faults.isEmpty)
            #expect(evaluate().evaluation.labels.foreground.map(\.name) == ["liver", "spleen"])
            try writeSegments(small, "predictions/b.nrrd", [("spleen", 1), ("liver", 2)])
            #expect(evaluate().faults.map(\.kind) == ["contradiction", "contradiction"])
            #expect(!evaluate().isComplete)
            try small.write(
                #"{"labels": {"background": 0, "liver": 1, "spleen": 2}}"#, to: "l.json")
            let named = evaluate("\(small.path)/l.json")
            #expect(named.faults.map(\.kind) == ["labelNames"])
            #expect(named.faults.first?.file?.hasSuffix("predictions/b.nrrd") == true)
        }
    }
}

@Suite("Labels of a dataset")
struct LabelTableTests {
    @Test("Classes follow the stored values")
    func order() {
        let table = LabelTable(foreground: [
            .init(name: "b", value: 420), .init(name: "a", value: 205),
        ])
        #expect(table.foreground.map(\.name) == ["a", "b"])
        #expect(table.classCount == 3)
    }
}
