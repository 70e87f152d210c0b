import SegNASImaging
import SegNASRandomness
import Testing

@Suite("Connected components")
struct ConnectedComponentsTests {
    typealias Connectivity = ConnectedComponents.Connectivity

    private func map(_ values: [Int32], _ size: SIMD3<Int>) -> LabelMap {
        LabelMap(values: values, geometry: Geometry(size: size, affine: Affine(spacing: .one)))
    }

    /// Labels 0 ..< `labels` at random.
    private func random(_ size: SIMD3<Int>, labels: Int32, seed: UInt64) -> LabelMap {
        var generator = SeededGenerator(seed: seed)
        return map(
            (0..<size.x * size.y * size.z).map { _ in
                Int32.random(in: 0..<labels, using: &generator)
            }, size)
    }

    @Test("two voxels with a common face, edge or corner", arguments: Connectivity.allCases)
    func neighbours(connectivity: Connectivity) {
        let reach = [Connectivity.faces: 1, .edges: 2, .corners: 3][connectivity] ?? 0
        for other in 0..<27 {
            var values = [Int32](repeating: 0, count: 27)
            values[13] = 1
            values[other] = 1
            let found = ConnectedComponents(
                of: map(values, [3, 3, 3]), connectivity: connectivity)
            let distance = abs(other % 3 - 1) + abs(other / 3 % 3 - 1) + abs(other / 9 - 1)
            #expect(found.components.count == (distance <= reach ? 1 : 2), "\(other)")
        }
    }

    @Test("labels that lie against each other with equal ends are joined by their corners")
    func corners() {
        let found = ConnectedComponents(of: map([2, 2, 1, 1, 1, 1, 2, 2], [4, 2, 1]))
        #expect(found.components.map(\.label) == [2, 1])
        #expect(found.components.map(\.voxelCount) == [4, 4])
    }

    @Test("components are the same as by flooding", arguments: Connectivity.allCases)
    func flooding(connectivity: Connectivity) {
        let sizes: [SIMD3<Int>] = [
            [1, 1, 1], [17, 1, 1], [1, 9, 1], [1, 1, 9], [1, 7, 6], [7, 1, 6], [9, 8, 1],
            [13, 7, 5],
        ]
        for size in sizes {
            for labels in Int32(1)...5 {
                for seed in UInt64(0)..<8 {
                    let map = random(size, labels: labels, seed: seed)
                    let found = ConnectedComponents(of: map, connectivity: connectivity)
                    #expect(found.numbers(map) == flooded(map, connectivity) { $0 })
                    check(found, map)
                }
            }
        }
    }

    @Test("labels can be grouped and left out", arguments: Connectivity.allCases)
    func grouping(connectivity: Connectivity) {
        let groups: [Int32] = [0, 7, 7, 0, -3]
        for seed in UInt64(0)..<20 {
            let map = random([11, 6, 5], labels: 5, seed: seed)
            let found = ConnectedComponents(of: map, connectivity: connectivity) { groups[Int($0)] }
            #expect(found.numbers(map) == flooded(map, connectivity) { groups[Int($0)] })
            #expect(Set(found.components.map(\.label)).isSubset(of: [7, -3]))
        }
    }

    @Test("rows that are joined at alternating ends are one component")
    func serpent() {
        let (width, height) = (41, 40)
        var values = [Int32](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                let isJoint = x == (y / 2 % 2 == 0 ? width - 1 : 0)
                values[y * width + x] = y % 2 == 0 || isJoint ? 1 : 0
            }
        }
        let found = ConnectedComponents(of: map(values, [width, height, 1]), connectivity: .faces)
        #expect(found.components.map(\.voxelCount) == [values.count { $0 == 1 }])
    }

    /// What callers rely on: runs in order, longest possible within a class, and sizes that add up.
    private func check(_ found: ConnectedComponents, _ map: LabelMap) {
        var counts = [Int](repeating: 0, count: found.components.count)
        var last = -1
        var next = 0
        for run in found.runs {
            #expect(run.voxels.lowerBound > last && !run.voxels.isEmpty)
            last = run.voxels.upperBound - 1
            #expect(run.component <= next, "components are numbered by their first voxels")
            next = max(next, run.component + 1)
            counts[run.component] += run.voxels.count
            let label = found.components[run.component].label
            #expect(map.values[run.voxels].allSatisfy { $0 == label })
        }
        #expect(counts == found.components.map(\.voxelCount))
        #expect(counts.reduce(0, +) == map.values.count { $0 != 0 })
    }

    /// The number of each voxel's component in the order of first voxels, by flooding; -1 for none.
    private func flooded(
        _ map: LabelMap, _ connectivity: Connectivity, _ group: (Int32) -> Int32
    ) -> [Int] {
        let size = map.geometry.size
        let reach = [Connectivity.faces: 1, .edges: 2, .corners: 3][connectivity] ?? 0
        let steps = (0..<27).map { SIMD3($0 % 3 - 1, $0 / 3 % 3 - 1, $0 / 9 - 1) }
            .filter { (1...reach).contains(abs($0.x) + abs($0.y) + abs($0.z)) }
        #expect(steps.count == connectivity.rawValue)
        var numbers = [Int](repeating: -1, count: map.values.count)
        var count = 0
        for seed in map.values.indices where numbers[seed] < 0 && group(map.values[seed]) != 0 {
            numbers[seed] = count
            var open = [seed]
            while let voxel = open.popLast() {
                let place = SIMD3(
                    voxel % size.x, voxel / size.x % size.y, voxel / (size.x * size.y))
                for step in steps {
                    let next = place &+ step
                    guard (0..<size.x).contains(next.x), (0..<size.y).contains(next.y),
                        (0..<size.z).contains(next.z)
                    else { continue }
                    let index = next.x + size.x * (next.y + size.y * next.z)
                    guard numbers[index] < 0, group(map.values[index]) == group(map.values[seed])
                    else { continue }
                    numbers[index] = count
                    open.append(index)
                }
            }
            count += 1
        }
        return numbers
    }
}

extension ConnectedComponents {
    /// The number of each voxel's component; -1 for none.
    fileprivate func numbers(_ map: LabelMap) -> [Int] {
        var numbers = [Int](repeating: -1, count: map.values.count)
        for run in runs {
            for voxel in run.voxels { numbers[voxel] = run.component }
        }
        return numbers
    }
}
