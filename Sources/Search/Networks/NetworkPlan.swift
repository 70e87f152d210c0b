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
    public let layers: [LayerPlan]
    package let family: Family

    /// The plans of the families, each made once.
    package enum Family: Sendable {
        case segnas(SegNASPlan)
        case unet3d(UNet3DPlan)
        case vnet(VNetPlan)

        package var plan: any FamilyPlan {
            switch self {
            case .segnas(let plan): plan
            case .unet3d(let plan): plan
            case .vnet(let plan): plan
            }
        }
    }

    /// - Throws: ``NetworkError/illegal(_:)`` for a block graph that cannot be built.
    public init(
        _ architecture: Architecture, channels: Int, classes: Int
    ) throws(NetworkError) {
        switch architecture {
        case .segnas(let network):
            guard network.block.isLegal else { throw .illegal(network.block.illegalities) }
            family = .segnas(SegNASPlan(network, channels: channels, classes: classes))
        case .unet3d: family = .unet3d(UNet3DPlan(channels: channels, classes: classes))
        case .vnet: family = .vnet(VNetPlan(channels: channels, classes: classes))
        }
        self.architecture = architecture
        self.channels = channels
        self.classes = classes
        layers = family.plan.layers
    }

    /// Times that the volume is halved; sizes are padded to a multiple of 2 to this power.
    public var poolings: Int { family.plan.poolings }

    /// Learned numbers of the network.
    public var parameters: Int {
        layers.reduce(0) { $0 + $1.parameters }
    }
}

extension NetworkPlan: Hashable {
    // All else follows from these.
    public static func == (a: NetworkPlan, b: NetworkPlan) -> Bool {
        (a.architecture, a.channels, a.classes) == (b.architecture, b.channels, b.classes)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(architecture)
        hasher.combine(channels)
        hasher.combine(classes)
    }
}

// MARK: - Sizes

/// Voxels are counted along x, y and z.
extension NetworkPlan {
    /// A size rounded up, axis by axis, to a multiple of 2 to the power of the poolings.
    public func padded(_ size: SIMD3<Int>) -> SIMD3<Int> {
        let unit = 1 << poolings
        return (size &+ (unit - 1)) / unit &* unit
    }

    /// The volume at a level of a network that is given images of a size.
    public func size(atLevel level: Int, of size: SIMD3<Int>) -> SIMD3<Int> {
        padded(size) / (1 << level)
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

    /// Refuses sizes whose lowest level has too few values for batch normalization.
    ///
    /// - Throws: ``NetworkError/tooFewValues(level:size:batch:)``
    public func check(size: SIMD3<Int>, batch: Int) throws(NetworkError) {
        let lowest = self.size(atLevel: poolings, of: size)
        guard lowest.volume * batch >= Self.fewestValues else {
            throw .tooFewValues(level: poolings, size: lowest, batch: batch)
        }
    }
}

extension SIMD3<Int> {
    fileprivate var volume: Int { x * y * z }
}
