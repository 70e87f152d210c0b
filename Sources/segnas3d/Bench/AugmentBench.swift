internal import SegNASExperiments
internal import SegNASRandomness
internal import SegNASSegmentation
internal import SegNASTorch

/// Seconds of the paper's augmentation of one image (float32, trilinear) and its map of 20 labels (nearest).
struct AugmentBench {
    let json: Bool
    /// Voxels along each axis.
    let size: Int

    /// Each measurement is the mean of so many draws: how much of an image leaves the volume changes the time.
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
        return try leastSeconds(repetitions: 10) {
            for warp in warps {
                try warp.apply(
                    image: image, labels: labels, size: Extent(cube: size), to: &movedImage,
                    &movedLabels)
            }
        }
    }
}

extension Warp {
    /// On all threads.
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
                                image: to, labels: movedLabels.baseAddress, channelsLast: true),
                            threads: .max)
                    }
                }
            }
        }
    }
}
