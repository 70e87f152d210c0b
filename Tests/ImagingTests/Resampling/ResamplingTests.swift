import Foundation
import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Resampling of images")
struct ResamplingTests {
    /// A made-up image, and what SciPy and NumPy make of it: Fixtures/resampling.py.
    struct Case: Decodable, CustomTestStringConvertible {
        var name: String
        var interpolation: ImageInterpolation
        var source: [Int]
        var target: [Int]
        var input: [Float]
        var output: [Float]

        var testDescription: String { name }
    }

    static let cases: [Case] = Fixture.decode("resampling")

    static func values(_ volume: Volume) -> [Float] {
        volume.samples.withValues(as: Float.self) { Array($0) }
    }

    @Test("Values are those of SciPy", arguments: cases)
    func reference(example: Case) {
        let volume = Volume(
            shape: example.source, affine: .identity, samples: Samples(example.input))
        let map = GridMap(
            from: volume.geometry.size,
            to: [example.target[0], example.target[1], example.target[2]])
        let result = Self.values(volume.resampled(by: map, example.interpolation))
        #expect(result.count == example.output.count)
        let worst = zip(result, example.output).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 1e-5)
    }

    @Test("What is linear in space stays so", arguments: [1 as UInt64, 2, 3, 4, 5, 6, 7, 8])
    func ramp(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func size() -> SIMD3<Int> {
            SIMD3(
                .random(in: 5...23, using: &generator), .random(in: 5...23, using: &generator),
                .random(in: 5...23, using: &generator))
        }
        let affine = Affine(
            x: [-2, 0.1, 0.3], y: [0, 1.97, 0.32], z: [0.4, -0.36, 2.17],
            origin: [17.8, -35.7, -7.2])
        let source = Geometry(size: size(), affine: affine)
        let image = Volume(Samples(Self.ramp(on: source)), geometry: source)
        for interpolation in [ImageInterpolation.linear, .cubic] {
            let map = GridMap(from: source.size, to: size())
            let result = image.resampled(by: map, interpolation)
            let expected = Self.ramp(on: result.geometry)
            let values = Self.values(result)
            for (index, place) in Self.voxels(map.size).enumerated()
            where Self.isInside(place, map, interpolation) {
                #expect(abs(values[index] - expected[index]) < 1e-4)
            }
        }
    }

    private static func ramp(on geometry: Geometry) -> [Float] {
        voxels(geometry.size).map { voxel in
            let place = geometry.affine(SIMD3<Double>(voxel))
            return Float((place * [0.03, -0.02, 0.01]).sum())
        }
    }

    private static func voxels(_ size: SIMD3<Int>) -> [SIMD3<Int>] {
        (0..<(size.x * size.y * size.z)).map {
            [$0 % size.x, $0 / size.x % size.y, $0 / size.x / size.y]
        }
    }

    /// True if a value depends on no voxel beyond the border.
    private static func isInside(
        _ voxel: SIMD3<Int>, _ map: GridMap, _ interpolation: ImageInterpolation
    ) -> Bool {
        (0..<3).allSatisfy { axis in
            let axisMap = map.axes[axis]
            let reach = (interpolation == .linear ? 1 : 2) + max(0, axisMap.scale) / 2
            let place = axisMap(voxel[axis])
            return place - reach >= 0 && place + reach <= Double(axisMap.sourceCount - 1)
        }
    }

    @Test("An equal grid changes no bit", arguments: ImageInterpolation.allCases)
    func identity(interpolation: ImageInterpolation) throws {
        let image = try ReorientationTests.image(.float32, channels: 2)
        var plain = image
        plain.scaling = .identity
        let map = GridMap(from: image.geometry.size, to: image.geometry.size)
        #expect(
            ReorientationTests.bytes(plain.resampled(by: map, interpolation))
                == ReorientationTests.bytes(image))
    }

    @Test("Threads change no bit")
    func threads() throws {
        let image = try ReorientationTests.image(.int16, channels: 3)
        let map = GridMap(from: image.geometry, spacing: [1.3, 2.9, 0.7])
        let one = image.resampled(by: map, .cubic, threads: 1)
        #expect(
            ReorientationTests.bytes(one)
                == ReorientationTests.bytes(image.resampled(by: map, .cubic, threads: 8)))
        #expect(abs(one.geometry.spacing.x - 1.3) < 1e-12)
    }

    @Test("The mean of a shrunk image is that of the image")
    func shrinking() {
        var generator = SeededGenerator(seed: 4)
        let values = (0..<(40 * 40 * 40)).map { _ in Float.random(in: 0...1, using: &generator) }
        let image = Volume(shape: [40, 40, 40], affine: .identity, samples: Samples(values))
        let small = Self.values(
            image.resampled(by: .init(from: [40, 40, 40], to: [8, 8, 8]), .linear))
        let mean = small.reduce(0, +) / 512
        let variance = small.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 512
        #expect(abs(mean - 0.5) < 0.01)
        // Noise of variance 1/12 in means of 5³ voxels; single voxels would keep it.
        #expect(variance < 2.0 / 12 / 125)
    }
}
