import SegNASImaging
import SegNASRandomness
import Testing

@Suite("Lesions")
struct LesionCountsTests {
    private func map(
        _ values: [Int32], _ size: SIMD3<Int>, spacing: SIMD3<Double> = .one
    ) -> LabelMap {
        LabelMap(values: values, geometry: Geometry(size: size, affine: Affine(spacing: spacing)))
    }

    private func row(_ values: [Int32], spacing: Double = 1) -> LabelMap {
        map(values, [values.count, 1, 1], spacing: [spacing, 1, 1])
    }

    private func counts(
        _ reference: Int, _ prediction: Int, found: Int, false falsePositives: Int
    ) -> LesionCounts {
        var counts = LesionCounts()
        counts.reference = reference
        counts.prediction = prediction
        counts.found = found
        counts.falsePositives = falsePositives
        return counts
    }

    @Test("ratios by hand")
    func ratios() {
        let some = counts(4, 5, found: 3, false: 2)
        #expect(some.missed == 1)
        #expect(some.sensitivity == 0.75 && some.precision == 0.6 && some.f1 == 6.0 / 9)
        let none = LesionCounts()
        #expect(none.sensitivity == nil && none.precision == nil && none.f1 == nil)
        #expect(counts(2, 0, found: 0, false: 0).f1 == 0)
        #expect(counts(2, 0, found: 0, false: 0).precision == nil)
        #expect(counts(0, 2, found: 0, false: 2).sensitivity == nil)
        #expect(some + some == counts(8, 10, found: 6, false: 4))
    }

    @Test("found by one voxel, missed, false, joined and split; each label by itself")
    func matching() throws {
        let reference: [Int32] = [1, 1, 0, 1, 0, 2, 2, 0, 0, 1, 1, 1, 1, 0, 0]
        let prediction: [Int32] = [0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 2]
        let found = try LesionCounts.counts(
            reference: row(reference), prediction: row(prediction), labels: [1, 2, 3], smallest: 0)
        // Of label 1 the first two are found by one component, and the last by two; label 2 is taken for 1.
        #expect(found[0] == counts(3, 4, found: 3, false: 1))
        #expect(found[1] == counts(1, 1, found: 0, false: 1))
        #expect(found[2] == LesionCounts())
    }

    @Test("smaller components count neither as lesions nor as false ones, but still meet others")
    func smallest() throws {
        // Voxels of 2 mm³. A small one that is found, one that meets a large prediction, and a large one that is
        // found by a small one; then two false ones.
        let reference: [Int32] = [1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]
        let prediction: [Int32] = [0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1]
        func result(_ smallest: Double) throws -> LesionCounts {
            try LesionCounts.counts(
                reference: row(reference, spacing: 2), prediction: row(prediction, spacing: 2),
                labels: [1], smallest: smallest)[0]
        }
        #expect(try result(0) == counts(3, 4, found: 2, false: 2))
        #expect(try result(2) == counts(3, 4, found: 2, false: 2))
        #expect(try result(2.001) == counts(1, 2, found: 1, false: 1))
        #expect(try result(4) == counts(1, 2, found: 1, false: 1))
        #expect(try result(6) == counts(1, 1, found: 1, false: 0))
        #expect(try result(100) == LesionCounts())
    }

    @Test("what is ignored in the reference is in no lesion")
    func ignored() throws {
        let found = try LesionCounts.counts(
            reference: row([9, 9, 0, 1, 9, 0, 9, 1]), prediction: row([1, 1, 0, 0, 1, 0, 1, 1]),
            labels: [1], smallest: 0, ignoring: 9)
        #expect(found == [counts(2, 1, found: 1, false: 0)])
    }

    @Test("a prediction in another order of axes is turned; another grid is refused")
    func grids() throws {
        let size = SIMD3(4, 3, 2)
        var generator = SeededGenerator(seed: 3)
        let values = (0..<24).map { _ in Int32.random(in: 0...1, using: &generator) }
        let reference = map(values, size)
        var mirrored = [Int32](repeating: 0, count: 24)
        for index in 0..<24 { mirrored[index / 4 * 4 + 3 - index % 4] = values[index] }
        let prediction = LabelMap(
            values: mirrored,
            geometry: Geometry(
                size: size,
                affine: Affine(x: [-1, 0, 0], y: [0, 1, 0], z: [0, 0, 1], origin: [3, 0, 0])))
        let found = try LesionCounts.counts(
            reference: reference, prediction: prediction, labels: [1], smallest: 0)
        #expect(found[0].missed == 0 && found[0].falsePositives == 0 && found[0].reference > 0)
        #expect(throws: GridMismatch.self) {
            try LesionCounts.counts(
                reference: reference, prediction: map([1], [1, 1, 1]), labels: [1])
        }
    }

    @Test("the counts of masks, component by component as ISLES 2022 counts them")
    func isles() throws {
        for seed in UInt64(0)..<20 {
            var generator = SeededGenerator(seed: seed)
            let size = SIMD3(11, 9, 7)
            func mask() -> LabelMap {
                map(
                    (0..<size.x * size.y * size.z).map { _ in
                        Int.random(in: 0..<12, using: &generator) == 0 ? 1 : 0
                    }, size)
            }
            let (reference, prediction) = (mask(), mask())
            let found = try LesionCounts.counts(
                reference: reference, prediction: prediction, labels: [1], smallest: 0)
            func meets(_ a: LabelMap, _ b: LabelMap) -> [Bool] {
                let components = ConnectedComponents(of: a)
                return components.components.indices.map { index in
                    components.runs.contains { run in
                        run.component == index && run.voxels.contains { b.values[$0] == 1 }
                    }
                }
            }
            let (true1, true2) = (meets(reference, prediction), meets(prediction, reference))
            #expect(
                found == [
                    counts(
                        true1.count, true2.count, found: true1.count { $0 },
                        false: true2.count { !$0 })
                ])
        }
    }
}
