internal import FoundationEssentials
internal import SegNASImaging

/// A case on its way to the page: on the finest grid that its share of bytes allows.
struct CasePacking: Sendable {
    let packed: PackedCase
    /// For each label, those that it encloses.
    let enclosed: [[Int]]

    init(_ shown: AnatomyCase, labels: [AnatomyLabel], options: AnatomyOptions) {
        let volumes = [shown.reference, shown.prediction].map {
            ClassVolume($0, labels: labels, threads: options.threads)
        }
        var grid = ShownGrid(volumes[0], volumes[1], margin: options.margin)
        var limit = options.voxelLimit
        while true {
            grid.reduce(to: limit)
            let maps = volumes.map { $0.values(on: grid) }
            // What was predicted is filled as its reference is, so that the two can be compared.
            let told = maps[0].contains { $0 != 0 } ? maps[0] : maps[1]
            let enclosed = NestedLabels.enclosed(told, size: grid.size, count: labels.count)
            let packed = maps.map {
                PackedCase.Map($0, grid: grid, enclosed: enclosed, options: options)
            }
            let left = options.bytesPerCase - packed[0].byteCount - packed[1].byteCount - 2_000
            let image = Self.image(
                shown.image, on: grid, byteLimit: left / 4 * 3, threads: options.threads)
            // What is so small is shown however many bytes it takes.
            if left >= 0, image != nil || shown.image == nil || grid.voxelCount <= 4096 {
                self.enclosed = enclosed
                self.packed = PackedCase(
                    title: shown.title, dice: shown.dice.flatMap { $0.isFinite ? $0 : nil },
                    size: grid.size.elements,
                    spacing: grid.spacing.elements, reduction: grid.factors.elements,
                    start: Self.start(told, size: grid.size, enclosed: enclosed).elements,
                    image: image, reference: packed[0], prediction: packed[1])
                return
            }
            limit = grid.voxelCount / 2
        }
    }

    /// Nil where so few bytes would not show it.
    private static func image(
        _ image: Volume?, on grid: ShownGrid, byteLimit: Int, threads: Int
    ) -> PackedCase.Image? {
        guard let image, byteLimit > grid.voxelCount / 64 else { return nil }
        let volume = GreyVolume(image, on: grid, threads: threads)
        let sprite = GreySprite(volume, size: grid.size)
        return sprite.webp(byteLimit: byteLimit).map {
            PackedCase.Image(columns: sprite.columns, data: Data($0).base64EncodedString())
        }
    }

    /// Where the planes meet most labelled voxels of labels that enclose no others; the middle where there are none.
    private static func start(
        _ values: [UInt8], size: SIMD3<Int>, enclosed: [[Int]]
    ) -> SIMD3<Int> {
        let isCounted = [false] + enclosed.map(\.isEmpty)
        let counts = PlaneCounts(values, size: size) { isCounted[Int($0)] }
        var result = size / 2
        for axis in 0..<3 {
            if let plane = fullest(counts.axes[axis]) { result[axis] = plane }
        }
        return result
    }

    /// Of the planes with most voxels the one that is nearest to the middle of all; nil where all are empty.
    private static func fullest(_ profile: [Int]) -> Int? {
        let total = profile.reduce(0, +)
        guard total > 0, let most = profile.max() else { return nil }
        let moment = profile.enumerated().reduce(0) { $0 + $1.offset * $1.element }
        return profile.indices.filter { profile[$0] == most }.min {
            abs($0 * total - moment) < abs($1 * total - moment)
        }
    }
}
