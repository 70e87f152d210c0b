import SegNASImaging
import SegNASRandomness
import SegNASTorch
import Testing

@testable import SegNASDatasets
@testable import SegNASSegmentation

@TensorActor
@Suite("Batches of patches")
struct PatchTests {
    /// Cases of several sizes, whose voxels tell where they are from: case · 10⁵ + index + 1.
    private static let cases: [PreparedCase] = [
        [12, 10, 9], [7, 20, 5], [30, 6, 11], [4, 3, 2],
    ].enumerated().map { (number: Int, size: SIMD3<Int>) in
        let image = (0..<size.volume).map { Float(number * 100_000 + $0 + 1) }
        // A rare class in one corner, a common one, and cases without any.
        let labels = (0..<size.volume).map { index -> UInt8 in
            number == 3 ? 0 : index < 4 ? 2 : index % 3 == 0 ? 1 : 0
        }
        return PreparedCase(
            identifier: "case\(number)", size: size, image: Samples(image),
            labels: Samples(labels), classVoxels: ClassVoxels(of: Samples(labels)))
    }

    private func options(
        _ size: SIMD3<Int>, batchSize: Int = 3, steps: Int = 5, share: Double = 1.0 / 3,
        augmentation: Augmentation? = nil, threads: Int = 1
    ) -> BatchOptions {
        BatchOptions(
            batchSize: batchSize, augmentation: augmentation,
            patches: PatchOptions(size: size, foregroundShare: share, stepsPerEpoch: steps),
            isShuffled: true, seed: 7, threads: threads)
    }

    private func contents(_ loader: BatchLoader) throws -> [(images: [Float], labels: [UInt8])] {
        var all: [(images: [Float], labels: [UInt8])] = []
        while let batch = try loader.next() {
            all.append((try batch.images.array(), try batch.labels.array()))
        }
        return all
    }

    @Test(
        "a patch is a part of the image, with zeros where it is larger",
        arguments: [SIMD3<Int>](arrayLiteral: [4, 4, 4], [8, 7, 6], [40, 24, 16], [1, 1, 1]))
    func parts(size: SIMD3<Int>) throws {
        let loader = try BatchLoader(Self.cases, options(size), epochs: 4)
        while let batch = try loader.next() {
            let images: [Float] = try batch.images.array()
            let labels: [UInt8] = try batch.labels.array()
            #expect(batch.images.shape == [3, 1, size.z, size.y, size.x])
            for (slot, name) in batch.cases.enumerated() {
                let example = try #require(Self.cases.first { $0.identifier == name })
                let part = slot * size.volume..<(slot + 1) * size.volume
                try check(Array(images[part]), Array(labels[part]), size, of: example)
            }
        }
    }

