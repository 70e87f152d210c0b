/// The labels that hide others, whose surfaces are off at first.
///
/// A voxel lies within a label that at least five of the six rays along the axes meet. A label encloses another where
/// at least half of the other lies within it, and less of itself within the other: as cerebral grey matter encloses
/// white, and white the thalamus, though not from below.
enum NestedLabels {
    /// For labels 1 to `count`, in this order, the indices of those that each encloses; none if every label encloses
    /// one.
    static func enclosed(_ values: [UInt8], size: SIMD3<Int>, count: Int) -> [[Int]] {
        let blocks = LabelBlocks(values, size: size, count: count)
        let shares = (0..<count).map { blocks.sharesWithin($0) }
        let result = (0..<count).map { label in
            (0..<count).filter { other in
                let share = shares[label][other]
                return other != label && share >= 0.5 && share > shares[other][label]
            }
        }
        let isAnyOpen = (0..<count).contains { !blocks.isEmpty($0) && result[$0].isEmpty }
        return isAnyOpen ? result : result.map { _ in [] }
    }
}

/// The labels in each block of a grid of at most 40 blocks along each axis.
private struct LabelBlocks {
    let size: SIMD3<Int>
    /// For each label, the blocks that have any of it.
    private let places: [[Int]]

    init(_ values: [UInt8], size grid: SIMD3<Int>, count: Int) {
        let factors = (grid &+ 39) / 40
        let size = (grid &+ factors &- 1) / factors
        let blocks = size.x * size.y * size.z
        var presence = [Bool](repeating: false, count: count * blocks)
        var index = 0
        for z in 0..<grid.z {
            for y in 0..<grid.y {
                let row = (z / factors.z * size.y + y / factors.y) * size.x
                for x in 0..<grid.x {
                    let label = Int(values[index])
                    index += 1
                    if label != 0 { presence[(label - 1) * blocks + row + x / factors.x] = true }
                }
            }
        }
        self.size = size
        places = (0..<count).map { label in
            (0..<blocks).filter { presence[label * blocks + $0] }
        }
    }

    func isEmpty(_ label: Int) -> Bool { places[label].isEmpty }

    /// The share of each label that lies within one of them, from 0 to 1.
    func sharesWithin(_ label: Int) -> [Double] {
        guard !isEmpty(label) else { return places.map { _ in 0 } }
        let within = within(label)
        return places.map { places in
            guard !places.isEmpty else { return 0 }
            return Double(places.count { within[$0] }) / Double(places.count)
        }
    }

    /// True for each block that has a label on at least five of six sides.
    private func within(_ label: Int) -> [Bool] {
        var presence = [UInt8](repeating: 0, count: size.x * size.y * size.z)
        for place in places[label] { presence[place] = 1 }
        var sides = [UInt8](repeating: 0, count: presence.count)
        let steps = [1, size.x, size.x * size.y]
        for axis in 0..<3 {
            let (next, after) = ((axis + 1) % 3, (axis + 2) % 3)
            let length = (size[axis] - 1) * steps[axis]
            for far in 0..<size[after] {
                for near in 0..<size[next] {
                    let first = far * steps[after] + near * steps[next]
                    let line = stride(from: first, through: first + length, by: steps[axis])
                    Self.look(along: line, presence, &sides)
                    Self.look(along: line.reversed(), presence, &sides)
                }
            }
        }
        return sides.map { $0 >= 5 }
    }

    /// Counts a side for each block of a line that has the label before it.
    private static func look(
        along line: some Sequence<Int>, _ presence: [UInt8], _ sides: inout [UInt8]
    ) {
        var seen: UInt8 = 0
        for block in line {
            sides[block] += seen
            seen |= presence[block]
        }
    }
}
