internal import SegNASRandomness

/// The points of a space in which whole numbers alone are searched, each as a list of these numbers.
struct IntegerGrid: Sendable {
    /// The values of each searched dimension.
    let ranges: [Range<Int>]
    /// The place of the number of nodes; nil where it is fixed.
    private let nodesPlace: Int?
    private let fixedNodes: Int
    /// The node to which each dimension's edge leads; 0 for dimensions that are no operation.
    private let targets: [Int]
    /// The place of n, of which neighbours are not all equally near; nil where it is fixed.
    let widthPlace: Int?

    /// A space in which real numbers are searched too traps.
    init(_ space: SearchSpace) {
        let searched = space.searched
        ranges = searched.map { dimension in
            guard case .integers(let range) = dimension.values else {
                preconditionFailure("\(dimension.name) is no whole number")
            }
            return range
        }
        nodesPlace = searched.firstIndex { $0.name == .nodes }
        fixedNodes = space.nodeCounts.lowerBound
        targets = searched.map { dimension in
            if case .operation(let edge) = dimension.name { edge.to } else { 0 }
        }
        widthPlace = searched.firstIndex { $0.name == .n }
    }

    /// The coordinates at which an optimizer has these numbers: the middle of the interval whose floor they are.
    func point(_ numbers: [Int]) -> [Double] {
        numbers.map { Double($0) + 0.5 }
    }

    /// The places that make a difference: operations of nodes that the block does not have do not.
    func used(_ numbers: [Int]) -> [Int] {
        let nodes = nodesPlace.map { numbers[$0] } ?? fixedNodes
        return numbers.indices.filter { targets[$0] <= nodes }
    }

    func random(using generator: inout SeededGenerator) -> [Int] {
        ranges.map { $0.lowerBound + generator.index(below: $0.count) }
    }

    /// All lists that differ in one number that makes a difference.
    func neighbours(_ numbers: [Int]) -> [[Int]] {
        used(numbers).flatMap { place in
            ranges[place].filter { $0 != numbers[place] }.map { other in
                var changed = numbers
                changed[place] = other
                return changed
            }
        }
    }
}

extension IntegerGrid {
    /// The largest value of a function that is reached from some points, all single changes tried at each step.
    ///
    /// The function is nil where it has no value.
    func hilltop(from starts: [[Int]], _ value: ([Int]) -> Double?) -> Double {
        starts.map { climbed(from: $0, value) }.max() ?? -.infinity
    }

    private func climbed(from start: [Int], _ value: ([Int]) -> Double?) -> Double {
        var (place, height) = (start, value(start) ?? -.infinity)
        while true {
            var next: (place: [Int], height: Double)?
            for neighbour in neighbours(place) {
                guard let other = value(neighbour), other > next?.height ?? height else { continue }
                next = (neighbour, other)
            }
            guard let next else { return height }
            (place, height) = next
        }
    }
}
