internal import Glibc

/// What is known of a network before it is trained, in three groups; equal for networks that are canonically equal.
///
/// Each number is scaled so that a difference of 1 matters about as much as one of any other.
struct NetworkFeatures: Hashable, Codable, Sendable {
    /// A: n, p, sup and res, then every other searched dimension.
    var surroundings: [Double]
    /// B: multiply-adds, parameters, receptive field, depth, pointwise convolutions, whether a path has skips alone.
    var cost: [Double]
    /// C: the operation of each edge of the space's largest block; ``unused`` beyond the block's nodes.
    var operations: [UInt8]

    static let unused: UInt8 = 7

    /// The squared Euclidean distances, group by group, with operations as vectors of zeros and a 0.6.
    func squaredDistances(to other: Self) -> (a: Double, b: Double, c: Double) {
        var different = 0
        for edge in operations.indices where operations[edge] != other.operations[edge] {
            different += 1
        }
        return (
            Self.squared(surroundings, other.surroundings), Self.squared(cost, other.cost),
            2 * 0.6 * 0.6 * Double(different)
        )
    }

    private static func squared(_ one: [Double], _ other: [Double]) -> Double {
        var sum = 0.0
        for index in one.indices {
            let difference = one[index] - other[index]
            sum += difference * difference
        }
        return sum
    }
}

extension NetworkFeatures {
    /// - Parameters:
    ///   - candidate: A candidate with a legal block.
    ///   - parameters: Of its network.
    ///   - operations: Multiply-adds of its network for one image.
    ///   - space: The space of the candidate.
    init(of candidate: Candidate, parameters: Int, operations: Int, in space: SearchSpace) {
        let network = candidate.network
        let block = network.block.canonical
        let paths = BlockPaths(block)
        // Each level of the encoder has a block, and each above the lowest one of the decoder.
        let voxels = (0...network.p).reduce(0) { $0 + (1 << $1) * ($1 < network.p ? 2 : 1) }
        surroundings =
            [
                Double(network.n - 20) / 8, (Double(network.p) - 3.5) / 1.1,
                network.sup ? 0.8 : 0, network.res ? 0.8 : 0,
            ] + space.furtherCoordinates(of: candidate)
        cost = [
            log2(Double(max(operations, 1))) / 3, log2(Double(max(parameters, 1))) / 3,
            log2(1 + Double(paths.radius * voxels)) / 2, 0.8 * Double(paths.depth),
            Double(block.operations.count { $0 == .conv(kernel: 1, dilation: 1) }) / 2,
            paths.hasSkipsAlone ? 0.8 : 0,
        ]
        self.operations = space.edges.map { edge in
            edge.isUsed(nodes: block.nodes) ? block.entry(edge) : Self.unused
        }
    }
}

extension SearchSpace {
    /// The searched values that are no part of the block and its surroundings, each from −1 to 1 in its interval.
    fileprivate func furtherCoordinates(of candidate: Candidate) -> [Double] {
        searched.compactMap { dimension in
            let value: Double
            switch dimension.name {
            case .n, .p, .sup, .res, .nodes, .operation: return nil
            case .dropout: value = candidate.network.dropout
            case .hyperparameter(let name): value = candidate.hyperparameters[name] ?? 0
            }
            guard let interval = dimension.values.interval else { return nil }
            let share =
                (dimension.values.coordinate(of: value) - interval.lowerBound)
                / (interval.upperBound - interval.lowerBound)
            return 2 * share - 1
        }
    }
}

/// The paths of a block from its first node to its last.
private struct BlockPaths {
    /// The most convolutions with kernels above 1 on a path.
    let depth: Int
    /// The most voxels by which a path's convolutions reach beyond a voxel.
    let radius: Int
    /// True if a path has skips alone.
    let hasSkipsAlone: Bool

    init(_ block: BlockGraph) {
        var depths: [Int?] = [0] + Array(repeating: nil, count: block.nodes - 1)
        var (radii, skips) = (depths, depths)
        for (edge, operation) in zip(Edge.all(nodes: block.nodes), block.operations) {
            let (from, to) = (edge.from - 1, edge.to - 1)
            guard operation != .none, let depth = depths[from], let radius = radii[from] else {
                continue
            }
            var (further, reach) = (0, 0)
            if case .conv(let kernel, let dilation) = operation, kernel > 1 {
                (further, reach) = (1, (kernel - 1) / 2 * dilation)
            }
            depths[to] = max(depths[to] ?? 0, depth + further)
            radii[to] = max(radii[to] ?? 0, radius + reach)
            if operation == .skip, skips[from] != nil { skips[to] = 0 }
        }
        let last = block.nodes - 1
        depth = depths[last] ?? 0
        radius = radii[last] ?? 0
        hasSkipsAlone = skips[last] != nil
    }
}
