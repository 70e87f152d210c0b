/// The paths through a legal block, from its first node to its last.
struct BlockStructure: Hashable, Sendable {
    /// Most convolutions on a path.
    let depth: Int
    /// Most convolutions on a path whose kernel is larger than 1.
    let wideDepth: Int
    /// Voxels to each side that a voxel sees, on the path on which it sees most.
    let reach: Int
    let paths: Int
    /// True if a path has skips alone.
    let isSkipped: Bool

    init(_ block: BlockGraph) {
        var nodes = [Paths()]
        for node in 2...block.nodes {
            var paths = Paths(count: 0)
            for from in 1..<node { paths.add(nodes[from - 1], through: block[from, node]) }
            nodes.append(paths)
        }
        let last = nodes[block.nodes - 1]
        (depth, wideDepth, reach) = (last.depth, last.wideDepth, last.reach)
        (paths, isSkipped) = (last.count, last.isSkipped)
    }

    /// The paths that end at a node.
    private struct Paths {
        var count = 1
        var depth = 0
        var wideDepth = 0
        var reach = 0
        var isSkipped: Bool

        init(count: Int = 1) {
            self.count = count
            isSkipped = count == 1
        }

        mutating func add(_ other: Paths, through operation: Operation) {
            guard other.count > 0 else { return }
            switch operation {
            case .none: return
            case .skip:
                take(other, kernel: 0, dilation: 0)
                isSkipped = isSkipped || other.isSkipped
            case .conv(let kernel, let dilation): take(other, kernel: kernel, dilation: dilation)
            }
        }

        private mutating func take(_ other: Paths, kernel: Int, dilation: Int) {
            count += other.count
            depth = max(depth, other.depth + (kernel > 0 ? 1 : 0))
            wideDepth = max(wideDepth, other.wideDepth + (kernel > 1 ? 1 : 0))
            reach = max(reach, other.reach + max(0, kernel - 1) / 2 * dilation)
        }
    }
}
