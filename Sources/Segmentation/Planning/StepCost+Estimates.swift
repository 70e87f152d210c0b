public import SegNASHost
internal import SegNASSearch
public import SegNASTorch

extension StepCost {
    /// nnU-Net's own estimate, by which its planner fits a network to a GPU.
    ///
    /// It counts the values of all feature maps of its plain network, 32 channels at the top, doubled by each pooling
    /// up to 320, and holds 560 million of them for what a batch of two needs of 8 GB.
    ///
    /// - Parameters:
    ///   - classes: Labels, background included.
    ///   - gigabytes: Memory of the GPU that is planned for, in nnU-Net's rough measure.
    /// - Returns: The cost, and that memory as its limit.
    public static func nnUNet(classes: Int, gigabytes: Double = 8) -> StepCost {
        let bytesPerValue = referenceBytes / referenceValues
        let limit = ByteCount(rounding: gigabytes * Double(1 << 30))
        return StepCost(
            of: .nnunet(.plain), limit: limit,
            limitText: "\(significant(gigabytes)) GB of nnU-Net's measure",
            batchRule: .nearest
        ) { patch, batch in
            let values = featureValues(of: patch, classes: classes)
            return values * Double(batch) / 2 * bytesPerValue
        }
    }

    private static let referenceValues = 560_000_000.0
    private static let referenceBytes = Double(8 << 30)

    /// Values of the feature maps of one image in nnU-Net's plain network.
    ///
    /// Each level has two convolutions on the way down; on the way up, from the level above the lowest, one
    /// enlargement and two convolutions. The top level has the scores.
    private static func featureValues(
        of patch: PlannedPatch, classes: Int
    ) -> Double {
        let levels = patch.levels
        return (0...levels.poolings).reduce(0.0) { sum, level in
            let volume = levels.size(atLevel: level, of: patch.size)
            let voxels = Double(volume.x) * Double(volume.y) * Double(volume.z)
            let width = Double(min(320, 32 << min(level, 4)))
            let maps = level == levels.poolings ? 2.0 : 5.0
            return sum + voxels * (width * maps + (level == 0 ? Double(classes) : 0))
        }
    }
}

extension StepCost {
    /// The memory of a step of this program's training on the CPU, predicted by the code that trains.
    ///
    /// A CPU sees as many voxels in a second whatever the patch and the batch, and learns more from many steps
    /// than from a few (`Documentation/measurements/recipe`): its patches have 96³ voxels at most, and its
    /// batches are the smallest.
    ///
    /// - Parameters:
    ///   - network: The network that is planned for.
    ///   - channels: Of the images.
    ///   - classes: Labels, background included.
    ///   - options: How it is trained; the batch is the plan's.
    ///   - limit: Of the tensors.
    ///   - device: What trains.
    /// - Returns: The cost, with that limit; finding it throws a `NetworkError` for a network that cannot be built.
    public static func training(
        _ network: PlannedNetwork, channels: Int, classes: Int,
        options: TrainingOptions = TrainingOptions(), limit: ByteCount, device: Device = .cpu
    ) -> StepCost {
        StepCost(
            of: network, limit: limit, edge: device == .cpu ? edgeOnCPU : largestEdge,
            batchRule: device == .cpu ? .smallest : .largest
        ) { patch, batch in
            let architecture = network.architecture(for: patch)
            let plan = try NetworkPlan(
                architecture, channels: channels, classes: classes,
                levels: patch.levels(poolings: architecture.poolings))
            var options = options.resolved(on: .cpu)
            options.batchSize = batch
            options.accumulation = 1
            let predicted = try MemoryCheck(
                plan: plan, size: plan.padded(patch.size), options: options, devices: [.cpu]
            ).predicted()
            return Double(predicted.bytes)
        }
    }

    private static let edgeOnCPU = 96.0
}
