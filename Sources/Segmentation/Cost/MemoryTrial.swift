package import SegNASHost
internal import SegNASRandomness
package import SegNASSearch
package import SegNASTorch

/// A network and a batch whose memory is predicted and measured, to know how far the prediction can be trusted.
package struct MemoryTrial: Sendable, CustomStringConvertible {
    package var number: Int
    package var network: SegNAS
    package var size: Int
    package var batch: Int
    package var precision: Precision

    package var description: String {
        "\(number): \(network) \(size)³ × \(batch) \(precision.rawValue)"
    }

    /// Labels of the paper's brains, background included.
    private static let classes = 20

    /// The first legal draws of seed 1 from SegNAS11, over sizes, batches of 1 to 3 and both types in turn.
    package static func sample(_ count: Int, sizes: [Int]) -> [MemoryTrial] {
        var generator = SeededGenerator(seed: 1)
        let space = SearchSpace.segnas11
        var trials: [MemoryTrial] = []
        while trials.count < count {
            let point = space.bounds.map { Double.random(in: $0, using: &generator) }
            let network = space.decode(point).network
            guard network.block.isLegal else { continue }
            let index = trials.count
            trials.append(
                MemoryTrial(
                    number: index + 1, network: network, size: sizes[index % sizes.count],
                    batch: index % 3 + 1, precision: index % 2 == 0 ? .float32 : .bfloat16))
        }
        return trials
    }

    private var volume: SIMD3<Int> { SIMD3(repeating: size) }

    private var options: TrainingOptions {
        var options = TrainingOptions()
        options.batchSize = batch
        options.precision = precision
        return options
    }

    private func plan() throws -> NetworkPlan {
        try NetworkPlan(.segnas(network), channels: 1, classes: Self.classes)
    }

    package func parameters() throws -> Int {
        try plan().parameters
    }

    /// What is predicted, or nil where the size is too small for the network.
    package func prediction() throws -> MemoryPrediction? {
        let plan = try plan()
        guard (try? plan.check(size: volume, batch: batch)) != nil else { return nil }
        return try MemoryPrediction(plan, size: volume, options: options)
    }

    /// The peak of a real training step, as the CPU allocator counts it.
    package func measuredPeak() throws -> ByteCount {
        try TensorMemory.peak {
            try SyntheticTraining(plan(), size: volume, options: options, device: .cpu).step()
        }
    }
}
