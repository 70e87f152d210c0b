internal import SegNASDatasets
internal import SegNASImaging

/// A label map as the numbers of its labels in a list, along right, anterior and superior.
struct ClassVolume: Sendable {
    let size: SIMD3<Int>
    let spacing: SIMD3<Double>
    /// 0 for what is no label of the list, k + 1 for its element k; x fastest.
    let values: [UInt8]

    /// Voxels from `lower` up to, but without, `upper`.
    struct Box: Equatable {
        var lower: SIMD3<Int>
        var upper: SIMD3<Int>
    }

    init(_ map: LabelMap, labels: [AnatomyLabel], threads: Int) {
        precondition(labels.count < 256, "\(labels.count) labels: 255 are as many as a map has")
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

    /// Labels are mostly followed by their own, so that few of them are looked up.
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

    /// Where there is any label; nil where there is none.
    var box: Box? {
        var box = Box(lower: size, upper: .zero)
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

    /// The voxels of a grid's box, of each block the one in its middle.
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

extension ClassVolume.Box? {
    /// The smallest box around both; nil where there is none.
    func union(_ other: Self) -> Self {
        guard let self, let other else { return self ?? other }
        return ClassVolume.Box(
            lower: pointwiseMin(self.lower, other.lower),
            upper: pointwiseMax(self.upper, other.upper))
    }
}
