import SegNASRandomness
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Reorientation")
struct ReorientationTests {
    /// An oblique image whose samples are all different.
    static func image(_ type: SampleType, channels: Int = 1) throws -> Volume {
        let affine = Affine(
            x: [-2, 0.1, 0.3], y: [0, 1.97, 0.32], z: [0.4, -0.36, 2.17],
            origin: [117.8, -35.7, -7.2])
        let count = 5 * 4 * 3 * channels
        let samples: Samples =
            switch type.size {
            case 1: Samples((0..<count).map { UInt8($0) })
            case 2: Samples((0..<count).map { Int16($0 * 100 - 3000) })
            case 4: Samples((0..<count).map { Float($0) / 7 })
            default: Samples((0..<count).map { Double($0) / 7 })
            }
        return Volume(
            shape: channels == 1 ? [5, 4, 3] : [5, 4, 3, channels], affine: affine,
            samples: samples, scaling: .init(slope: 2, intercept: 1))
    }

    static func bytes(_ volume: Volume) -> [UInt8] {
        volume.samples.withBytes { Array($0) }
    }

    @Test("There and back changes no bit", arguments: Orientation.all)
    func roundTrip(orientation: Orientation) throws {
        for type in [SampleType.uint8, .int16, .float32, .float64] {
            let image = try Self.image(type, channels: type == .int16 ? 3 : 1)
            let start = Orientation(image.affine)
            let turned = image.reoriented(to: orientation)
            #expect(Orientation(turned.affine) == orientation)
            #expect(turned.scaling == image.scaling && turned.samples.type == image.samples.type)
            let back = turned.reoriented(to: start)
            #expect(back.shape == image.shape)
            #expect((back.affine.origin - image.affine.origin).length < 1e-12)
            #expect(Self.bytes(back) == Self.bytes(image))
            let reorientation = Reorientation(from: start, to: orientation)
            #expect(Self.bytes(turned.reoriented(by: reorientation.inverse)) == Self.bytes(image))
        }
    }

    @Test("Each voxel stays where it is in space", arguments: Orientation.all)
    func places(orientation: Orientation) throws {
        let image = try Self.image(.uint8)
        let turned = image.reoriented(to: orientation)
        let there = image.affine.inverse
        let size = turned.geometry.size
        for z in 0..<size.z {
            for y in 0..<size.y {
                for x in 0..<size.x {
                    let place = there(turned.affine([Double(x), Double(y), Double(z)]))
                    let voxel = place.rounded(.toNearestOrEven)
                    #expect((place - voxel).length < 1e-9)
                    let index = Int(voxel.x + 5 * (voxel.y + 4 * voxel.z))
                    let value = turned.samples.withValues(as: UInt8.self) {
                        $0[x + size.x * (y + size.y * z)]
                    }
                    #expect(Int(value) == index)
                }
            }
        }
    }
}
