internal import SegNASRandomness

/// What a study knows of its images before any training: what the cost of a network depends on.
public struct SearchedImages: Hashable, Codable, Sendable {
    /// Voxels of a training image or patch along x, y and z.
    public var size: SIMD3<Int>
    /// Length in mm of a patch's voxel along each axis; nil for whole images, all axes of which are halved.
    public var spacing: SIMD3<Double>?
    public var channels: Int
    /// Outputs of a network: labels with the background, or regions.
    public var classes: Int
    /// Images that share the statistics of a batch normalization.
    public var batch: Int

    public init(
        size: SIMD3<Int>, spacing: SIMD3<Double>? = nil, channels: Int, classes: Int, batch: Int
    ) {
        self.size = size
        self.spacing = spacing
        self.channels = channels
        self.classes = classes
        self.batch = batch
    }

    /// The images as the training of a candidate sees them.
    package func seen(by candidate: Candidate) -> SearchedImages {
        let grid = GridChoice(candidate.hyperparameters)
        var images = self
        images.size = grid.size ?? size
        images.spacing = grid.spacing ?? spacing
        images.batch = candidate.hyperparameters[.batch]?.number.map { Int($0) } ?? batch
        return images
    }

    /// The plan of a network for such images; nil if it cannot be built.
    package func plan(of architecture: Architecture) -> NetworkPlan? {
        let levels = spacing.map {
            Pyramid(spacing: $0, size: SIMD3<Double>(size), poolings: architecture.poolings)
        }
        return try? NetworkPlan(
            architecture, channels: channels, classes: classes, levels: levels)
    }
}

/// The networks that a search may propose: those of a space that can be trained on its images, within its limits.
struct SearchedNetworks: Hashable, Codable, Sendable {
    let space: SearchSpace
    let images: SearchedImages
    let limits: NetworkLimits
    /// The values of hyperparameters where none is searched.
    var usual: [Hyperparameter: HyperparameterValue]?
    /// The only points to propose, where the networks are those of a table; nil for all of the space.
    var choices: [[Double]]?

    /// The features of a candidate; nil if its network cannot be built.
    func features(of candidate: Candidate) -> NetworkFeatures? {
        let images = images.seen(by: candidate)
        return images.plan(of: candidate.architecture).map { features(of: candidate, $0, images) }
    }

    /// The features of a candidate whose network can be trained within the limits; nil for others.
    func admittedFeatures(of candidate: Candidate) -> NetworkFeatures? {
        let images = images.seen(by: candidate)
        guard let plan = images.plan(of: candidate.architecture) else { return nil }
        guard (try? plan.check(size: images.size, batch: images.batch)) != nil,
            limits.excess(
                parameters: plan.parameters, operations: plan.multiplyAdds(size: images.size))
                == nil
        else { return nil }
        return features(of: candidate, plan, images)
    }

    private func features(
        of candidate: Candidate, _ plan: NetworkPlan, _ images: SearchedImages
    ) -> NetworkFeatures {
        NetworkFeatures(
            of: candidate, parameters: plan.parameters,
            operations: plan.multiplyAdds(size: images.size), on: images, in: space)
    }

    // MARK: - Points

    /// A point drawn uniformly in the space, or one of the choices.
    func randomPoint(using generator: inout some RandomNumberGenerator) -> [Double] {
        if let choices { return choices[generator.index(below: choices.count)] }
        return space.bounds.map { generator.uniform(in: $0) }
    }

    /// A point with fewer channels and poolings, or as many, drawn uniformly.
    func smallerPoint(
        than point: [Double], using generator: inout some RandomNumberGenerator
    ) -> [Double] {
        guard choices == nil else { return randomPoint(using: &generator) }
        return zip(zip(space.searched, space.bounds), point).map { dimension, coordinate in
            guard dimension.0.name == .n || dimension.0.name == .p else { return coordinate }
            return generator.uniform(in: dimension.1.lowerBound...coordinate)
        }
    }

