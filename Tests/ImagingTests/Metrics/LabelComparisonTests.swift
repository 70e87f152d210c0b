import Foundation
import SegNASImaging
import SegNASRandomness
import Testing

@Suite("Comparison of label maps")
struct LabelComparisonTests {
    private func map(_ values: [Int32], size: SIMD3<Int>, spacing: SIMD3<Double> = .one) -> LabelMap
    {
        LabelMap(values: values, geometry: Geometry(size: size, affine: Affine(spacing: spacing)))
    }

    private func row(_ values: [Int32]) -> LabelMap {
        map(values, size: [values.count, 1, 1])
    }

    /// Labels 0 ..< `labels` at random, 0 in all but one of `rarity` voxels.
    private func random(
        _ size: SIMD3<Int>, labels: Int32, rarity: Int, seed: UInt64,
        spacing: SIMD3<Double> = .one
    ) -> LabelMap {
        var generator = SeededGenerator(seed: seed)
        let values = (0..<size.x * size.y * size.z).map { _ in
            Int.random(in: 0..<rarity, using: &generator) == 0
                ? Int32.random(in: 0..<labels, using: &generator) : 0
        }
        return map(values, size: size, spacing: spacing)
    }

    @Test("a map agrees with itself")
    func itself() throws {
        let map = random([33, 9, 7], labels: 4, rarity: 3, seed: 1)
        let comparison = try LabelComparison(reference: map, prediction: map)
        #expect(comparison.labels.map(\.label) == [1, 2, 3])
        for metrics in comparison.labels {
            #expect(metrics.dice == 1 && metrics.overlap.iou == 1 && metrics.surfaceDice == 1)
            #expect(metrics.distances?.hausdorff == 0 && metrics.distances?.average == 0)
            #expect(metrics.volumeDifference == 0 && metrics.overlap.relativeVolumeDifference == 0)
        }
    }

    @Test("volumes and overlap of a small case, by hand")
    func byHand() throws {
        let spacing = SIMD3(2.0, 1, 0.5)
        let comparison = try LabelComparison(
            reference: map([1, 1, 1, 1, 0, 0], size: [6, 1, 1], spacing: spacing),
            prediction: map([0, 0, 1, 1, 1, 0], size: [6, 1, 1], spacing: spacing))
        let metrics = try #require(comparison.labels.first)
        #expect(metrics.overlap == Overlap(reference: 4, prediction: 3, shared: 2))
        #expect(metrics.dice == 4.0 / 7 && metrics.overlap.iou == 0.4)
        #expect(metrics.overlap.sensitivity == 0.5 && metrics.overlap.precision == 2.0 / 3)
        #expect(metrics.volumeDifference == -1 && metrics.overlap.relativeVolumeDifference == -0.25)
        // All voxels are surface: from the prediction 0, 0, 2 mm, from the reference 4, 2, 0, 0.
        #expect(metrics.distances?.hausdorff == 4)
        #expect(metrics.distances?.average == 8.0 / 7)
        #expect(metrics.surfaceDice == 4.0 / 7)
    }

    @Test(
        "labels that one map lacks, or both",
        arguments: [
            ([1, 0], [0, 0], LabelPresence.referenceOnly), ([0, 0], [0, 1], .predictionOnly),
            ([0, 2], [2, 0], .neither), ([1, 0], [0, 1], .both),
        ] as [([Int32], [Int32], LabelPresence)])
    func presence(reference: [Int32], prediction: [Int32], presence: LabelPresence) throws {
        let comparison = try LabelComparison(
            reference: row(reference), prediction: row(prediction), labels: [1])
        let metrics = try #require(comparison.labels.first)
        #expect(metrics.presence == presence)
        #expect(comparison.count(presence) == 1)
        let (isReferred, isPredicted) = (reference.contains(1), prediction.contains(1))
        #expect(metrics.dice == (isReferred || isPredicted ? 0 : nil))
        #expect((metrics.overlap.sensitivity == nil) == !isReferred)
        #expect((metrics.overlap.precision == nil) == !isPredicted)
        #expect((metrics.overlap.relativeVolumeDifference == nil) == !isReferred)
        #expect((metrics.distances == nil) == !(isReferred && isPredicted))
        #expect((metrics.surfaceDice == nil) == !(isReferred || isPredicted))
    }

