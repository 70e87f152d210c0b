import Foundation
import SegNASImaging
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("Evaluation of predicted cases")
struct CasePredictionTests {
    private struct End: Error {}

    private func withDataset(_ body: (Dataset) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let files = SmallDataset(folder: folder)
            try files.writeNNUNet()
            try body(Dataset(contentsOf: files.path))
        }
    }

    @Test("each case is predicted once, in order, and compared with its label map")
    func compares() throws {
        try withDataset { dataset in
            var asked: [String] = []
            let evaluation = try Evaluation(
                of: dataset.training, labels: dataset.labels
            ) { subject in
                asked.append(subject.identifier)
                return try LabelMap(contentsOf: #require(subject.label))
            }
            #expect(asked == dataset.training.map(\.identifier) && !asked.isEmpty)
            let expected = try dataset.training.map { subject in
                let map = try LabelMap(contentsOf: #require(subject.label))
                return try CaseEvaluation(
                    subject.identifier, reference: map, prediction: map, labels: dataset.labels)
            }
            #expect(evaluation == Evaluation(expected, labels: dataset.labels))
            #expect(evaluation.foreground[.dice]?.mean == 1)
        }
    }

    @Test("a prediction that ends the evaluation is the last one, and its error is thrown")
    func ends() throws {
        try withDataset { dataset in
            var asked = 0
            #expect(throws: End.self) {
                _ = try Evaluation(of: dataset.training, labels: dataset.labels) { subject in
                    asked += 1
                    guard asked < 2 else { throw End() }
                    return try LabelMap(contentsOf: #require(subject.label))
                }
            }
            #expect(asked == 2)
        }
    }

    @Test("a prediction on another grid is refused")
    func otherGrid() throws {
        try withDataset { dataset in
            let maps = Volume(
                shape: [5, 4, 3], affine: .identity,
                samples: Samples([UInt8](repeating: 0, count: 60)))
            #expect(throws: GridMismatch.self) {
                try Evaluation(of: dataset.training, labels: dataset.labels) { _ in
                    try LabelMap(maps)
                }
            }
        }
    }
}
