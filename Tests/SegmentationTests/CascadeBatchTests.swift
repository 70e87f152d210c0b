import SegNASImaging
import SegNASRandomness
import SegNASTorch
import TestSupport
import Testing

@testable import SegNASDatasets
@testable import SegNASSegmentation

@TensorActor
@Suite("Batches of a cascade's second stage")
struct CascadeBatchTests {
    private static let size: SIMD3<Int> = [13, 11, 9]

    /// A case of two channels whose first stage has predicted its labels.
    private func example(channels: Int) -> PreparedCase {
        let size = Self.size
        let labels = (0..<size.volume).map { index -> UInt8 in
            let (x, y) = (index % size.x, index / size.x % size.y)
            return x < 5 ? 1 : y < 4 ? 2 : index % 17 == 0 ? 3 : 0
        }
        let image = (0..<channels * size.volume).map { Float(labels[$0 % size.volume]) + 0.25 }
        return PreparedCase(
            identifier: "case", size: size, image: Samples(image), labels: Samples(labels),
            classVoxels: ClassVoxels(of: Samples(labels)),
            firstStage: ClassMasks(Samples(labels), count: 3))
    }

    private func options(_ augmentation: Augmentation?, patch: SIMD3<Int>) -> BatchOptions {
        BatchOptions(
            batchSize: 2, augmentation: augmentation,
            patches: PatchOptions(size: patch, stepsPerEpoch: 12), isShuffled: true, seed: 3)
    }

    /// The masks of each sample that differ from those of its labels, of all.
    private func changedMasks(
        _ options: BatchOptions, channels: Int
    ) throws -> (changed: Int, all: Int) {
        let loader = try BatchLoader([example(channels: channels)], options, epochs: 1)
        var (changed, all) = (0, 0)
        while let batch = try loader.next() {
            let patch = try #require(options.patches).size
            #expect(batch.images.shape == [2, channels + 3, patch.z, patch.y, patch.x])
            let images: [Float] = try batch.images.array()
            let labels: [UInt8] = try batch.labels.array()
            let voxels = patch.volume
            for sample in 0..<2 {
                for label in 1...3 {
                    let first = ((channels + 3) * sample + channels + label - 1) * voxels
                    let expected = labels[sample * voxels..<(sample + 1) * voxels].map {
                        $0 == UInt8(label) ? 1 : 0 as Float
                    }
                    changed += Array(images[first..<first + voxels]) == expected ? 0 : 1
                    all += 1
                }
            }
        }
        return (changed, all)
    }

    @Test("masks lie where the labels lie", arguments: [1, 2], [[6, 7, 5], [16, 8, 12]])
    func masks(channels: Int, patch: [Int]) throws {
        let plain = options(nil, patch: SIMD3(patch[0], patch[1], patch[2]))
        #expect(try changedMasks(plain, channels: channels) == (0, 72))
    }

    @Test("masks move with the image, and some of them are changed")
    func moved() throws {
        var augmentation = Augmentation.everything
        augmentation.movement = .init(probability: 1)
        let moved = options(augmentation, patch: [12, 11, 9])
        let (changed, all) = try changedMasks(moved, channels: 2)
        // A mask is changed with a probability of at most 0.4 + 0.2.
        #expect(changed > 0 && changed < all / 4 * 3, "\(changed) of \(all)")
    }

    @Test(
        "masks are dilated and eroded by cubes",
        arguments: [1, 2, 4], [SIMD3<Int>](arrayLiteral: [7, 5, 6], [1, 9, 2], [4, 1, 1]))
    func morphology(radius: Int, size: SIMD3<Int>) {
        var generator = SeededGenerator(seed: UInt64(radius))
        for value: Float in [0, 1] {
            let mask = (0..<size.volume).map { _ in generator.chance(0.1) ? value : 1 - value }
            var found = mask
            found.withUnsafeMutableBufferPointer {
                MaskChanges.spread(value, of: $0, size: size, radius: radius)
            }
            for index in mask.indices {
                let place = Self.place(index, size)
                let isNear = mask.indices.contains { other in
                    let away = place &- Self.place(other, size)
                    return mask[other] == value
                        && max(abs(away.x), abs(away.y), abs(away.z)) <= radius
                }
                #expect(found[index] == (isNear ? value : 1 - value))
            }
        }
    }

    private static func place(_ index: Int, _ size: SIMD3<Int>) -> SIMD3<Int> {
        [index % size.x, index / size.x % size.y, index / (size.x * size.y)]
    }

    @Test("a small component is left out, a large one never")
    func removal() {
        let size: SIMD3<Int> = [10, 4, 1]
        var mask = [Float](repeating: 0, count: 40)
        for voxel in 0..<8 { mask[voxel] = 1 }  // a fifth of all voxels
        let small = [25, 38]
        for voxel in small { mask[voxel] = 1 }
        for choice in UInt64(0)..<4 {
            var found = mask
            found.withUnsafeMutableBufferPointer {
                MaskChanges.removeComponent(of: $0, size: size, choice: choice)
            }
            var expected = mask
            expected[small[Int(choice % 2)]] = 0
            #expect(found == expected)
        }
    }
}
