public import SegNASHost
public import SegNASSearch
public import SegNASTorch

/// Checks before a training begins that it fits into memory.
public struct MemoryCheck {
    let plan: NetworkPlan
    /// Voxels of the prepared images along x, y and z.
    let size: SIMD3<Int>
    let options: TrainingOptions
    private let devices: [Device]

    /// - Parameters:
    ///   - plan: The network.
    ///   - size: Voxels of the prepared images, along x, y and z.
    ///   - options: The options of the training.
    ///   - devices: The devices that train, which are all GPUs or all the CPU.
    public init(
        plan: NetworkPlan, size: SIMD3<Int>, options: TrainingOptions, devices: [Device]
    ) {
        self.plan = plan
        self.size = size
        self.options = options
        self.devices = devices
    }

    private var device: Device { devices[0] }

    /// Predictions are right within a few percent; a training further beyond the limit cannot work.
    private static let tolerance = 1.1

    /// Throws if the training needs more than 1.1 times the memory that tensors may take.
    func check() throws {
        guard let limit = try limit() else { return }
        let predicted = try predicted()
        guard !Self.fits(predicted, into: limit) else { return }
        throw TrainingError.outOfMemory(
            TrainingError.MemoryShortage(
                predicted: predicted, available: limit, suggestion: try suggestion(limit)))
    }

    /// The shortage to report for an allocation that failed while training.
    func shortage(_ shortage: AllocationFailure) -> TrainingError.MemoryShortage {
        let limit = shortage.limit ?? (try? limit())
        return TrainingError.MemoryShortage(
            predicted: try? predicted(), available: limit, reached: reached(shortage),
            suggestion: limit.flatMap { try? suggestion($0) } ?? lastResort,
            refused: refusal(shortage))
    }

    /// What tensors would have taken with an allocation that failed, where the device tells.
    private func reached(_ shortage: AllocationFailure) -> ByteCount? {
        guard let requested = shortage.requested, let inUse = shortage.inUse else { return nil }
        return ByteCount(requested.bytes + inUse.bytes)
    }

    /// The system's refusal of an allocation; nil if it would have gone beyond the limit of tensors.
    private func refusal(_ shortage: AllocationFailure) -> TrainingError.MemoryShortage.Refusal? {
        if let requested = shortage.requested, let inUse = shortage.inUse,
            let limit = shortage.limit,
            requested.bytes + inUse.bytes > limit.bytes
        {
            return nil
        }
        guard device == .cpu else { return nil }
        return .init(requested: shortage.requested, addressSpace: ProcessLimits.addressSpace)
    }

    /// True if a training is worth trying, false if it would not fit even with an error of the prediction.
    public static func fits(_ predicted: ByteCount, into limit: ByteCount) -> Bool {
        Double(predicted.bytes) <= Double(limit.bytes) * tolerance
    }

    private func limit() throws(TorchError) -> ByteCount? {
        try TensorMemory.statistics(on: device).limit
    }

    /// The peak of a training step.
    public func predicted() throws -> ByteCount { try predicted(options) }

    private func predicted(_ options: TrainingOptions) throws -> ByteCount {
        var options = options
        if device != .cpu {
            // The first GPU has the weights, and as many images as any other.
            let images = (options.partSize + devices.count - 1) / devices.count
            options.batchSize = images * options.accumulation
        }
        let step = try MemoryPrediction.training(
            of: plan, size: size, options: options, parts: device == .cpu ? devices.count : 1,
            on: device)
        // Plus the weights of the best epoch, until a checkpoint has them.
        return ByteCount(step.bytes + UInt64(plan.parameters * 4))
    }

    private var lastResort: String {
        "Try a smaller `batchSize` or `size`, `accumulation`, "
            + (isBFloat16Native ? "`precision` bfloat16, " : "") + "or a smaller network"
    }

    /// True if the device computes bfloat16 itself; else it is emulated and saves nothing.
    private var isBFloat16Native: Bool { Precision.auto.dtype(on: device) == .bfloat16 }

    /// Changes of options with which the training would fit.
    private func suggestion(_ limit: ByteCount) throws -> String {
        let most = options.batchSize / devices.count
        var parts = options
        // As many parts as leave an image for each device.
        parts.accumulation =
            (1...max(most, 1)).last { options.batchSize.isMultiple(of: $0) } ?? options.accumulation
        var half = options
        half.precision = .bfloat16
        var both = parts
        both.precision = .bfloat16
        let changes = [
            ("`accumulation` \(parts.accumulation)", parts), ("`precision` bfloat16", half),
            ("`accumulation` \(parts.accumulation) `precision` bfloat16", both),
        ]
        for (words, changed) in changes
        where changed != options
            && (isBFloat16Native || changed.precision == options.precision)
            && (try? plan.check(
                size: size, batch: changed.normalizedImages(devices: devices.count))) != nil
        {
            let needed = try predicted(changed)
            guard Self.fits(needed, into: limit) else { continue }
            return "With \(words) it would need \(needed); or try a smaller `size` or network"
        }
        return lastResort
    }
}
