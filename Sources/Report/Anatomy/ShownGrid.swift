internal import SegNASDatasets
internal import SegNASImaging

/// The part of a case that a page shows: a box of its voxels along right, anterior and superior, perhaps coarser.
struct ShownGrid: Equatable, Sendable {
    /// The first voxel of the box, and its voxels along each axis, counted in the case.
    let lower: SIMD3<Int>
    let extent: SIMD3<Int>
    /// The number of voxels of the case along each axis that become one.
    private(set) var factors = SIMD3(repeating: 1)
    /// The distance of the case's voxels, in mm.
    private let fineSpacing: SIMD3<Double>

    /// Makes the box of labelled voxels with a margin in mm; the whole case if there are none.
    init(_ case: ClassVolume, _ other: ClassVolume, margin: Double) {
        fineSpacing = `case`.spacing
        let size = `case`.size
        guard let box = `case`.box.union(other.box) else {
            (lower, extent) = (.zero, size)
            return
        }
        var first = SIMD3<Int>.zero
        var behind = size
        for axis in 0..<3 {
            let room = Int(min((margin / fineSpacing[axis]).rounded(.up), Double(size[axis])))
            first[axis] = max(0, box.lower[axis] - room)
            behind[axis] = min(size[axis], box.upper[axis] + room)
        }
        lower = first
        extent = behind &- first
    }

    /// The number of voxels shown along each axis.
    var size: SIMD3<Int> { (extent &+ factors &- 1) / factors }

    var voxelCount: Int { size.x * size.y * size.z }

    /// The distance of the voxels shown, in mm.
    var spacing: SIMD3<Double> { fineSpacing * SIMD3<Double>(factors) }

    var isReduced: Bool { factors != SIMD3(repeating: 1) }

    /// Takes fewer voxels, first along the axes with the closest ones, until they are within a limit.
    mutating func reduce(to limit: Int) {
        while voxelCount > max(limit, 1) {
            let axes = (0..<3).filter { size[$0] > 1 }
            guard let axis = axes.min(by: { spacing[$0] < spacing[$1] }) else { return }
            factors[axis] += 1
        }
    }
}

/// A label map as the numbers of its labels in a list, along right, anterior and superior.
struct ClassVolume: Sendable {
    let size: SIMD3<Int>
    let spacing: SIMD3<Double>
    /// The numbers, x fastest: k + 1 for element k of the list, 0 for all else.
    let values: [UInt8]

    /// Voxels from `lower` up to, but without, `upper`.
    struct VoxelBox: Equatable {
        var lower: SIMD3<Int>
        var upper: SIMD3<Int>
    }

    init(_ map: LabelMap, labels: [AnatomyLabel], threads: Int) {
        precondition(labels.count < 256, "\(labels.count) labels: a map has 255 at most")
        let numbers = Dictionary(
            labels.enumerated().map { (Int32(clamping: $1.value), UInt8($0 + 1)) },
            uniquingKeysWith: { first, _ in first })
        let samples = Samples(count: map.values.count) {
            (target: UnsafeMutableBufferPointer<UInt8>) in
            map.values.withUnsafeBufferPointer { Self.number($0, numbers, into: target) }
        }
        let body = Volume(samples, geometry: map.geometry).reoriented(to: .ras, threads: threads)
        size = body.geometry.size
        spacing = body.geometry.spacing
        values = body.samples.withValues(as: UInt8.self) { Array($0) }
    }

    /// Numbers labels; most are equal to the one before, so that few of them are looked up.
    private static func number(
        _ labels: UnsafeBufferPointer<Int32>, _ numbers: [Int32: UInt8],
        into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        var last: Int32 = 0
        var number = numbers[0] ?? 0
        for index in 0..<labels.count {
            if labels[index] != last {
                last = labels[index]
                number = numbers[last] ?? 0
            }
            target[index] = number
        }
    }

    /// The box of all labels; nil if there are none.
    var box: VoxelBox? {
        var box = VoxelBox(lower: size, upper: .zero)
        values.withUnsafeBufferPointer { values in
            var row = 0
            for z in 0..<size.z {
                for y in 0..<size.y {
                    let line = UnsafeBufferPointer(rebasing: values[row..<row + size.x])
                    row += size.x
                    guard let first = line.firstIndex(where: { $0 != 0 }),
                        let last = line.lastIndex(where: { $0 != 0 })
                    else { continue }
                    box.lower = pointwiseMin(box.lower, [first, y, z])
                    box.upper = pointwiseMax(box.upper, [last + 1, y + 1, z + 1])
                }
            }
        }
        return box.upper == .zero ? nil : box
    }

    /// The values on a grid: of each block that in its middle.
    func values(on grid: ShownGrid) -> [UInt8] {
        let shown = grid.size
        let places = (0..<3).map { axis in
            (0..<shown[axis]).map { index in
                let step = index * grid.factors[axis] + grid.factors[axis] / 2
                return grid.lower[axis] + min(step, grid.extent[axis] - 1)
            }
        }
        var result = [UInt8]()
        result.reserveCapacity(grid.voxelCount)
        for z in places[2] {
            for y in places[1] {
                let row = (z * size.y + y) * size.x
                if grid.factors.x == 1 {
                    result += values[row + grid.lower.x..<row + grid.lower.x + shown.x]
                } else {
                    for x in places[0] { result.append(values[row + x]) }
                }
            }
        }
        return result
    }
}

extension ClassVolume.VoxelBox? {
    /// The smallest box around both; nil if both are.
    func union(_ other: Self) -> Self {
        guard let self, let other else { return self ?? other }
        return ClassVolume.VoxelBox(
            lower: pointwiseMin(self.lower, other.lower),
            upper: pointwiseMax(self.upper, other.upper))
    }
}
