import SegNASRandomness
import Testing

@testable import SegNASImaging

@Suite("Resampling of label maps")
struct LabelResamplingTests {
    struct Case: Decodable, CustomTestStringConvertible {
        var name: String
        var source: [Int]
        var target: [Int]
        var input: [Int]
        var nearest: [Int]
        var perLabelLinear: [Int]

        var testDescription: String { name }
    }

    static let cases: [Case] = Fixture.decode("resampling-labels")

    @Test("Labels are those of SciPy", arguments: cases, LabelInterpolation.allCases)
    func reference(example: Case, interpolation: LabelInterpolation) {
        let expected =
            interpolation == .nearest ? example.nearest : example.perLabelLinear
        func check<Value: Sample & BinaryInteger>(_ type: Value.Type) {
            let volume = Volume(
                shape: example.source, affine: .identity,
                samples: Samples(example.input.map { Value($0) }))
            let map = GridMap(
                from: volume.geometry.size,
                to: [example.target[0], example.target[1], example.target[2]])
            let result = volume.resampledLabels(by: map, interpolation)
            #expect(result.samples.withValues(as: type) { $0.map { Int($0) } } == expected)
        }
        check(UInt8.self)
        check(Int32.self)
        check(UInt16.self)
    }

    @Test("Equal shares go to the least label")
    func ties() {
        let volume = Volume(
            shape: [2, 1, 1], affine: .identity, samples: Samples([9 as UInt8, 4]))
        let map = GridMap(from: [2, 1, 1], to: [1, 1, 1])
        let result = volume.resampledLabels(by: map, .perLabelLinear)
        #expect(result.samples.withValues(as: UInt8.self) { Array($0) } == [4])
    }
}
