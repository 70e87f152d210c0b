import Foundation
import SegNASImaging
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASDatasets

@Suite("The way back from the prepared grid")
struct RestoringTests {
    static func preparation(_ options: PreparationOptions) throws -> Preparation {
        try Preparation(options, channels: ["T1"], labels: PreparationFiles.labels)
    }

    @Test("Padding loses nothing", arguments: Orientation.all)
    func padding(orientation: Orientation) throws {
        try withTemporaryFolder { folder in
            var files = PreparationFiles(folder, seed: UInt64(orientation.hashValue.magnitude))
            for isCanonical in [true, false] {
                let size = SIMD3<Int>.random(in: 1...9, using: &files.generator)
                let affine = PreparationFiles.affine(orientation, spacing: [0.7, 1.2, 2.31])
                let subject = try files.subject("case", size: size, affine: affine)
                let options = PreparationOptions(
                    size: [10, 9, 11], fit: .pad, isCanonical: isCanonical)
                let result = try Self.preparation(options).prepare(subject)
                let label = try Volume(contentsOf: subject.label ?? "")
                for interpolation in LabelInterpolation.allCases {
                    let restored = result.transform.restore(
                        classes: try #require(result.prepared.labels),
                        labels: PreparationFiles.labels, interpolation: interpolation)
                    #expect(restored.shape == label.shape)
                    #expect(restored.geometry == label.geometry)
                    #expect(restored.samples.array(UInt8.self) == label.samples.array(UInt8.self))
                }
                #expect(
                    !isCanonical || Orientation(result.transform.prepared.affine) == .ras)
            }
        }
    }

    @Test(
        "A structure enlarged comes back as it was",
        arguments: Orientation.all.prefix(12))
    func enlarged(orientation: Orientation) throws {
        try withTemporaryFolder { folder in
            var files = PreparationFiles(folder, seed: 3)
            let affine = PreparationFiles.affine(orientation, spacing: [1, 1, 1])
            let subject = try files.subject("case", size: [7, 9, 5], affine: affine)
            // Odd multiples: each voxel's centre is the centre of a prepared one.
            let options = PreparationOptions(size: [27, 27, 27], labelInterpolation: .nearest)
            let result = try Self.preparation(options).prepare(subject)
            let restored = result.transform.restore(
                classes: try #require(result.prepared.labels), labels: PreparationFiles.labels,
                interpolation: .nearest)
            let label = try Volume(contentsOf: subject.label ?? "")
            #expect(restored.samples.array(UInt8.self) == label.samples.array(UInt8.self))
        }
    }

    struct Values: CustomTestStringConvertible {
        var values: [Int]
        var type: SampleType
        var testDescription: String { "\(values) as \(type)" }
    }

    static let tables: [Values] = [
        .init(values: [1, 255], type: .uint8), .init(values: [-1, 255], type: .int16),
        .init(values: [1, 60000], type: .uint16), .init(values: [-1, 60000], type: .int32),
        .init(values: [1, 3_000_000_000], type: .uint32),
        .init(values: [-1, 3_000_000_000], type: .int64),
    ]

    @Test("Restored labels have the smallest type that holds them", arguments: tables)
    func types(example: Values) {
        let table = LabelTable(
            foreground: example.values.map { .init(name: "\($0)", value: $0) })
        let restored = table.storedValues(of: Samples([0, 1, 2, 0] as [UInt8]))
        #expect(restored.type == example.type)
        var doubles = [Double](repeating: 0, count: 4)
        restored.copyDoubles(0..<4, to: &doubles)
        #expect(doubles == [0, Double(example.values[0]), Double(example.values[1]), 0])
    }

    @Test("The transform survives JSON")
    func coding() throws {
        try withTemporaryFolder { folder in
            var files = PreparationFiles(folder)
            let affine = PreparationFiles.affine(
                Orientation.all[37], spacing: [0.7, 1.2, 2.31])
            let subject = try files.subject("case", size: [7, 4, 9], affine: affine)
            let transform = try Self.preparation(.init(size: [16, 12, 16])).prepare(subject)
                .transform
            let data = try JSONEncoder().encode(transform)
            #expect(try JSONDecoder().decode(GridTransform.self, from: data) == transform)
        }
    }
}

extension SIMD3<Int> {
    static func random(in range: ClosedRange<Int>, using generator: inout SeededGenerator) -> Self {
        SIMD3(
            .random(in: range, using: &generator), .random(in: range, using: &generator),
            .random(in: range, using: &generator))
    }
}