    @Test(
        "JSON leaves out what is not defined",
        arguments: [
            (
                [1, 1, 0, 0], [1, 0, 0, 0],
                #"{"averageSurfaceDistance":0.3333333333333333,"dice":0.6666666666666666,"#
                    + #""hausdorff":1,"hausdorffPercentile":0.949999988079071,"iou":0.5,"label":1,"#
                    + #""precision":1,"predictionVoxels":1,"presence":"both","referenceVoxels":2,"#
                    + #""relativeVolumeDifference":-0.5,"sensitivity":0.5,"sharedVoxels":1,"#
                    + #""surfaceDice":1,"volumeDifference":-1}"#
            ),
            (
                [0, 0, 0, 0], [1, 0, 0, 0],
                #"{"dice":0,"iou":0,"label":1,"precision":0,"predictionVoxels":1,"#
                    + #""presence":"predictionOnly","referenceVoxels":0,"sharedVoxels":0,"#
                    + #""surfaceDice":0,"volumeDifference":1}"#
            ),
            (
                [2, 0, 0, 0], [2, 0, 0, 0],
                #"{"label":1,"predictionVoxels":0,"presence":"neither","referenceVoxels":0,"#
                    + #""sharedVoxels":0}"#
            ),
        ] as [([Int32], [Int32], String)])
    func json(reference: [Int32], prediction: [Int32], expected: String) throws {
        let comparison = try LabelComparison(
            reference: row(reference), prediction: row(prediction), labels: [1])
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = try encoder.encode(comparison.labels.first)
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test("ignored voxels count as background in both")
    func ignoring() throws {
        let reference = random([20, 9, 6], labels: 5, rarity: 1, seed: 2)
        let prediction = random([20, 9, 6], labels: 5, rarity: 1, seed: 3)
        var options = LabelComparison.Options()
        options.ignoring = 4
        let ignoring = try LabelComparison(
            reference: reference, prediction: prediction, labels: [1, 2, 3], options: options)
        var cleared = (reference: reference, prediction: prediction)
        for index in reference.values.indices where reference.values[index] == 4 {
            cleared.reference.values[index] = 0
            cleared.prediction.values[index] = 0
        }
        let expected = try LabelComparison(
            reference: cleared.reference, prediction: cleared.prediction, labels: [1, 2, 3])
        #expect(ignoring == expected)
        #expect(
            try LabelComparison(reference: reference, prediction: prediction, options: options)
                == expected)
        #expect(
            try ignoring
                != LabelComparison(
                    reference: reference, prediction: prediction, labels: [1, 2, 3]))
    }

    @Test("threads, and the order and range of labels, change nothing")
    func threads() throws {
        var reference = random([31, 12, 13], labels: 6, rarity: 2, seed: 4)
        var prediction = random([31, 12, 13], labels: 6, rarity: 2, seed: 5)
        let expected = try LabelComparison(reference: reference, prediction: prediction)
        var options = LabelComparison.Options()
        options.threads = 5
        #expect(
            try LabelComparison(reference: reference, prediction: prediction, options: options)
                == expected)
        reference.values = reference.values.map { $0 == 0 ? 0 : .max - $0 }
        prediction.values = prediction.values.map { $0 == 0 ? 0 : .max - $0 }
        let renamed = try LabelComparison(
            reference: reference, prediction: prediction, labels: [7] + (1...5).map { .max - $0 },
            options: options)
        #expect(renamed.labels.first?.presence == .neither)
        #expect(renamed.labels.dropFirst().map(\.distances) == expected.labels.map(\.distances))
    }

    @Test("overlap alone")
    func overlapAlone() throws {
        var options = LabelComparison.Options()
        options.measuresSurfaces = false
        let comparison = try LabelComparison(
            reference: row([1, 2]), prediction: row([1, 1]), options: options)
        #expect(comparison.labels.map(\.dice) == [2.0 / 3, 0])
        #expect(comparison.labels.allSatisfy { $0.distances == nil && $0.surfaceDice == nil })
    }

    @Test(
        "distances of far and sparse voxels, against all pairs",
        arguments: [[1, 1, 1], [0.3, 2, 1.1], [3, 0.5, 0.5]] as [SIMD3<Double>])
    func allPairs(spacing: SIMD3<Double>) throws {
        for (rarity, seed) in [(40, 6), (400, 7), (6000, 8), (12000, 9)] {
            let size = SIMD3(70, 33, 26)
            let reference = random(
                size, labels: 2, rarity: rarity, seed: UInt64(seed), spacing: spacing)
            let prediction = random(
                size, labels: 2, rarity: 5000, seed: UInt64(seed + 100), spacing: spacing)
            var options = LabelComparison.Options()
            options.percentile = 37
            let distances = try #require(
                LabelComparison(
                    reference: reference, prediction: prediction, labels: [1], options: options
                ).labels.first?.distances)
            let lists = allDistances(reference, prediction)
            #expect(abs(distances.hausdorff - (lists.joined().max() ?? 0)) < 1e-4)
            let average = lists.joined().reduce(0, +) / Double(lists.joined().count)
            #expect(abs(distances.average - average) < 1e-4)
            let percentile = lists.map { quantile($0, 0.37) }.max() ?? 0
            #expect(abs(distances.hausdorffPercentile - percentile) < 1e-4)
        }
    }

    /// From each voxel of label 1 in one map to the nearest in the other; single voxels are surfaces.
    private func allDistances(_ a: LabelMap, _ b: LabelMap) -> [[Double]] {
        let points = [a, b].map { map in
            map.values.indices.filter { map.values[$0] == 1 }.map { index in
                let size = map.geometry.size
                return map.geometry.spacing
                    * SIMD3(
                        Double(index % size.x), Double(index / size.x % size.y),
                        Double(index / size.x / size.y))
            }
        }
        return [(points[0], points[1]), (points[1], points[0])].map { from, to in
            from.map { point in
                to.map { (($0 - point) * ($0 - point)).sum() }.min()?.squareRoot() ?? 0
            }
        }
    }

    private func quantile(_ values: [Double], _ share: Double) -> Double {
        let sorted = values.sorted()
        let rank = share * Double(sorted.count - 1)
        let lower = Int(rank)
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (rank - Double(lower)) * (sorted[upper] - sorted[lower])
    }

    @Test("different grids")
    func grids() throws {
        let reference = row([1, 1])
        #expect(throws: GridMismatch.size(reference: [2, 1, 1], prediction: [1, 1, 1])) {
            try LabelComparison(reference: reference, prediction: row([1]))
        }
        var moved = reference
        moved.geometry.affine.origin = [0, 0.05, 0]
        #expect(throws: Never.self) {
            try LabelComparison(reference: reference, prediction: moved)
        }
        moved.geometry.affine.origin = [0, 3, 4]
        #expect(throws: GridMismatch.position(distance: 5)) {
            try LabelComparison(reference: reference, prediction: moved)
        }
        #expect(
            "\(GridMismatch.size(reference: [2, 1, 1], prediction: [1, 1, 1]))"
                == "the reference has 2×1×1 voxels and the prediction 1×1×1: "
                + "resample the prediction onto the grid of the reference")
    }

    @Test("classes in bytes overlap as labels do", arguments: [0, 1, 7, 8, 9, 31, 1000])
    func classes(count: Int) throws {
        let reference = random([count, 1, 1], labels: 3, rarity: 4, seed: 10)
        let prediction = random([count, 1, 1], labels: 3, rarity: 4, seed: 11)
        let overlaps = Overlap.perClass(
            reference: reference.values.map(UInt8.init),
            prediction: prediction.values.map(UInt8.init), classes: 2)
        let comparison = try LabelComparison(
            reference: reference, prediction: prediction, labels: [0, 1])
        #expect(overlaps == comparison.labels.map(\.overlap))
    }
}
