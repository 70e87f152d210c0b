import SegNASDatasets
import SegNASImaging
import SegNASRandomness
import SegNASTorch
import Testing

@testable import SegNASSegmentation

@TensorActor
@Suite("Counts of validation")
struct ValidationCountTests {
    private nonisolated static let foreground = (1...4).map {
        LabelTable.Label(name: "\($0)", value: 10 * $0)
    }

    nonisolated static let tables = [
        LabelTable(foreground: foreground, ignore: 99),
        LabelTable(
            foreground: foreground, ignore: 99,
            regions: [
                .init(name: "whole", values: [10, 20, 30, 40], value: 40),
                .init(name: "core", values: [20, 30], value: 30),
                .init(name: "rest", values: [20], value: 20),
            ]),
    ]

    @Test("overlaps by counts of a device are those of label maps", arguments: tables)
    func areEqual(_ table: LabelTable) throws {
        var generator = SeededGenerator(seed: 1)
        let shape = [1, 7, 9, 11]
        func classes(_ choices: [UInt8]) -> [UInt8] {
            (0..<7 * 9 * 11).map { _ in choices[Int.random(in: choices.indices, using: &generator)]
            }
        }
        let reference = classes([0, 0, 0, 1, 2, 3, 4, LabelTable.ignoredClass])
        let predicted = classes([0, 0, 1, 2, 3, 4])
        let counts: [Int64] = try Tensor(reference, shape: shape).pairCounts(
            with: Tensor(predicted, shape: shape), classes: table.classCount
        ).array()
        let overlaps = table.overlaps(counts)
        #expect(overlaps.count == table.structures.count)
        #expect(overlaps.allSatisfy { $0.shared > 0 && $0.shared < $0.reference })
        #expect(overlaps == table.overlaps(reference, predicted))
    }
}
