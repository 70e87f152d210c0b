/// The levels of a network: which axes each pooling halves, and along which axes the kernels of a level are flat.
///
/// Scans often have thick slices. Their network leaves the coarse axis alone until the others have become as coarse, as
/// nnU-Net does (Isensee et al. 2021, doi:10.1038/s41592-020-01008-z). Numbers stand for x, y and z.
///
/// ```swift
/// let levels = Pyramid(spacing: [0.6, 0.6, 3.6], size: [256, 256, 16], poolings: 3)
/// print(levels.strides)  // [2, 2, 1], [2, 2, 1], [2, 2, 2]
/// print(levels.kernels)  // [3, 3, 1], [3, 3, 1], [3, 3, 3], [3, 3, 3]
/// ```
public struct Pyramid: Hashable, Sendable {
    /// For each pooling 2 along an axis that it halves and 1 along one that it leaves.
    public let strides: [SIMD3<Int>]
    /// For each level, the full size first, 1 along an axis where kernels are flat and 3 elsewhere; a layer with larger
    /// kernels has its own number there.
    public let kernels: [SIMD3<Int>]

    /// Other numbers than these trap, and another number of levels than poolings and one.
    public init(strides: [SIMD3<Int>], kernels: [SIMD3<Int>]) {
        guard let levels = Pyramid(checking: strides, kernels) else {
            preconditionFailure("no levels of a network: strides \(strides), kernels \(kernels)")
        }
        self = levels
    }

    /// Nil for numbers that are no levels.
    private init?(checking strides: [SIMD3<Int>], _ kernels: [SIMD3<Int>]) {
        func hold(_ triples: [SIMD3<Int>], _ large: Int) -> Bool {
            triples.allSatisfy { triple in
                [triple.x, triple.y, triple.z].allSatisfy { $0 == 1 || $0 == large }
            }
        }
        guard kernels.count == strides.count + 1, hold(strides, 2), hold(kernels, 3) else {
            return nil
        }
        self.strides = strides
        self.kernels = kernels
    }

    /// All axes alike, as in the paper's networks.
    public init(poolings: Int) {
        self.init(
            strides: Array(repeating: [2, 2, 2], count: poolings),
            kernels: Array(repeating: [3, 3, 3], count: poolings + 1))
    }

    public var poolings: Int { strides.count }

    public var isIsotropic: Bool { self == Pyramid(poolings: poolings) }

    /// By what a size is divided on the way down to a level.
    public func factor(atLevel level: Int) -> SIMD3<Int> {
        strides.prefix(level).reduce([1, 1, 1]) { $0 &* $1 }
    }

    /// A kernel of a level: a cube, but flat where the level's are.
    package func kernel(_ edge: Int, atLevel level: Int) -> SIMD3<Int> {
        SIMD3(repeating: edge).replacing(with: 1, where: kernels[level] .== 1)
    }
}

// MARK: - From the data

extension Pyramid {
    /// An axis is halved while so many voxels are left afterwards.
    public static let fewestVoxels = 4
    /// Voxels that are so many times as long as the finest are coarse.
    private static let coarse = 2.0

    /// Levels for images of a size, by nnU-Net's rules.
    ///
    /// A pooling halves the axes with at least 8 voxels that are less than twice as long as the shortest of theirs.
    /// Kernels are flat along an axis while its voxels are at least twice as long as the shortest, but never at the
    /// lowest level.
    ///
    /// - Parameters:
    ///   - spacing: Length of a voxel along each axis, in mm.
    ///   - size: Voxels along each axis; a median of sizes may be half a voxel.
    ///   - poolings: Their number, where the network has one: if no axis has 8 voxels any more, spacing alone decides,
    ///     and images are padded. Nil for as many as the size allows, the last of which halves more than one axis or
    ///     one of at least 12 voxels.
    public init(spacing: SIMD3<Double>, size: SIMD3<Double>, poolings: Int? = nil) {
        precondition(spacing.min() > 0, "voxels without a length")
        var (spacing, size) = (spacing, size)
        var strides: [SIMD3<Int>] = []
        var kernels: [SIMD3<Int>] = []
        var kernel = SIMD3(repeating: 1)
        while poolings.map({ strides.count < $0 }) ?? true {
            let axes = Self.halvedAxes(spacing, size, isAsked: poolings != nil)
            guard !axes.isEmpty else { break }
            // Once kernels are not flat, they stay so.
            for axis in 0..<3 where spacing[axis] < Self.coarse * spacing.min() { kernel[axis] = 3 }
            kernels.append(kernel)
            var stride = SIMD3(repeating: 1)
            for axis in axes { stride[axis] = 2 }
            strides.append(stride)
            spacing *= SIMD3<Double>(stride)
            size = (size / SIMD3<Double>(stride)).rounded(.up)
        }
        self.init(strides: strides, kernels: kernels + [[3, 3, 3]])
    }

    /// The axes that the next pooling halves; none where there is none, unless one is asked for.
    private static func halvedAxes(
        _ spacing: SIMD3<Double>, _ size: SIMD3<Double>, isAsked: Bool
    ) -> [Int] {
        let fewest = Double(fewestVoxels)
        let long = (0..<3).filter { size[$0] >= 2 * fewest }
        let candidates = long.isEmpty && isAsked ? [0, 1, 2] : long
        let finest = candidates.map { spacing[$0] }.min() ?? 0
        let axes = candidates.filter { spacing[$0] < coarse * finest }
        // A level is not worth much to a single short axis.
        if axes.count == 1, size[axes[0]] < 3 * fewest, !isAsked { return [] }
        return axes
    }
}

// MARK: - Sizes

extension Pyramid {
    /// How often each axis is halved.
    public var halvings: SIMD3<Int> {
        strides.reduce(.zero) { $0 &+ ($1 &- 1) }
    }

    /// Voxels along each axis of an image are a multiple of this: 2 to the power of its halvings.
    public var unit: SIMD3<Int> { factor(atLevel: poolings) }

    /// The least size that holds another and can be halved throughout.
    public func padded(_ size: SIMD3<Double>) -> SIMD3<Int> {
        let unit = SIMD3<Double>(unit)
        return SIMD3<Int>(pointwiseMax((size / unit).rounded(.up), .one) * unit)
    }

    /// Voxels at a level of an image that can be halved throughout; level 0 is the image.
    public func size(atLevel level: Int, of size: SIMD3<Int>) -> SIMD3<Int> {
        size / factor(atLevel: level)
    }
}

// MARK: - JSON

/// `{"kernels": [[3, 3, 1], …], "strides": [[2, 2, 1], …]}`, as x, y and z.
extension Pyramid: Codable {
    private enum CodingKeys: CodingKey {
        case strides, kernels
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let strides = try fields.decode([SIMD3<Int>].self, forKey: .strides)
        let kernels = try fields.decode([SIMD3<Int>].self, forKey: .kernels)
        guard let levels = Pyramid(checking: strides, kernels) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "strides are 1 or 2, kernels 1 or 3, one more of these"))
        }
        self = levels
    }
}
