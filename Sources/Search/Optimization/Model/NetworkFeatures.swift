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
    ///   - images: The images as its training sees them.
    ///   - space: The space of the candidate.
    init(
        of candidate: Candidate, parameters: Int, operations: Int, on images: SearchedImages,
        in space: SearchSpace
    ) {
        let network = candidate.network
        let block = network.block.canonical
        let structure = BlockStructure(block)
        // Each level of the encoder has a block, and each above the lowest one of the decoder.
        let voxels = (0...network.p).reduce(0) { $0 + (1 << $1) * ($1 < network.p ? 2 : 1) }
        surroundings =
            [
                Double(network.n - 20) / 8, (Double(network.p) - 3.5) / 1.1,
                network.sup ? 0.8 : 0, network.res ? 0.8 : 0,
            ] + space.furtherCoordinates(of: candidate, on: images)
        cost = [
            log2(Double(max(operations, 1))) / 3, log2(Double(max(parameters, 1))) / 3,
            log2(1 + Double(structure.reach * voxels)) / 2, 0.8 * Double(structure.wideDepth),
            Double(block.operations.count { $0 == .conv(kernel: 1, dilation: 1) }) / 2,
            structure.isSkipped ? 0.8 : 0,
        ]
        self.operations = space.edges.map { edge in
            edge.isUsed(nodes: block.nodes) ? block.entry(edge) : Self.unused
        }
    }
}

extension SearchSpace {
    /// The searched values that are no part of the block and its surroundings.
    ///
    /// Numbers are from −1 to 1 in their interval. A category has a number for each name, of which one is larger by
    /// 0.8/√2 than the others: so any other name is as far as another sup or res. They add up to 0. What has no value,
    /// as its condition does not hold, is in the middle, 0. Of several ranges the one that counts is the interval.
    /// Sizes and spacings are the log₂ of voxels, or of mm, along each axis.
    fileprivate func furtherCoordinates(
        of candidate: Candidate, on images: SearchedImages
    ) -> [Double] {
        searched.flatMap { dimension -> [Double] in
            switch dimension.name {
            case .n, .p, .sup, .res, .nodes, .operation: []
            case .hyperparameter(.patch), .hyperparameter(.size):
                (0..<3).map { log2(Double(images.size[$0])) }
            case .hyperparameter(.spacing):
                (0..<3).map { axis in images.spacing.map { log2($0[axis]) } ?? 0 }
            case .dropout: [dimension.values.share(of: candidate.network.dropout)]
            case .hyperparameter(let name):
                switch (dimension.values, candidate.hyperparameters[name]) {
                case (.categories(let names), let value):
                    names.map { name in
                        guard let chosen = value?.choice else { return 0 }
                        return ((name == chosen ? 1 : 0) - 1 / Double(names.count)) * 0.8
                            / 2.0.squareRoot()
                    }
                case (_, .number(let value)?):
                    [
                        dimension.values.range(with: candidate.hyperparameters)?.share(of: value)
                            ?? 0
                    ]
                default: [0]
                }
            }
        }
    }
}

extension Dimension.Values {
    /// Where a value lies in the interval of its dimension, from −1 to 1.
    fileprivate func share(of value: Double) -> Double {
        guard let interval else { return 0 }
        let part = coordinate(of: value) - interval.lowerBound
        return 2 * part / (interval.upperBound - interval.lowerBound) - 1
    }
}
