/// Why a network cannot be built, or not trained at a size: known from its plan alone.
public enum NetworkError: Error, Equatable, Sendable {
    /// The block graph has other sources or sinks than its first and last node.
    case illegal([Illegality])
    /// A level would hold fewer than 8 values per channel, voxels times images of a batch.
    case tooFewValues(level: Int, size: SIMD3<Int>, batch: Int)
    /// The same of a network that normalizes each image by itself.
    case tooFewVoxels(level: Int, size: SIMD3<Int>)
    /// The network has other poolings than the levels that are asked for.
    case otherLevels(poolings: Int, asked: Int)
}

extension NetworkError: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .illegal, .otherLevels: reason
        case .tooFewValues: "\(reason): use a larger size, a larger batch or fewer poolings"
        case .tooFewVoxels: "\(reason): use a larger size or fewer stages"
        }
    }

    /// What is wrong.
    public var reason: String {
        switch self {
        case .illegal(let reasons):
            "this block cannot be built: " + reasons.map(\.description).joined(separator: ", ")
        case .tooFewValues(let level, let size, let batch):
            "after \(level) poolings \(size.x)x\(size.y)x\(size.z) voxels remain, which with a batch of "
                + "\(batch) are too few for batch normalization (at least \(NetworkPlan.fewestValues))"
        case .tooFewVoxels(let level, let size):
            "after \(level) poolings \(size.x)x\(size.y)x\(size.z) voxels remain, too few for instance "
                + "normalization (at least \(NetworkPlan.fewestValues))"
        case .otherLevels(let poolings, let asked):
            "this network has \(poolings) poolings, and levels with \(asked) are asked for"
        }
    }
}
