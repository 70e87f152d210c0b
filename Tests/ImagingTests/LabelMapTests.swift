import Imaging
import Testing

@Suite("Label maps from volumes")
struct LabelMapTests {
    private func volume(
        _ samples: Samples, scaling: Scaling = .identity, shape: [Int]? = nil
    ) -> Volume {
        Volume(
            shape: shape ?? [samples.count], affine: .identity, samples: samples, scaling: scaling)
    }

    @Test(
        "labels of every stored type",
        arguments: [
            Samples([0, 1, 127] as [UInt8]), Samples([0, 1, 127] as [Int8]),
            Samples([0, 1, 127] as [UInt16]), Samples([0, 1, 127] as [Int16]),
            Samples([0, 1, 127] as [UInt32]), Samples([0, 1, 127] as [Int32]),
            Samples([0, 1, 127] as [UInt64]), Samples([0, 1, 127] as [Int64]),
            Samples([0, 1, 127] as [Float]), Samples([-0.0, 1.00001, 127] as [Double]),
        ])
    func storedTypes(samples: Samples) throws {
        #expect(try LabelMap(volume(samples)).values == [0, 1, 127])
        let scaling = Scaling(slope: 2, intercept: -1)
        #expect(try LabelMap(volume(samples, scaling: scaling)).values == [-1, 1, 253])
    }

    @Test("the ends of 32 bits")
    func ends() throws {
        let ends = [Int32.min, -1, .max]
        #expect(try LabelMap(volume(Samples(ends))).values == ends)
        #expect(try LabelMap(volume(Samples(ends.map(Int64.init)))).values == ends)
        #expect(try LabelMap(volume(Samples(ends.map(Double.init)))).values == ends)
    }

    @Test("a scaled file misses integers by rounding")
    func scaled() throws {
        let scaling = Scaling(slope: Double(Float(1) / 255), intercept: 0)
        let labels = try LabelMap(volume(Samples([0, 255] as [UInt8]), scaling: scaling))
        #expect(labels.values == [0, 1])
    }

    @Test("further axes of length 1 are no channels")
    func axes() throws {
        let samples = Samples([5, 6] as [UInt8])
        #expect(try LabelMap(volume(samples, shape: [1, 2, 1, 1, 1])).geometry.size == [1, 2, 1])
        #expect(throws: LabelFault.channels(2)) {
            try LabelMap(volume(samples, shape: [1, 1, 1, 2]))
        }
    }

    struct Ill: Sendable {
        var samples: Samples
        var scaling = Scaling.identity
        var fault: LabelFault
    }

    @Test(
        "volumes that are no labels",
        arguments: [
            Ill(samples: Samples([1, .nan, -.infinity] as [Float]), fault: .notFinite(count: 2)),
            Ill(
                samples: Samples([1, 0.5, 2.25] as [Float]),
                fault: .notIntegers(count: 2, example: 0.5)),
            Ill(
                samples: Samples([1, 2] as [UInt8]), scaling: Scaling(slope: 0.3, intercept: 0),
                fault: .notIntegers(count: 2, example: 0.3)),
            Ill(
                samples: Samples([0, UInt32.max] as [UInt32]),
                fault: .outOfRange(count: 1, example: 4_294_967_295)),
            Ill(
                samples: Samples([UInt64.max, 1 << 40, 3] as [UInt64]),
                fault: .outOfRange(count: 2, example: 18_446_744_073_709_551_616)),
            Ill(
                samples: Samples([Int64(Int32.min) - 1] as [Int64]),
                fault: .outOfRange(count: 1, example: -2_147_483_649)),
            Ill(samples: Samples([1e10] as [Float]), fault: .outOfRange(count: 1, example: 1e10)),
        ])
    func ill(_ ill: Ill) {
        #expect(throws: ill.fault) { try LabelMap(volume(ill.samples, scaling: ill.scaling)) }
    }

    @Test("what a fault says")
    func words() {
        #expect(
            LabelFault.notIntegers(count: 1, example: 0.5).description
                == "has 1 voxel with fractions such as 0.5 where labels are whole numbers: "
                + "is it an image, or were labels resampled with interpolation? "
                + "Resample them with nearest neighbours")
    }

    @Test(
        "voxels of each label",
        arguments: [
            ([], [:]), ([7], [7: 1]), ([1, 1, 0, 1, -3], [1: 3, 0: 1, -3: 1]),
            ([.max, .min, .max, 0], [.max: 2, .min: 1, 0: 1]),
        ] as [([Int32], [Int32: Int])])
    func counts(values: [Int32], counts: [Int32: Int]) {
        let geometry = Geometry(size: [values.count, 1, 1], affine: .identity)
        #expect(LabelMap(values: values, geometry: geometry).labelCounts == counts)
    }
}
