/// A network before it is built: its layers in the order in which they run, for given input channels and classes.
///
/// It needs no libtorch: what is said of a network, predicted of it and drawn comes from here, and `Network` builds it.
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
    package let family: Family

    /// The plans of the families, each made once.
    package enum Family: Sendable {
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
        family = try Family(architecture, channels: channels, classes: classes, levels: levels)
        self.architecture = architecture
        self.channels = channels
        self.classes = classes
        self.levels = levels
        layers = family.plan.layers
    }

    /// Times that the volume is halved, along some axes or all.
    public var poolings: Int { levels.poolings }

    /// Learned numbers of the network.
    public var parameters: Int {
        layers.reduce(0) { $0 + $1.parameters }
    }
}

extension NetworkPlan.Family {
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
        let unit = levels.factor(atLevel: poolings)
        return (size &+ unit &- 1) / unit &* unit
    }

    /// The volume at a level of a network that is given images of a size.
    public func size(atLevel level: Int, of size: SIMD3<Int>) -> SIMD3<Int> {
        padded(size) / levels.factor(atLevel: level)
    }

    /// Products of one image's forward pass; the largest number where there are more.
    public func multiplyAdds(size: SIMD3<Int>) -> Int {
        let all = layers.reduce(0 as UInt128) { $0 + UInt128(multiplyAdds(of: $1, size: size)) }
        return Int(clamping: all)
    }

    /// Those of one of the layers.
    package func multiplyAdds(of layer: LayerPlan, size: SIMD3<Int>) -> Int {
        layer.multiplyAdds { self.size(atLevel: $0, of: size).volume }
    }

    /// Fewer values of a channel than this say nothing of its mean and variance.
    public static let fewestValues = 8

    /// Refuses sizes whose lowest level has too few values for normalization, over a batch or in each image.
    ///
    /// - Throws: ``NetworkError/tooFewValues(level:size:batch:)``, ``NetworkError/tooFewVoxels(level:size:)``
    public func check(size: SIMD3<Int>, batch: Int) throws(NetworkError) {
        let lowest = self.size(atLevel: poolings, of: size)
        guard !layers.contains(where: { $0.normalization == .instance }) else {
            guard lowest.volume >= Self.fewestValues else {
                throw .tooFewVoxels(level: poolings, size: lowest)
            }
            return
        }
        guard lowest.volume * batch >= Self.fewestValues else {
            throw .tooFewValues(level: poolings, size: lowest, batch: batch)
        }
    }
}
