public import SegNASHost
public import SegNASSearch
public import SegNASTorch

/// Whether a training fits into memory, before it begins.
public struct TrainingMemory {
    let plan: NetworkPlan
    /// Voxels of the prepared images along x, y and z.
    let size: SIMD3<Int>
    let options: TrainingOptions
    let device: Device

    /// - Parameters:
    ///   - plan: Of the network.
    ///   - size: Of the prepared images, along x, y and z.
    ///   - options: How it is trained.
    ///   - device: Where.
    public init(
        plan: NetworkPlan, size: SIMD3<Int>, options: TrainingOptions, device: Device
    ) {
        self.plan = plan
        self.size = size
        self.options = options
        self.device = device
    }

    /// Predictions are within a few percent; what is further beyond the limit cannot work.
    private static let tolerance = 1.1

    /// Refuses what needs more than 1.1 times the memory that tensors may take.
    func check() throws {
        guard let limit = try limit(), let predicted = try predicted(),
            !Self.fits(predicted, into: limit)
        else { return }
        throw TrainingError.outOfMemory(
            TrainingShortage(
                predicted: predicted, available: limit, suggestion: try suggestion(limit)))
    }

    /// What to tell of an allocation that failed while training.
    func shortage(_ shortage: AllocationFailure) -> TrainingShortage {
        let limit = shortage.limit ?? (try? limit())
        return TrainingShortage(
            predicted: try? predicted(), available: limit,
            suggestion: limit.flatMap { try? suggestion($0) } ?? lastResort,
            refused: refusal(shortage))
    }

    /// Nil where an allocation would have gone beyond the limit of tensors.
    private func refusal(_ shortage: AllocationFailure) -> TrainingShortage.Refusal? {
        if let requested = shortage.requested, let inUse = shortage.inUse,
            let limit = shortage.limit,
            requested.bytes + inUse.bytes > limit.bytes
        {
            return nil
        }
        guard device == .cpu else { return nil }
        return .init(requested: shortage.requested, addressSpace: ProcessLimits.addressSpace)
    }

    /// Whether it is worth trying: false where even an error of the prediction would not make it fit.
    public static func fits(_ predicted: ByteCount, into limit: ByteCount) -> Bool {
        Double(predicted.bytes) <= Double(limit.bytes) * tolerance
    }

    private func limit() throws(TorchError) -> ByteCount? {
        try TensorMemory.statistics(on: device).limit
    }

    /// The peak of a training step; nil on a GPU, whose kernels take other memory than the CPU's.
    public func predicted() throws -> ByteCount? { try predicted(options) }

    private func predicted(_ options: TrainingOptions) throws -> ByteCount? {
        guard device == .cpu else { return nil }
        let step = try MemoryPrediction.training(of: plan, size: size, options: options)
        // And the weights of the best epoch, until a checkpoint has them.
        return ByteCount(step.bytes + UInt64(plan.parameters * 4))
    }

    private var lastResort: String {
        "Try a smaller `batchSize` or `size`, `accumulation`, "
            + (isBFloat16Native ? "`precision` bfloat16, " : "") + "or a smaller network"
    }

    /// Elsewhere bfloat16 is emulated, and saves nothing.
    private var isBFloat16Native: Bool { Precision.auto.dtype(on: device) == .bfloat16 }

    /// Changes with which it would fit.
    private func suggestion(_ limit: ByteCount) throws -> String {
        var parts = options
        parts.accumulation = options.batchSize
        var half = options
        half.precision = .bfloat16
        var both = parts
        both.precision = .bfloat16
        let changes = [
            ("`accumulation` \(options.batchSize)", parts), ("`precision` bfloat16", half),
            ("`accumulation` \(options.batchSize) `precision` bfloat16", both),
        ]
        for (words, changed) in changes
        where changed != options
            && (isBFloat16Native || changed.precision == options.precision)
            && (try? plan.check(size: size, batch: changed.partSize)) != nil
        {
            guard let needed = try predicted(changed), Self.fits(needed, into: limit) else {
                continue
            }
            return "With \(words) it would need \(needed); or try a smaller `size` or network"
        }
        return lastResort
    }
}
