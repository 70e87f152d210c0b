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
    public let layers: [LayerPlan]
    package let family: PlannedFamily

    /// The plans of the families, each made once.
    package enum PlannedFamily: Sendable {
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

    /// The number of times that the volume is halved; sizes are padded to a multiple of 2 to this power.
    public var poolings: Int { family.plan.poolings }

    /// The number of parameters of the network.
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

    /// Refuses sizes whose lowest level has too few values for batch normalization.
    ///
    /// - Throws: ``NetworkError/tooFewValues(level:size:batch:)``
    public func check(size: SIMD3<Int>, batch: Int) throws(NetworkError) {
        let lowest = self.size(atLevel: poolings, of: size)
        guard lowest.volume * batch >= Self.minValues else {
            throw .tooFewValues(level: poolings, size: lowest, batch: batch)
        }
    }
}

extension SIMD3<Int> {
    fileprivate var volume: Int { x * y * z }
}

/// A reason, found in its plan alone, why a network cannot be built, or cannot be trained at a size.
public enum NetworkError: Error, Equatable, Sendable {
    /// The block graph has other sources or sinks than its first and last node.
    case illegal([Illegality])
    /// A level would hold fewer than 8 values per channel, voxels times images of a batch.
    case tooFewValues(level: Int, size: SIMD3<Int>, batch: Int)
}

extension NetworkError: CustomStringConvertible {
    /// The reason, and what to do about it.
    public var description: String {
        switch self {
        case .illegal: reason
        case .tooFewValues: "\(reason): use a larger size, a larger batch or fewer poolings"
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
        }
    }
}
