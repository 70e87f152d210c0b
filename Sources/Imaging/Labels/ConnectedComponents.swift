/// The connected components of the labels of a map, or of groups of labels.
///
/// He, Chao & Suzuki 2008, "A run-based two-scan labeling algorithm", doi:10.1109/TIP.2008.919369: runs of equal voxels
/// along x are joined with those that they touch in the four rows scanned before that can hold neighbours. The
/// invariant: after each row, two runs have the same root if and only if they are connected by voxels scanned so far,
/// and a root is the first run of its component. Time grows with the number of voxels; memory beyond the map is 24
/// bytes for each run, 16 of which stay.
public struct ConnectedComponents: Sendable {
    /// The components in the order of their first voxels in memory.
    public private(set) var components: [Component] = []
    /// The voxels of all components, in the order of memory.
    public private(set) var runs: [Run] = []

    /// Voxels of one class that are connected with each other and with no others of the class.
    public struct Component: Equatable, Sendable {
        /// The class: the label, unless labels were grouped.
        public let label: Int32
        public fileprivate(set) var voxelCount: Int
    }

    /// Voxels of a component that follow each other along x.
    public struct Run: Equatable, Sendable {
        /// The place of the first voxel in the map's values.
        public let start: Int
        let length: Int32
        fileprivate(set) var number: Int32

        /// Places in the map's values.
        public var voxels: Range<Int> { start..<start + Int(length) }
        /// The place in ``ConnectedComponents/components``.
        public var component: Int { Int(number) }
    }

    /// The neighbours of a voxel, by their number.
    public enum Connectivity: Int, CaseIterable, Sendable {
        /// Those with a common face.
        case faces = 6
        /// Those with a common face or edge.
        case edges = 18
        /// Those with a common face, edge or corner.
        case corners = 26
    }

    /// Finds the components of each class of a map.
    ///
    /// ```swift
    /// let lesions = ConnectedComponents(of: map) { $0 == 2 ? 2 : 0 }
    /// let largest = lesions.components.map(\.voxelCount).max()
    /// ```
    ///
    /// - Parameters:
    ///   - map: The label of each voxel.
    ///   - connectivity: Which neighbours are connected.
    ///   - grouping: The class of a label; 0 for those that belong to no component. By default each label is a class,
    ///     and 0 is the background.
    public init(
        of map: LabelMap, connectivity: Connectivity = .corners,
        grouping: (Int32) -> Int32 = { $0 }
    ) {
        let size = map.geometry.size
        var scan = RunScan(size: size, connectivity: connectivity)
        map.values.withUnsafeBufferPointer { values in
            for row in 0..<size.y * size.z { scan.add(row, of: values, grouping) }
        }
        runs = scan.runs
        for index in runs.indices {
            let root = scan.root(of: index)
            if root == index {
                runs[index].number = Int32(components.count)
                components.append(Component(label: scan.labels[index], voxelCount: 0))
            } else {
                // A root comes before its other runs.
                runs[index].number = runs[root].number
            }
            components[runs[index].component].voxelCount += runs[index].voxels.count
        }
    }
}

/// The runs of a map row by row, and which of them are connected.
private struct RunScan {
    private let size: SIMD3<Int>
    /// Rows before the current one that may hold neighbours, and how far beyond its ends a run touches others there.
    private let neighbours: [(y: Int, z: Int, reach: Int)]
    private(set) var runs: [ConnectedComponents.Run] = []
    private(set) var labels: [Int32] = []
    /// A run before this one in its component, or the run itself.
    private var parents: [Int32] = []
    /// The first run of each row.
    private var rows: [Int32] = [0]

    init(size: SIMD3<Int>, connectivity: ConnectedComponents.Connectivity) {
        self.size = size
        let near = connectivity == .faces ? 0 : 1
        let far = connectivity == .corners ? 1 : 0
        let faces = [(y: -1, z: 0, reach: near), (y: 0, z: -1, reach: near)]
        let edges = [(y: -1, z: -1, reach: far), (y: 1, z: -1, reach: far)]
        neighbours = connectivity == .faces ? faces : faces + edges
    }

    /// Adds a row, and joins its runs with those of earlier rows.
    mutating func add(
        _ row: Int, of values: UnsafeBufferPointer<Int32>, _ grouping: (Int32) -> Int32
    ) {
        append(row * size.x..<(row + 1) * size.x, of: values, grouping)
        precondition(runs.count < Int32.max, "\(runs.count) runs of voxels")
        rows.append(Int32(runs.count))
        let (z, y) = row.quotientAndRemainder(dividingBy: size.y)
        for neighbour in neighbours
        where z + neighbour.z >= 0 && (0..<size.y).contains(y + neighbour.y) {
            join(row, with: row + neighbour.z * size.y + neighbour.y, reach: neighbour.reach)
        }
    }

    private mutating func append(
        _ row: Range<Int>, of values: UnsafeBufferPointer<Int32>, _ grouping: (Int32) -> Int32
    ) {
        var start = row.lowerBound
        var label = grouping(values[start])
        while start < row.upperBound {
            var end = start
            var next = label
            repeat {
                // The class is asked for only where the label changes.
                let value = values[end]
                repeat { end += 1 } while end < row.upperBound && values[end] == value
                if end < row.upperBound { next = grouping(values[end]) }
            } while end < row.upperBound && next == label
            if label != 0 {
                parents.append(Int32(runs.count))
                labels.append(label)
                runs.append(
                    ConnectedComponents.Run(start: start, length: Int32(end - start), number: 0))
            }
            (start, label) = (end, next)
        }
    }

    /// Joins runs of two rows whose voxels are at most `reach` apart along x.
    private mutating func join(_ row: Int, with other: Int, reach: Int) {
        var (a, b) = (Int(rows[row]), Int(rows[other]))
        let (aEnd, bEnd) = (Int(rows[row + 1]), Int(rows[other + 1]))
        let distance = (other - row) * size.x
        while a < aEnd, b < bEnd {
            join(a, b, distance, reach)
            let (aUpper, bUpper) = (runs[a].voxels.upperBound, runs[b].voxels.upperBound - distance)
            // The run that ends first touches no further ones. Of two with the same end, both may touch the other's
            // successor by a corner.
            if aUpper < bUpper {
                a += 1
            } else {
                if aUpper == bUpper, a + 1 < aEnd { join(a + 1, b, distance, reach) }
                b += 1
            }
        }
    }

    /// Joins two runs of one class, the second a distance of places ahead, if they touch.
    @inline(__always)
    private mutating func join(_ a: Int, _ b: Int, _ distance: Int, _ reach: Int) {
        guard labels[a] == labels[b] else { return }
        let (first, second) = (runs[a].voxels, runs[b].voxels)
        guard first.lowerBound < second.upperBound - distance + reach,
            second.lowerBound - distance < first.upperBound + reach
        else { return }
        unite(a, b)
    }

    private mutating func unite(_ a: Int, _ b: Int) {
        let (a, b) = (root(of: a), root(of: b))
        if a < b { parents[b] = Int32(a) } else { parents[a] = Int32(b) }
    }

    /// The first run of a component; the way to it is halved.
    mutating func root(of run: Int) -> Int {
        var run = run
        while parents[run] != run {
            parents[run] = parents[Int(parents[run])]
            run = Int(parents[run])
        }
        return run
    }
}
