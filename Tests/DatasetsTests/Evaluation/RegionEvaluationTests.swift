import Foundation
import SegNASHost
import SegNASImaging
import Testing

@testable import SegNASDatasets

@Suite("Evaluation of regions")
struct RegionEvaluationTests {
    private static let table = LabelTable(
        regions: RegionTests.table.regions ?? [], ignore: 9)

    /// A map of 8×6×5 voxels whose values follow a pattern.
    private func map(_ value: (Int) -> Int32) -> LabelMap {
        let geometry = Geometry(size: [8, 6, 5], affine: Affine(spacing: [1, 1.5, 2]))
        return LabelMap(values: (0..<geometry.voxelCount).map(value), geometry: geometry)
    }

    @Test("each region is compared as a mask of its values, and ignored voxels count for none")
    func masks() throws {
        let reference = map { $0 % 41 == 0 ? 9 : Int32($0 / 20 % 4) }
        let prediction = map { Int32(($0 + 3) / 19 % 4) }
        let evaluated = try CaseEvaluation(
            "a", reference: reference, prediction: prediction, labels: Self.table)
        for region in try #require(Self.table.regions) {
            let values = Set(region.values.map { Int32($0) })
            let masks = [reference, prediction].map { source in
                LabelMap(
                    values: source.values.map { $0 == 9 ? 9 : values.contains($0) ? 1 : 0 },
                    geometry: source.geometry)
            }
            let mask = try CaseEvaluation(
                "a", reference: masks[0], prediction: masks[1],
                labels: LabelTable(foreground: [.init(name: "mask", value: 1)], ignore: 9))
            let score = try #require(evaluated.scores[region.value])
            #expect(score == mask.scores[1])
            let counted = zip(reference.values, prediction.values).filter { $0.0 != 9 }
            #expect(score.overlap.reference == counted.count { values.contains($0.0) })
            #expect(score.overlap.prediction == counted.count { values.contains($0.1) })
        }
    }

    @Test("JSON has nnU-Net's names of regions, and comes back as it was")
    func document() throws {
        let cases = try ["a", "b"].map { name in
            try CaseEvaluation(
                name, reference: map { Int32($0 / 20 % 4) },
                prediction: map { Int32(($0 + 3) / 19 % 4) }, labels: Self.table)
        }
        let evaluation = Evaluation(cases, labels: Self.table)
        #expect(evaluation.labelStatistics.map(\.label.name) == ["whole", "core", "enhancing"])
        let text = try JSONDocument.text(of: evaluation, .indented)
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let names: Set = ["(1, 2, 3)", "(2, 3)", "3"]
        #expect(Set(try #require(json["mean"] as? [String: Any]).keys) == names)
        let first = try #require((json["metric_per_case"] as? [[String: Any]])?.first)
        #expect(Set(try #require(first["metrics"] as? [String: Any]).keys) == names)
        let read = try JSONDocument.parse(text, as: Evaluation.self)
        #expect(read == evaluation)
    }

    @Test("overlaps of classes are those of their regions")
    func overlaps() {
        let reference = (0..<500).map { UInt8($0 / 30 % 5) }
        let prediction = (0..<500).map { UInt8(($0 + 11) / 27 % 4) }
        let regions: [[UInt8]] = [[1, 2, 3], [2, 3], [4], []]
        let overlaps = Overlap.perRegion(
            reference: reference, prediction: prediction, regions: regions)
        for (region, overlap) in zip(regions, overlaps) {
            let pairs = zip(reference, prediction).map {
                (region.contains($0), region.contains($1))
            }
            #expect(overlap.reference == pairs.count { $0.0 })
            #expect(overlap.prediction == pairs.count { $0.1 })
            #expect(overlap.shared == pairs.count { $0.0 && $0.1 })
        }
    }
}
