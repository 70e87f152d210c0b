internal import SegNASHost

/// Finds the class at each voxel of another grid, box by box of the probabilities.
///
/// The result is that of a ``ScoreResampler`` of all probabilities at once: each output is interpolated linearly with
/// the same weights. A voxel of the result is made with the last box that it depends on.
package final class LabelSink: ScoreSink {
    package let halo: SIMD3<Int>
    private let rule: ScoreRule
    private let size: SIMD3<Int>
    private let axes: [TargetAxis]
    /// uint8 `[z, y, x]` of the target.
    private let labels: SampleBuffer

    /// A sink for a target whose voxels lie in the grid of the probabilities as a map says.
    ///
    /// - Throws: ``ScoreMemoryError`` if there is no memory for the target.
    package init(
        _ map: GridMap, rule: ScoreRule = .mostProbable
    ) throws(ScoreMemoryError) {
        self.rule = rule
        size = map.size
        axes = map.axes.map { TargetAxis(AxisWeights($0, .linear)) }
        halo = SIMD3(axes[0].halo, axes[1].halo, axes[2].halo)
        let bytes = size.x * size.y * size.z
        guard let labels = SampleBuffer(zeroPages: bytes) else {
            throw ScoreMemoryError(bytes: bytes)
        }
        self.labels = labels
    }

    /// The classes of the target, uint8 `[z, y, x]`: all of them, once all boxes have come.
    package var classes: Samples { Samples(labels, type: .uint8) }

    package func receive(_ block: ScoreBlock, core: ScoreBox, passes: Int, threads: Int) {
        let target = ScoreBox(
            x: axes[0].targets(of: core.x), y: axes[1].targets(of: core.y),
            z: axes[2].targets(of: core.z))
        guard target.count > 0 else { return }
        let source = ScoreSource(
            ClassScores(block, count: passes),
            x: axes[0].weights.part(target.x, of: block.box.x),
            y: axes[1].weights.part(target.y, of: block.box.y),
            z: axes[2].weights.part(target.z, of: block.box.z), rule, threads: threads)
        let resampler = ScoreResampler([source], rule: rule, size: target.size, threads: threads)
        resampler.classMap().withValues(as: UInt8.self) { copy($0, to: target) }
    }

    /// Copies the labels of a part of the target to their places.
    private func copy(_ best: UnsafeBufferPointer<UInt8>, to target: ScoreBox) {
        guard let start = labels.bytes.baseAddress, let from = best.baseAddress else { return }
        let lines = target.y.count
        for index in 0..<target.z.count * lines {
            let (z, y) = (target.z.lowerBound + index / lines, target.y.lowerBound + index % lines)
            (start + (z * size.y + y) * size.x + target.x.lowerBound).copyMemory(
                from: from + index * target.x.count, byteCount: target.x.count)
        }
    }
}

/// Which voxels of the target belong to a part of the source, along one axis.
private struct TargetAxis {
    let weights: AxisWeights
    /// The last source voxel that each target voxel depends on, ascending.
    private let last: [Int]

    init(_ weights: AxisWeights) {
        self.weights = weights
        last = weights.starts.map { $0 + weights.taps - 1 }
    }

    var halo: Int { weights.taps - 1 }

    func targets(of part: Range<Int>) -> Range<Int> {
        let first = last.firstIndex { $0 >= part.lowerBound } ?? last.count
        let end = last.firstIndex { $0 >= part.upperBound } ?? last.count
        return first..<end
    }
}

extension AxisWeights {
    /// The weights of some target voxels, for a part of the source that holds what they depend on.
    fileprivate func part(_ targets: Range<Int>, of source: Range<Int>) -> AxisWeights {
        AxisWeights(
            starts: starts[targets].map { $0 - source.lowerBound },
            weights: Array(weights[targets.lowerBound * taps..<targets.upperBound * taps]),
            taps: taps)
    }
}

/// Keeps the probabilities of a whole image.
package final class KeepingSink: ScoreSink {
    package let halo = SIMD3<Int>.zero
    package let scores: ClassScores

    /// - Parameter scores: Zeros for the grid of the image.
    package init(_ scores: ClassScores) {
        self.scores = scores
    }

    package func receive(_ block: ScoreBlock, core: ScoreBox, passes: Int, threads: Int) {
        scores.set(block, passes: passes, threads: threads)
    }
}