    /// A neighbour of a point: one coordinate that its network uses is changed, or, as often as 4 times in 10, two.
    func neighbour(
        of point: [Double], using generator: inout some RandomNumberGenerator
    ) -> [Double] {
        guard choices == nil else { return randomPoint(using: &generator) }
        let searched = space.searched
        let candidate = space.decode(point)
        var genes = searched.indices.filter { index in
            switch searched[index].name {
            case .operation(let edge): edge.isUsed(nodes: candidate.network.block.nodes)
            case .hyperparameter(let name): candidate.hyperparameters[name] != nil
            default: true
            }
        }
        // The channels have more values than anything else.
        if let channels = searched.firstIndex(where: { $0.name == .n }) { genes.append(channels) }
        var changed = point
        for _ in 0..<(generator.chance(0.4) ? 2 : 1) {
            let gene = genes[generator.index(below: genes.count)]
            changed[gene] = searched[gene].values.neighbour(of: changed[gene], using: &generator)
        }
        return changed
    }

    /// The points of {2,0,2} with deep supervision and residuals, at n 24 and p 3 first, then ever farther from these.
    ///
    /// Hyperparameters are ``usual``. Every value is moved to the nearest that the space has.
    func usualPoints() -> [[Double]] {
        let widths = space[.n]?.wholeValues ?? []
        let depths = space[.p]?.wholeValues ?? []
        let sizes = widths.flatMap { n in depths.map { (n: n, p: $0) } }
        func distance(_ size: (n: Double, p: Double)) -> Double {
            let (n, p) = ((size.n - 24) / 8, (size.p - 3) / 1.1)
            return n * n + p * p
        }
        return sizes.sorted { (distance($0), $0.n) < (distance($1), $1.n) }.map { size in
            let point = space.searched.map { dimension in
                dimension.usualCoordinate(n: size.n, p: size.p, usual ?? [:])
            }
            return space.settled(point, at: usual ?? [:])
        }
    }
}

extension Dimension {
    /// The coordinate of the value nearest to that of {2,0,2} with sup 1 and res 1; the middle of what it has not.
    fileprivate func usualCoordinate(
        n: Double, p: Double, _ hyperparameters: [Hyperparameter: HyperparameterValue]
    ) -> Double {
        let usual: HyperparameterValue? =
            switch name {
            case .n: .number(n)
            case .p: .number(p)
            case .sup, .res: 1
            case .nodes: 3
            // A chain, where more nodes than three are asked for.
            case .operation(let edge): edge.to == edge.from + 1 ? 2 : 0
            case .dropout: .number(SegNAS.recommendedDropout)
            case .hyperparameter(let name): hyperparameters[name]
            }
        if let usual { return values.nearestCoordinate(of: usual) }
        return values.interval.map { ($0.lowerBound + $0.upperBound) / 2 } ?? 0
    }
}

extension Dimension.Values {
    /// All values of whole numbers.
    fileprivate var wholeValues: [Double] {
        switch self {
        case .fixed(let value): [value]
        case .integers(let range): range.map(Double.init)
        case .reals, .categories, .ranges: []
        }
    }

    /// Another coordinate: any other value of few whole numbers or of names, one at most 6 away of many, a real number
    /// nearby.
    fileprivate func neighbour(
        of coordinate: Double, using generator: inout some RandomNumberGenerator
    ) -> Double {
        guard let interval else { return coordinate }
        let now = value(at: coordinate)
        switch self {
        case .fixed: return coordinate
        case .integers(let range) where range.count > 8:
            let step = Double(1 + generator.index(below: 6)) * (generator.chance(0.5) ? 1 : -1)
            return self.coordinate(of: value(at: now + step))
        case .integers(let range): return another(than: now, of: range, using: &generator)
        case .categories(let names):
            return another(than: now, of: 0..<names.count, using: &generator)
        case .reals, .ranges:
            let reach = (interval.upperBound - interval.lowerBound) / 4
            let moved = coordinate + generator.uniform(in: -reach...reach)
            return min(max(moved, interval.lowerBound), interval.upperBound)
        }
    }

    /// The coordinate of any other value.
    private func another(
        than now: Double, of range: Range<Int>, using generator: inout some RandomNumberGenerator
    ) -> Double {
        let other = Double(range.lowerBound + generator.index(below: max(range.count - 1, 1)))
        return coordinate(of: value(at: other + (other >= now ? 1 : 0)))
    }
}
