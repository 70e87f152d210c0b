/// A network before it is built: its layers in the order in which they run, for given input channels and classes.
///
/// It needs no libtorch: tables, predictions and drawings of a network come from its plan, and `Network` builds it.
///
/// ```swift
/// let plan = try NetworkPlan(.unet3d, channels: 1, classes: 20)
/// print(plan.parameters)  // 19072564
/// ```
public struct NetworkPlan: Sendable {
    public let architecture: Architecture
    /// Channels of the images.
    public let channels: Int
    /// Labels, background included.
    public let classes: Int
    /// What each pooling halves, and where kernels are flat.
    public let levels: Pyramid
    public let layers: [LayerPlan]
    package let family: PlannedFamily

    /// The plans of the families, each made once.
    package enum PlannedFamily: Sendable {
        case segnas(SegNASPlan)
        case unet3d(UNet3DPlan)
        case vnet(VNetPlan)
        case nnunet(NNUNetPlan)

        package var plan: any FamilyPlan {
            switch self {
            case .segnas(let plan): plan
            case .unet3d(let plan): plan
            case .vnet(let plan): plan
            case .nnunet(let plan): plan
            }
        }
    }

    /// - Parameters:
    ///   - architecture: The network.
    ///   - channels: Of the images.
    ///   - classes: Labels, background included.
    ///   - levels: With as many poolings as the network; nil halves all axes each time.
    /// - Throws: ``NetworkError/illegal(_:)`` for a block graph that cannot be built,
    ///   ``NetworkError/otherLevels(poolings:asked:)``.
    public init(
        _ architecture: Architecture, channels: Int, classes: Int, levels: Pyramid? = nil
    ) throws(NetworkError) {
        let poolings = architecture.poolings
        let levels = levels ?? Pyramid(poolings: poolings)
        guard levels.poolings == poolings else {
            throw .otherLevels(poolings: poolings, asked: levels.poolings)
        }
        family = try PlannedFamily(
            architecture, channels: channels, classes: classes, levels: levels)
        self.architecture = architecture
        self.channels = channels
        self.classes = classes
        self.levels = levels
        layers = family.plan.layers
    }

    /// The number of poolings, which halve some axes or all.
    public var poolings: Int { levels.poolings }

    /// The number of parameters of the network.
    public var parameters: Int {
        layers.reduce(0) { $0 + $1.parameters }
    }
}

extension NetworkPlan.PlannedFamily {
    fileprivate init(
        _ architecture: Architecture, channels: Int, classes: Int, levels: Pyramid
    ) throws(NetworkError) {
        switch architecture {
        case .segnas(let network):
            guard network.block.isLegal else { throw .illegal(network.block.illegalities) }
            self = .segnas(
                SegNASPlan(network, channels: channels, classes: classes, levels: levels))
        case .unet3d:
            self = .unet3d(UNet3DPlan(channels: channels, classes: classes, levels: levels))
        case .vnet: self = .vnet(VNetPlan(channels: channels, classes: classes, levels: levels))
        case .nnunet(let network):
            self = .nnunet(
                NNUNetPlan(network, channels: channels, classes: classes, levels: levels))
        }
    }
}

extension Architecture {
    /// Times that the volume is halved.
    public var poolings: Int {
        switch self {
        case .segnas(let network): network.p
        case .unet3d: UNet3DPlan.poolings
        case .vnet: VNetPlan.poolings
        case .nnunet(let network): network.stages - 1
        }
    }
}

extension NetworkPlan: Hashable {
    // All else follows from these.
    public static func == (a: NetworkPlan, b: NetworkPlan) -> Bool {
        (a.architecture, a.channels, a.classes, a.levels)
            == (b.architecture, b.channels, b.classes, b.levels)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(architecture)
        hasher.combine(channels)
        hasher.combine(classes)
        hasher.combine(levels)
    }
}

// MARK: - Sizes

/// Voxels are counted along x, y and z.
extension NetworkPlan {
    /// A size rounded up, axis by axis, to a multiple of 2 to the power of the poolings that halve the axis.
    public func padded(_ size: SIMD3<Int>) -> SIMD3<Int> {
        levels.padded(SIMD3<Double>(size))
    }

    /// The volume at a level of a network that is given images of a size.
    public func size(atLevel level: Int, of size: SIMD3<Int>) -> SIMD3<Int> {
        levels.size(atLevel: level, of: padded(size))
    }

    /// The multiply-adds of one image's forward pass, clamped to the largest integer.
    public func multiplyAdds(size: SIMD3<Int>) -> Int {
        let all = layers.reduce(0 as UInt128) { $0 + UInt128(multiplyAdds(of: $1, size: size)) }
        return Int(clamping: all)
    }

    /// The multiply-adds of one of the layers.
    package func multiplyAdds(of layer: LayerPlan, size: SIMD3<Int>) -> Int {
        layer.multiplyAdds { self.size(atLevel: $0, of: size).volume }
    }

    /// The fewest values of a channel from which its mean and variance can be estimated.
    public static let minValues = 8

    /// Refuses sizes whose lowest level has too few values for normalization, over a batch or in each image.
    ///
    /// - Throws: ``NetworkError/tooFewValues(level:size:batch:)``, ``NetworkError/tooFewVoxels(level:size:)``
    public func check(size: SIMD3<Int>, batch: Int) throws(NetworkError) {
        let lowest = self.size(atLevel: poolings, of: size)
        guard !layers.contains(where: { $0.normalization == .instance }) else {
            guard lowest.volume >= Self.minValues else {
                throw .tooFewVoxels(level: poolings, size: lowest)
            }
            return
        }
        guard lowest.volume * batch >= Self.minValues else {
            throw .tooFewValues(level: poolings, size: lowest, batch: batch)
        }
    }
}

/// A reason, found in its plan alone, why a network cannot be built, or cannot be trained at a size.
public enum NetworkError: Error, Equatable, Sendable {
    /// The block graph has other sources or sinks than its first and last node.
    case illegal([Illegality])
    /// A level would hold fewer than 8 values per channel, voxels times images of a batch.
    case tooFewValues(level: Int, size: SIMD3<Int>, batch: Int)
    /// A level would hold fewer than 8 voxels in a network that normalizes each image by itself.
    case tooFewVoxels(level: Int, size: SIMD3<Int>)
    /// The levels have another number of poolings than the network.
    case otherLevels(poolings: Int, asked: Int)
}

extension NetworkError: CustomStringConvertible {
    /// The reason, and what to do about it.
    public var description: String {
        switch self {
        case .illegal, .otherLevels: reason
        case .tooFewValues: "\(reason): use a larger size, a larger batch or fewer poolings"
        case .tooFewVoxels: "\(reason): use a larger size or fewer stages"
        }
    }

    /// The reason alone.
    public var reason: String {
        switch self {
        case .illegal(let reasons):
            "this block cannot be built: " + reasons.map(\.description).joined(separator: ", ")
        case .tooFewValues(let level, let size, let batch):
            "after \(level) poolings \(size.x)x\(size.y)x\(size.z) voxels remain, which with a batch of "
                + "\(batch) are too few for batch normalization (at least \(NetworkPlan.minValues))"
        case .tooFewVoxels(let level, let size):
            "after \(level) poolings \(size.x)x\(size.y)x\(size.z) voxels remain, too few for instance "
                + "normalization (at least \(NetworkPlan.minValues))"
        case .otherLevels(let poolings, let asked):
            "this network has \(poolings) poolings, and levels with \(asked) are asked for"
        }
    }
}
