/// A network to train; input channels and classes come from the data.
public enum Architecture: Hashable, Sendable {
    case segnas(SegNAS)
    /// 3D U-Net, Çiçek et al. 2016, arXiv:1606.06650.
    case unet3d
    /// V-Net, Milletari et al. 2016, arXiv:1606.04797.
    case vnet
    case nnunet(NNUNet)
}

/// A network of the searched family, with the paper's names (Wong & Moradi, MICCAI 2019, sections 2.1 and 2.2).
public struct SegNAS: Hashable, Sendable {
    /// Channels of the first block.
    public let n: Int
    /// Number of max poolings.
    public let p: Int
    /// Deep supervision.
    public let sup: Bool
    /// Residual connections around blocks.
    public let res: Bool
    public let block: BlockGraph
    /// Rate of the spatial dropout after each block.
    public let dropout: Double

    public static let defaultDropout = 0.2

    /// Values outside their limits trap: what people write is checked where it is read.
    public init(
        n: Int, p: Int, sup: Bool, res: Bool, block: BlockGraph, dropout: Double = defaultDropout
    ) {
        precondition(Limits.n.contains(Double(n)), "n is \(n), not \(Limits.n)")
        precondition(Limits.p.contains(Double(p)), "p is \(p), not \(Limits.p)")
        precondition(
            Limits.dropout.contains(dropout), "dropout is \(dropout), not \(Limits.dropout)")
        self.n = n
        self.p = p
        self.sup = sup
        self.res = res
        self.block = block
        self.dropout = dropout
    }
}

extension Architecture {
    /// The same network with its block in canonical form.
    public var canonical: Architecture {
        guard case .segnas(let network) = self else { return self }
        return .segnas(
            SegNAS(
                n: network.n, p: network.p, sup: network.sup, res: network.res,
                block: network.block.canonical, dropout: network.dropout))
    }
}

// MARK: - Short form

extension Architecture: CustomStringConvertible {
    /// For tables: `n 21 p 3 sup 1 res 0 {2,0,2}`, or the baseline's name with what is not usual of it.
    public var description: String {
        switch self {
        case .segnas(let network): network.description
        case .unet3d, .vnet: family.rawValue
        case .nnunet(let network): network.description
        }
    }
}

extension SegNAS: CustomStringConvertible {
    /// `n 21 p 3 sup 1 res 0 {2,0,2}`, followed by the dropout where it is not the default.
    public var description: String {
        let text = "n \(n) p \(p) sup \(sup ? 1 : 0) res \(res ? 1 : 0) \(block)"
        return dropout == Self.defaultDropout ? text : text + " dropout \(number(dropout))"
    }
}
