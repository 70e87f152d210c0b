internal import FoundationEssentials
internal import Glibc
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASImaging
internal import SegNASRandomness
internal import SegNASSegmentation
internal import SegNASTorch

/// Seconds to read a file into an array in memory, decompressed and checked.
struct NIfTIReadBench {
    let json: Bool
    /// A generated file if empty.
    let files: [String]

    func run() throws {
        guard files.isEmpty else {
            for file in files { try measure(file, name: file) }
            return
        }
        try Bench.withTemporaryPath(extension: ".nii.gz") { file in
            try Self.smoothNoise(160).write(to: file)
            try measure(file, name: "generated.nii.gz")
        }
    }

    private func measure(_ file: String, name: String) throws {
        var shape: [Int] = []
        let seconds = try shortestSeconds(repetitions: 15) {
            shape = try Volume(contentsOf: file).shape
        }
        let last = name.split(separator: "/").last.map(String.init)
        try Measurement(workload: "nifti-read", file: last, shape: shape, seconds: seconds)
            .show(json: json)
    }

    /// A cube that compresses about as well as a brain: zeros around smooth values with noise.
    private static func smoothNoise(_ size: Int) -> Volume {
        var generator = SeededGenerator(seed: 1)
        let samples = Samples(count: size * size * size) {
            (values: UnsafeMutableBufferPointer<Int16>) in
            for index in values.indices {
                let (x, y, z) = (index % size, index / size % size, index / size / size)
                let place = SIMD3(Double(x), Double(y), Double(z)) / Double(size) - 0.5
                let distance = (place * place).sum()
                guard distance < 0.16 else { continue }
                values[index] =
                    Int16(1000 * (1 - distance)) + Int16.random(in: 0..<64, using: &generator)
            }
        }
        return Volume(samples, geometry: Geometry(size: SIMD3(repeating: size), affine: .identity))
    }
}

/// Seconds of the paper's augmentation, for one image (float32, trilinear) and its map of 20 labels (nearest).
struct AugmentBench {
    let json: Bool
    /// Voxels along each axis.
    let size: Int

    /// Draws to average in each measurement: the time depends on how much of an image leaves the volume.
    private static let draws = 8

    func run() throws {
        var generator = SeededGenerator(seed: 0)
        let voxels = size * size * size
        let image = (0..<voxels).map { _ in Float.random(in: 0..<1, using: &generator) }
        let labels = (0..<voxels).map { _ in UInt8.random(in: 0..<20, using: &generator) }
        var augmentation = Augmentation()
        augmentation.movement = .init(probability: 1)
        let warps = (0..<Self.draws).compactMap { _ in
            augmentation.draw(using: &generator, size: SIMD3(repeating: size), channels: 1).warp
        }
        let seconds = try measure(warps, image, labels) / Double(Self.draws)
        try Measurement(workload: "augment", size: size, seconds: seconds).show(json: json)
    }

    private func measure(_ warps: [Warp], _ image: [Float], _ labels: [UInt8]) throws -> Double {
        var (movedImage, movedLabels) = (image, labels)
        return try shortestSeconds(repetitions: 10) {
            for warp in warps {
                try warp.apply(
                    image: image, labels: labels, size: Extent(cube: size), to: &movedImage,
                    &movedLabels)
            }
        }
    }
}

extension Warp {
    /// Warps on all threads.
    fileprivate func apply(
        image: [Float], labels: [UInt8], size: Extent, to movedImage: inout [Float],
        _ movedLabels: inout [UInt8]
    ) throws {
        try image.withUnsafeBufferPointer { image in
            try labels.withUnsafeBufferPointer { labels in
                try movedImage.withUnsafeMutableBufferPointer { movedImage in
                    try movedLabels.withUnsafeMutableBufferPointer { movedLabels in
                        guard let from = image.baseAddress, let to = movedImage.baseAddress else {
                            return
                        }
                        try apply(
                            from: WarpSource(
                                image: from, labels: labels.baseAddress, channels: 1, size: size),
                            to: WarpTarget(
                                image: to, labels: movedLabels.baseAddress, channelsLast: true,
                                size: size),
                            threads: .max)
                    }
                }
            }
        }
    }
}

/// Seconds and memory to take the scores of many classes from a quarter of an image's size to all of it.
struct RestoreBench {
    let json: Bool
    /// Size of the image; its scores lie on a quarter of it along each axis.
    let size: Extent
    let classes: Int
    let threads: Int

    struct Row: Encodable {
        let schema = 1
        let workload = "restore"
        /// Along x, y and z.
        var size: SIMD3<Int>
        var classes: Int
        var seconds: Double
        /// The largest growth of the process's resident memory, beyond the scores themselves.
        var peakBytes: UInt64
        /// Number of classes that were the most probable one somewhere.
        var found: Int
    }

    func run() throws {
        let target = size.xyz
        let source = target / 4
        let scores = try Self.scores(classes, source)
        let before = ResidentMemory.restartPeak()
        var found = 0
        let seconds = Bench.seconds {
            let map = GridMap(from: source, to: target)
            let labels = ScoreResampler([(scores, map)], threads: threads).classMap()
            found = labels.withValues(as: UInt8.self) { Set($0).count }
        }
        let peak = ResidentMemory.peak()
        let row = Row(
            size: size.xyz, classes: classes, seconds: seconds,
            peakBytes: peak - min(before, peak), found: found)
        try Bench.show(row, json: json, text: text(row))
    }

    /// A blob for each class at its own place, on a background.
    private static func scores(_ classes: Int, _ size: SIMD3<Int>) throws -> ClassScores {
        var generator = SeededGenerator(seed: 0)
        let centres = (1..<classes).map { _ in
            SIMD3<Float>(
                .random(in: 0..<Float(size.x), using: &generator),
                .random(in: 0..<Float(size.y), using: &generator),
                .random(in: 0..<Float(size.z), using: &generator))
        }
        let scores = ClassScores(classes: classes, size: size, reorientation: .identity)
        guard let scores else {
            let bytes = ByteCount(ClassScores.byteCount(classes: classes, size: size))
            throw TorchError.outOfMemory(
                AllocationFailure(requested: bytes, inUse: nil, limit: nil))
        }
        let width = Float(size.x) / 24
        scores.add(mirrored: [false, false, false]) { place in
            for voxel in 0..<size.x * size.y * size.z {
                let position = SIMD3<Float>(
                    Float(voxel % size.x), Float(voxel / size.x % size.y),
                    Float(voxel / (size.x * size.y)))
                let values: [Float] =
                    [1]
                    + centres.map { centre in
                        let step = (position - centre) / width
                        return 20 * exp(-(step * step).sum())
                    }
                let sum = values.reduce(0, +)
                for (label, value) in values.enumerated() {
                    place.sums[label * place.classStep + voxel] = value / sum
                }
            }
        }
        return scores
    }

    private func text(_ row: Row) -> String {
        "restore \(size), \(row.classes) classes: \((row.seconds * 100).rounded() / 100) s, "
            + "at the peak \(ByteCount(row.peakBytes)) more; \(row.found) classes found"
    }
}
