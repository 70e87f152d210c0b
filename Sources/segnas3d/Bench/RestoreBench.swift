import FoundationEssentials
internal import Glibc
internal import SegNASExperiments
internal import SegNASHost
internal import SegNASImaging
internal import SegNASRandomness
internal import SegNASTorch

/// Seconds and memory to take the scores of many classes from a quarter of an image's size to all of it.
struct RestoreBench {
    let json: Bool
    /// Of the image; its scores lie on a quarter of it along each axis.
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
        /// By how much the process's resident memory grew at the most, beyond the scores themselves.
        var peakBytes: UInt64
        /// Classes that were the most probable one somewhere.
        var found: Int
    }

    func run() throws {
        let target = size.xyz
        let source = target / 4
        let scores = try Self.scores(classes, source)
        let before = ResidentMemory.restartPeak()
        let start = ContinuousClock.now
        let map = GridMap(from: source, to: target)
        let labels = ScoreResampler([(scores, map)], threads: threads).mostProbable()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let peak = ResidentMemory.peak()
        let found = labels.withValues(as: UInt8.self) { Set($0).count }
        try show(
            Row(
                size: size.xyz, classes: classes, seconds: seconds,
                peakBytes: peak - min(before, peak), found: found))
    }

    /// Blobs about places of their own on a background.
    private static func scores(_ classes: Int, _ size: SIMD3<Int>) throws -> ClassScores {
        var generator = SeededGenerator(seed: 0)
        let centres = (1..<classes).map { _ in
            SIMD3<Float>(
                .random(in: 0..<Float(size.x), using: &generator),
                .random(in: 0..<Float(size.y), using: &generator),
                .random(in: 0..<Float(size.z), using: &generator))
        }
        let area = size.x * size.y
        let scores = ClassScores(classes: classes, size: size, reorientation: .identity)
        guard let scores else {
            let bytes = ByteCount(ClassScores.byteCount(classes: classes, size: size))
            throw TorchError.outOfMemory(
                AllocationFailure(requested: bytes, inUse: nil, limit: nil))
        }
        let width = Float(size.x) / 24
        var slab = [Float](repeating: 1, count: classes * area)
        for z in 0..<size.z {
            for pixel in 0..<area {
                let place = SIMD3<Float>(
                    Float(pixel % size.x), Float(pixel / size.x), Float(z))
                var sum = slab[pixel]
                for (index, centre) in centres.enumerated() {
                    let step = (place - centre) / width
                    let value = 20 * exp(-(step * step).sum())
                    slab[(index + 1) * area + pixel] = value
                    sum += value
                }
                for label in 0..<classes { slab[label * area + pixel] /= sum }
            }
            let isFinite = scores.add(
                slab, slices: z..<z + 1, mirrored: [false, false, false], threads: 1)
            precondition(isFinite, "sums are at least 1")
            for pixel in 0..<area { slab[pixel] = 1 }
        }
        return scores
    }

    private func show(_ row: Row) throws {
        if json {
            print(try JSONDocument.text(of: row, .line))
        } else {
            print(
                "restore \(size), \(row.classes) classes: \((row.seconds * 100).rounded() / 100) s, "
                    + "at the peak \(ByteCount(row.peakBytes)) more; \(row.found) classes found")
        }
        fflush(nil)
    }
}
