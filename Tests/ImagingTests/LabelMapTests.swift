import Testing

@testable import SegNASImaging

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

    struct Rounded: Sendable {
        var samples: Samples
        var scaling = Scaling.identity
        var labels: [Int32]
        var hasRemark = true
    }

    @Test(
        "values that storing has moved stand for the nearest whole numbers",
        arguments: [
            // nibabel 5.4.2 stores the labels 0, 3, 15 and 24 so as int16: 15 becomes 14.99986.
            Rounded(
                samples: Samples([-32768, -24576, 8191, 32767] as [Int16]),
                scaling: Scaling(slope: 24.0 / 65535, intercept: 12 + 12.0 / 65535),
                labels: [0, 3, 15, 24]),
            // Labels up to 252 in steps of 252/255, as of Colin 27.
            Rounded(
                samples: Samples([0, 1, 2, 101, 255] as [UInt8]),
                scaling: Scaling(slope: 252.0 / 255, intercept: 0), labels: [0, 1, 2, 100, 252]),
            // Such a file that was saved again in floating point.
            Rounded(samples: Samples([0, 2.99995, 14.99986] as [Float]), labels: [0, 3, 15]),
            Rounded(samples: Samples([0, 0.999, 0.999] as [Float]), labels: [0, 1, 1]),
            // Rounding of 32 bits.
            Rounded(
                samples: Samples([2.9999998, 14174.998, 1000.0001] as [Float]),
                labels: [3, 14175, 1000], hasRemark: false),
        ])
    func rounded(_ item: Rounded) throws {
        let map = try LabelMap(volume(item.samples, scaling: item.scaling))
        #expect(map.values == item.labels)
        #expect((map.remark != nil) == item.hasRemark)
    }

    @Test("intensities are told from labels by what their neighbours are")
    func images() throws {
        let noise = (0..<2000).map { Float(($0 * 7919) % 199) }
        let fractions = volume(Samples(noise.map { $0 / 200 }))
        #expect(throws: LabelFault.image(values: 199, changing: 100)) { try LabelMap(fractions) }
        // Read as labels, these are whole numbers.
        let whole = try LabelMap(volume(Samples(noise)))
        #expect(whole.imageFault == .image(values: 199, changing: 100))
        // Many structures, each four voxels wide.
        let parcels = (0..<2000).map { Int16($0 / 4 % 100) }
        #expect(try LabelMap(volume(Samples(parcels))).imageFault == nil)
        // Interpolated outlines of a structure.
        let outlines = (0..<2000).map { Float($0 % 40 < 30 ? 1 : $0 % 40) / 37 }
        let fault = #expect(throws: LabelFault.self) { try LabelMap(volume(Samples(outlines))) }
        guard case .notIntegers = fault else {
            Issue.record("another fault")
            return
        }
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
                fault: .scaled(count: 2, example: 0.3, slope: 0.3)),
            // A step of more than 1 leaves open which number was meant.
            Ill(
                samples: Samples([0, 1] as [UInt8]), scaling: Scaling(slope: 3.92, intercept: 0),
                fault: .scaled(count: 1, example: 3.92, slope: 3.92)),
            // Interpolation gives a number several values.
            Ill(
                samples: Samples([0, 0.9991, 0.9995, 1.0007] as [Float]),
                fault: .notIntegers(count: 3, example: Double(0.9991 as Float))),
            Ill(
                samples: Samples([0, 0.98] as [Double]),
                fault: .notIntegers(count: 1, example: 0.98)),
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
