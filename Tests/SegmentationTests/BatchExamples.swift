import SegNASImaging
import SegNASTorch
import Testing

@testable import SegNASDatasets
@testable import SegNASSegmentation

extension Augmentation {
    /// All kinds at once, with their default ranges.
    static var everything: Augmentation {
        var augmentation = Augmentation()
        augmentation.elastic = .init(probability: 0.5)
        augmentation.mirroring = .init()
        augmentation.noise = .init(probability: 0.5)
        augmentation.blur = .init()
        augmentation.brightness = .init()
        augmentation.contrast = .init()
        augmentation.lowResolution = .init()
        augmentation.invertedGamma = .init(probability: 0.1)
        augmentation.gamma = .init()
        return augmentation
    }
}

extension PreparedCase {
    static func example(
        _ identifier: String, size: SIMD3<Int>, image: [Float], labels: [UInt8]
    ) -> PreparedCase {
        PreparedCase(
            identifier: identifier, size: size, image: Samples(image), labels: Samples(labels))
    }

    /// A value for each voxel, which is the label too.
    static func example(
        _ identifier: String, size: SIMD3<Int>, value: (SIMD3<Int>) -> Float
    ) -> PreparedCase {
        let voxels = size.x * size.y * size.z
        let image = (0..<voxels).map { (i: Int) -> Float in
            value(SIMD3(i % size.x, i / size.x % size.y, i / (size.x * size.y)))
        }
        return example(
            identifier, size: size, image: image, labels: image.map { UInt8(Int($0) % 256) })
    }

    /// A number of small cases with different values.
    static func examples(
        _ count: Int, size: SIMD3<Int> = [6, 5, 4], channels: Int = 1
    ) -> [PreparedCase] {
        let voxels = size.x * size.y * size.z
        return (0..<count).map { (number: Int) -> PreparedCase in
            let image = (0..<voxels * channels).map { (i: Int) -> Float in Float(number * 1000 + i)
            }
            let labels = (0..<voxels).map { (i: Int) -> UInt8 in UInt8((i + number) % 30) }
            return example("case\(number)", size: size, image: image, labels: labels)
        }
    }

    /// Image `[D, H, W, C]` and labels.
    func augmented(_ sample: AugmentationSample) throws -> (image: [Float], labels: [UInt8]) {
        let extent = Extent(size.z, size.y, size.x)
        let memory = try BatchMemory(count: 1, channels: channels, size: extent)
        let maker = SampleMaker(channels: channels, size: extent, threads: 1)
        let target = try #require(memory.target(0))
        try maker.make(self, #require(labels), sample, into: target)
        return (
            Array(UnsafeBufferPointer(start: target.image, count: extent.volume * channels)),
            Array(UnsafeBufferPointer(start: target.labels, count: extent.volume))
        )
    }
}
