import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Evaluation of folders")
struct FolderEvaluationTests {
    private func evaluation(
        labels: String? = nil, prepare: (SmallDataset) throws -> Void
    ) throws -> FolderEvaluation {
        try withTemporaryFolder { folder in
            let dataset = SmallDataset(folder: folder)
            try prepare(dataset)
            return FolderEvaluation(
                references: "\(dataset.path)/labelsTr", predictions: "\(dataset.path)/predictions",
                labels: labels.map { "\(dataset.path)/\($0)" }, threads: 2)
        }
    }

    @Test(
        "files belong together whatever their endings, and a dataset.json around them names labels")
    func endings() throws {
        let result = try evaluation { dataset in
            try dataset.writeNNUNet()
            for name in ["a", "b"] { try dataset.writeLabels("predictions/\(name).nii") }
            try dataset.writeLabels("predictions/c.nii.gz", [1])
            try dataset.write("{}", to: "predictions/dataset.json")
        }
        #expect(result.faults.isEmpty && result.isComplete)
        #expect(result.evaluation.cases.map(\.identifier) == ["a", "b", "c"])
        #expect(result.evaluation.labels.foreground.map(\.name) == ["one", "two"])
        #expect(result.evaluation.labelStatistics[1].presence == [.both: 2, .referenceOnly: 1])
        #expect(result.evaluation.cases[0].predictionFile?.hasSuffix("predictions/a.nii") == true)
    }

    @Test(
        "names go together by the conventions of datasets",
        arguments: [
            (["a_seg", "b_seg"], ["a", "b"], ["a", "b"]),
            (["a", "b"], ["a_pred", "b_seg"], ["b"]),
            (["P1_mask", "P2_mask"], ["P1_orig", "P2_orig"], ["P1", "P2"]),
            (["label01", "label02"], ["img01", "img02"], ["01", "02"]),
            // Whose prediction it is, is not clear.
            (["a_seg", "b"], ["a_t1", "a_t2", "b"], ["b"]),
            (["a", "a_seg"], ["a"], ["a"]),
        ])
    func conventions(_ references: [String], _ predictions: [String], _ cases: [String]) throws {
        let result = try evaluation { dataset in
            for name in references { try dataset.writeLabels("labelsTr/\(name).nii.gz") }
            for name in predictions { try dataset.writeLabels("predictions/\(name).nii.gz") }
        }
        #expect(result.evaluation.cases.map(\.identifier) == cases)
        #expect(result.isComplete == (references.count == cases.count))
        for item in result.evaluation.cases {
            #expect(item.referenceFile?.contains("/labelsTr/") == true)
            #expect(item.predictionFile?.contains("/predictions/") == true)
        }
    }

    @Test("all faults at once, and what can be evaluated is")
    func faults() throws {
        let result = try evaluation { dataset in
            try dataset.writeNNUNet()
            try dataset.writeLabels("labelsTr/d.nii.gz")
            try dataset.writeLabels("labelsTr/e.nii.gz")
            try dataset.writeLabels("predictions/a.nii.gz", size: [6, 5, 3])
            try dataset.writeLabels("predictions/b.nii.gz", affine: Affine(spacing: [1, 1, 2.2]))
            try dataset.write("no image", to: "predictions/c.nii.gz")
            try dataset.writeLabels("predictions/d.nii.gz", [1, 2, 9])
            try dataset.writeLabels("predictions/z.nii.gz")
        }
        #expect(result.referenceCount == 5)
        #expect(result.evaluation.cases.map(\.identifier) == ["d"])
        #expect(
            result.faults.map(\.kind) == [
                "missingPrediction", "missingReference", "grid", "grid", "image", "unnamedLabels",
            ])
        #expect(
            result.faults.map(\.severity) == [.fault, .warning, .fault, .fault, .fault, .warning])
        #expect(result.faults.map(\.caseIdentifier) == ["e", "z", "a", "b", "c", "d"])
        #expect(
            result.faults[2].description.contains(
                "a.nii.gz: the reference has 6×5×4 voxels and the prediction 6×5×3: resample"))
        #expect(result.faults[5].message.contains("9 in 4 voxels"))
    }

    @Test("a prediction in another order of axes at the same place is evaluated there")
    func storedOtherwise() throws {
        let result = try evaluation { dataset in
            try dataset.writeNNUNet()
            for name in SmallDataset.cases {
                try dataset.writeLabels(
                    "predictions/\(name).nii.gz", reversing: true,
                    affine: Affine(
                        x: [-1, 0, 0], y: [0, -1, 0], z: [0, 0, 2], origin: [5, 4, 0]))
            }
        }
        #expect(result.faults.isEmpty)
        #expect(result.evaluation.foreground[.dice]?.mean == 1)
    }

    @Test("folders of images are not read to their end")
    func images() throws {
        let result = try evaluation { dataset in
            try dataset.writeNNUNet()
            for (index, name) in SmallDataset.cases.enumerated() {
                try dataset.writeImage("predictions/\(name).nii.gz", index)
            }
        }
        #expect(result.faults.map(\.kind) == ["notLabels", "notLabels"])
        #expect(result.faults[0].message.hasPrefix("looks like an image and not like labels"))
        #expect(result.evaluation.cases.isEmpty && result.referenceCount == 3)
    }

    @Test("folders without label maps, and files that cannot be told apart")
    func folders() throws {
        let empty = try evaluation { dataset in
            try dataset.write("", to: "labelsTr/notes.txt")
            try dataset.writeLabels("labelsTr/labels/a.nii.gz")
        }
        #expect(empty.faults.map(\.kind) == ["noLabelMaps", "folder"])
        #expect(empty.faults[0].description.hasSuffix("labelsTr/labels"))
        let twice = try evaluation { dataset in
            try dataset.writeLabels("labelsTr/a.nii.gz")
            try dataset.writeLabels("labelsTr/a.nii")
            try dataset.writeLabels("predictions/a.nii")
        }
        #expect(twice.faults.map(\.kind) == ["sameName"])
        #expect(twice.evaluation.cases.isEmpty && twice.referenceCount == 1)
    }

    @Test(
        "names of labels that cannot be read",
        arguments: [
            ("none.json", "", "cannot be read"), ("labels.json", "{", "is not JSON"),
            ("labels.json", "{}", "\"labels\""),
            (
                "labels.json", #"{"labels": {"background": 0, "whole": [1, 2]}}"#,
                "lacks \"regions_class_order\" for the regions whole"
            ),
        ])
    func names(_ name: String, _ text: String, _ sentence: String) throws {
        let result = try evaluation(labels: name) { dataset in
            try dataset.writeNNUNet()
            for name in ["a", "b", "c"] { try dataset.writeLabels("predictions/\(name).nii") }
            try dataset.write(text, to: "labels.json")
        }
        #expect(result.faults.count == 1)
        #expect(result.faults[0].description.contains(sentence), "\(result.faults[0])")
        #expect(result.evaluation.cases.isEmpty && !result.isComplete)
    }
}
