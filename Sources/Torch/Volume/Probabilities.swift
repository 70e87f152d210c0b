internal import CTorch

/// How scores of several outputs become probabilities.
public enum ProbabilityRule: Hashable, Sendable {
    /// Of classes, which exclude each other: softmax.
    case classes
    /// Of regions, which may overlap: the sigmoid of each.
    case regions
}

/// Where the probabilities in a box of voxels are added up, in memory that is no tensor's.
public struct ProbabilitySums {
    /// The sum of the first output at the box's first voxel.
    public var first: UnsafeMutablePointer<Float>
    /// Steps from one output to the next, and from one voxel to the next; they may be negative.
    public var outputStep: Int
    public var steps: Extent

    public init(first: UnsafeMutablePointer<Float>, outputStep: Int, steps: Extent) {
        self.first = first
        self.outputStep = outputStep
        self.steps = steps
    }
}

extension Tensor {
    /// Adds the probabilities in a box of scores `[1, L, D, H, W]` to sums, times the weights of their voxels.
    ///
    /// Scores lie on the CPU. Probabilities are computed in float32, a row at a time: no memory is needed for them. The
    /// result does not depend on the number of threads.
    ///
    /// - Parameters:
    ///   - rule: How scores become probabilities.
    ///   - start: The box's first voxel.
    ///   - weights: Factors along depth, height and width of the box, which has their lengths; a voxel's own is their
    ///     product.
    ///   - sums: What is added to. Each voxel of the box must have a place of its own there.
    /// - Returns: False if a score in the box is not a number.
    /// - Throws: ``TorchError/operation(_:)`` if the scores are not those of one image on the CPU, or do not hold the
    ///   box.
    public func addProbabilities(
        _ rule: ProbabilityRule, from start: Extent, weights: (z: [Float], y: [Float], x: [Float]),
        to sums: ProbabilitySums
    ) throws(TorchError) -> Bool {
        let lengths = Extent(weights.z.count, weights.y.count, weights.x.count)
        var areFinite = true
        let status = weights.z.withUnsafeBufferPointer { z in
            weights.y.withUnsafeBufferPointer { y in
                weights.x.withUnsafeBufferPointer { x in
                    var factors = ct_weights(
                        depth: z.baseAddress, height: y.baseAddress, width: x.baseAddress)
                    var target = ct_probability_sums(
                        first: sums.first, class_step: Int64(sums.outputStep),
                        steps: sums.steps.code)
                    return withExtendedLifetime(self) {
                        ct_add_probabilities(
                            handle, rule == .regions, start.code, lengths.code, &factors,
                            &target, &areFinite)
                    }
                }
            }
        }
        try check(status)
        return areFinite
    }
}