    /// Finds the patch's place by a voxel that is not padding, and compares all.
    private func check(
        _ image: [Float], _ labels: [UInt8], _ size: SIMD3<Int>, of example: PreparedCase
    ) throws {
        let whole = example.image.withValues(as: Float.self) { Array($0) }
        let classes = try #require(example.labels).withValues(as: UInt8.self) { Array($0) }
        let inside = try #require(image.firstIndex { $0 != 0 })
        let source = (Int(image[inside]) - 1) % 100_000
        let place = voxel(source, of: example.size) &- voxel(inside, of: size)
        for axis in 0..<3 {
            let room = example.size[axis] - size[axis]
            #expect(room >= 0 ? (0...room).contains(place[axis]) : place[axis] == -(-room / 2))
        }
        #expect(equals(image, whole, size, example.size, at: place))
        #expect(
            equals(labels.map(Float.init), classes.map(Float.init), size, example.size, at: place))
    }

    private func voxel(_ index: Int, of size: SIMD3<Int>) -> SIMD3<Int> {
        [index % size.x, index / size.x % size.y, index / (size.x * size.y)]
    }

    private func equals(
        _ patch: [Float], _ whole: [Float], _ size: SIMD3<Int>, _ extent: SIMD3<Int>,
        at origin: SIMD3<Int>
    ) -> Bool {
        patch.indices.allSatisfy { index in
            let voxel = origin &+ voxel(index, of: size)
            let isInside = (0..<3).allSatisfy { (0..<extent[$0]).contains(voxel[$0]) }
            let value =
                isInside ? whole[(voxel.z * extent.y + voxel.y) * extent.x + voxel.x] : 0
            return patch[index] == value
        }
    }

    /// Of the class with all but four of the labelled voxels, and the region that has both, half the draws each.
    @Test("with regions, one is drawn first, and then any of its voxels")
    func regions() throws {
        var options = options([1, 1, 1], batchSize: 1, steps: 300, share: 1)
        options.patches?.regions = [[1, 2], [2]]
        let loader = try BatchLoader(Array(Self.cases[2...2]), options, epochs: 2)
        var counts: [UInt8: Int] = [:]
        for batch in try contents(loader) { counts[batch.labels[0], default: 0] += 1 }
        #expect(counts[0] == nil)
        // 600 draws: half of class 2, and 4 of about 660 voxels of the rest; 4.5 standard deviations either way.
        #expect((245...357).contains(counts[2] ?? 0), "\(counts)")
    }

    @Test("the last patches of a batch hold labels, classes in equal shares")
    func foreground() throws {
        // Of a case with labels a random patch of one voxel holds class 2 in 1 of 300 draws.
        let loader = try BatchLoader(
            Array(Self.cases.prefix(3)), options([1, 1, 1], batchSize: 6, steps: 100, share: 0.5),
            epochs: 2)
        var last: [UInt8: Int] = [:]
        var first: [UInt8: Int] = [:]
        for batch in try contents(loader) {
            for (slot, label) in batch.labels.enumerated() {
                if slot < 3 { first[label, default: 0] += 1 } else { last[label, default: 0] += 1 }
            }
        }
        #expect(last[0] == nil && first[0] ?? 0 > 300)
        // 600 draws of two classes: 245 to 355 is 4.5 standard deviations either way.
        #expect((245...355).contains(last[2] ?? 0))
    }

    @Test(
        "an image shorter than a patch lies in its middle, or anywhere in it",
        arguments: [true, false])
    func placement(onForeground: Bool) {
        let size: SIMD3<Int> = [9, 3, 5]
        let labels = Samples((0..<size.volume).map { UInt8($0 % 2) })
        let example = PreparedCase(
            identifier: "short", size: size,
            image: Samples([Float](repeating: 1, count: size.volume)), labels: labels,
            classVoxels: ClassVoxels(of: labels))
        let patches = PatchOptions(size: [6, 8, 5], stepsPerEpoch: 1)
        func origins(_ placement: Augmentation.Placement?) -> [SIMD3<Int>] {
            var generator = SeededGenerator(seed: 4)
            return (0..<400).map { _ in
                patches.origin(
                    in: example, onForeground: onForeground, placement: placement,
                    using: &generator)
            }
        }
        let middle = origins(nil)
        #expect(Set(middle.map(\.x)) == [0, 1, 2, 3])
        #expect(middle.allSatisfy { $0.y == -2 && $0.z == 0 })
        let anywhere = origins(.init())
        #expect(Set(anywhere.map(\.x)) == [0, 1, 2, 3] && anywhere.allSatisfy { $0.z == 0 })
        for y in -5...0 {
            // 400 draws of six places: 33 to 100 is 4.5 standard deviations either way.
            #expect((33...100).contains(anywhere.count { $0.y == y }))
        }
        let seldom = origins(.init(probability: 0.3))
        // In the middle if not moved, or by chance: 0.75 of 400, and 4.5 standard deviations.
        #expect((261...339).contains(seldom.count { $0.y == -2 }))
    }

    @Test(arguments: [(0.0, 4, 0), (0.1, 4, 1), (1.0 / 3, 2, 1), (1.0 / 3, 9, 3), (1, 4, 4)])
    func foregroundCount(share: Double, batchSize: Int, count: Int) {
        let patches = PatchOptions(size: [8, 8, 8], foregroundShare: share, stepsPerEpoch: 1)
        #expect(patches.foregroundCount(batchSize: batchSize) == count)
    }

    @Test("an epoch shows as many voxels as the cases have, at least a patch of each")
    func steps() {
        // 1080, 700, 1980 and 24 voxels: 2, 1, 4 and 1 patches of 512.
        let sizes = Self.cases.map(\.size)
        #expect(PatchOptions.stepsPerEpoch(sizes, size: [8, 8, 8], batchSize: 1) == 8)
        #expect(PatchOptions.stepsPerEpoch(sizes, size: [8, 8, 8], batchSize: 3) == 3)
        #expect(PatchOptions.stepsPerEpoch(sizes, size: [64, 64, 64], batchSize: 2) == 2)
    }

    @Test("cases take turns, whatever the epoch")
    func turns() throws {
        let loader = try BatchLoader(Self.cases, options([4, 4, 4], steps: 3), epochs: 4)
        var names: [String] = []
        while let batch = try loader.next() { names += batch.cases }
        #expect(names.count == 36)
        for start in stride(from: 0, to: 36, by: 4) {
            #expect(Set(names[start..<start + 4]).count == 4)
        }
    }

    @Test("patches depend on seed and place alone, and go on where they were left")
    func reproducible() throws {
        func loader(threads: Int, from position: BatchPosition = .init(epoch: 0)) throws
            -> BatchLoader
        {
            try BatchLoader(
                Self.cases, options([9, 6, 4], augmentation: .everything, threads: threads),
                startingAt: position, epochs: 3)
        }
        let all = try contents(loader(threads: 0))
        #expect(all.count == 15 && Set(all.map(\.images)).count == 15)
        for threads in 1...3 {
            let again = try contents(loader(threads: threads))
            #expect(again.map(\.images) == all.map(\.images))
            #expect(again.map(\.labels) == all.map(\.labels))
        }
        let rest = try contents(loader(threads: 2, from: BatchPosition(epoch: 1, batch: 2)))
        #expect(rest.map(\.images) == all[7...].map(\.images))
    }

    @Test("turned patches show the image beyond their border, not zeros")
    func turned() throws {
        let size: SIMD3<Int> = [32, 32, 8]
        let flat = PreparedCase(
            identifier: "flat", size: size,
            image: Samples([Float](repeating: 1, count: size.volume)),
            labels: Samples([UInt8](repeating: 1, count: size.volume)))
        var augmentation = Augmentation.everything
        augmentation.noise = nil
        augmentation.movement = .init(probability: 1, rotation: 30, shift: 0, scale: 0.95...1)
        augmentation.elastic = nil
        augmentation.brightness = nil
        augmentation.contrast = nil
        augmentation.gamma = nil
        augmentation.invertedGamma = nil
        let patches = PatchOptions(size: [8, 8, 8], foregroundShare: 0, stepsPerEpoch: 40)
        var options = BatchOptions(
            batchSize: 1, augmentation: augmentation, patches: patches, isShuffled: true, seed: 3)
        let batches = try contents(BatchLoader([flat], options, epochs: 1))
        // Only patches at the image's border see beyond it.
        let complete = batches.count { $0.labels.allSatisfy { $0 == 1 } }
        #expect(complete > 10)
        options.patches = nil
        #expect(
            try contents(BatchLoader([flat], options, epochs: 10)).allSatisfy {
                $0.labels.contains(0)
            })
    }

    @Test("faults are named")
    func faults() throws {
        var options = options([4, 0, 4], steps: 0, share: 2)
        options.isShuffled = false
        let error = BatchError(faults: [
            "patches are drawn at random, and the order is given",
            "patches: a patch of no voxels",
            "patches: share of foreground 2.0 is not between 0 and 1",
            "patches: 0 steps make no epoch",
        ])
        #expect(throws: error) { try BatchLoader(Self.cases, options) }
    }
}
