internal import FoundationEssentials
internal import SegNASImaging

/// The data of the page's script for test cases.
struct AnatomyPayload: Codable, Equatable, Sendable {
    var schema = 2
    var labels: [Label]
    /// The names of the labels, or regions, that were evaluated.
    var scored: [String]
    var cases: [ShownCase]
    /// The number of cases that the page has no room for, and of those that cannot be read any more.
    var omitted: Int
    var unreadable: Int

    struct Label: Codable, Equatable, Sendable {
        var name: String
        var colour: String
        /// True if it hides others, so that its surface is off at first.
        var isOuter: Bool
    }
}

/// A case of the page: what it is chosen by, and its voxels.
struct ShownCase: Codable, Equatable, Sendable {
    /// The number of the case, from 1.
    var number: Int
    /// Its name, if the user wishes that.
    var name: String?
    /// The mean Dice over labels, then that of each label; nil where it is not defined.
    var dice: [Double?]
    /// By the same: `worst`, `median` or `best` of all cases.
    var ranks: [String?]
    /// The lines that open it in other programs.
    var viewers: [CaseSummary.Viewer]?
    /// Nil if they lie in a file of their own beside the page: ``fileName``.
    var content: PackedCase?

    init(_ summary: CaseSummary, _ content: PackedCase?) {
        func finite(_ dice: Double?) -> Double? { dice.flatMap { $0.isFinite ? $0 : nil } }
        number = summary.number
        name = summary.name
        dice = ([summary.dice] + summary.dicePerLabel).map(finite)
        ranks = summary.ranks
        viewers = summary.viewers.isEmpty ? nil : summary.viewers
        self.content = content
    }

    /// The name of the file that has its voxels, in the page's folder.
    var fileName: String { "cases/\(number).js" }
}

/// The voxels of a case as the page's script reads them; bytes are compressed with gzip and written in base64.
struct PackedCase: Codable, Equatable, Sendable {
    /// The voxels shown along right, anterior and superior, and below the mm between them.
    var size: [Int]
    var spacing: [Double]
    /// The number of voxels of the case along each axis that have become one.
    var reduction: [Int]
    /// The voxel through which slices are shown at first.
    var start: [Int]
    var image: Image?
    var reference: Map
    var prediction: Map

    /// The axial slices in a WebP picture, side by side, without compression by gzip.
    struct Image: Codable, Equatable, Sendable {
        var columns: Int
        var data: String
    }

    struct Map: Codable, Equatable, Sendable {
        /// See `LabelRuns`: for each voxel 0 or, for element k of the list of labels, k + 1; x fastest.
        var labels: String
        /// See `SurfacePacking`.
        var surfaces: String
        var nets: [SurfacePacking.Net]
    }
}

extension PackedCase {
    /// The number of bytes that it adds to the page, about.
    var byteCount: Int {
        reference.byteCount + prediction.byteCount + (image?.data.utf8.count ?? 0) + 300
    }
}

extension PackedCase.Map {
    init(_ values: [UInt8], grid: ShownGrid, enclosed: [[Int]], options: AnatomyOptions) {
        let surfaces = SurfacePacking(
            values, size: grid.size, spacing: grid.spacing, enclosed: enclosed,
            vertices: options.vertices)
        self.init(
            labels: packed(LabelRuns(values).bytes), surfaces: packed(surfaces.bytes),
            nets: surfaces.nets)
    }

    /// The number of bytes that it adds to the page, about.
    var byteCount: Int { labels.utf8.count + surfaces.utf8.count + 120 * nets.count }
}

private func packed(_ bytes: [UInt8]) -> String {
    do {
        let packed = try bytes.withUnsafeBytes { bytes throws(ImageFault) in
            try Gzip.compress(bytes, level: 8)
        }
        return Data(packed.bytes).base64EncodedString()
    } catch {
        fatalError("no memory to compress \(bytes.count) bytes")
    }
}

/// A case packed for the page: on the finest grid that its share of bytes allows.
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
            // The prediction is filled as its reference is, so that the two can be compared.
            let shownMap = maps[0].contains { $0 != 0 } ? maps[0] : maps[1]
            let enclosed = NestedLabels.enclosed(shownMap, size: grid.size, count: labels.count)
            let packed = maps.map {
                PackedCase.Map($0, grid: grid, enclosed: enclosed, options: options)
            }
            let left = options.bytesPerCase - packed[0].byteCount - packed[1].byteCount - 2_000
            let image = Self.image(
                shown.image, on: grid, byteLimit: left / 4 * 3, threads: options.threads)
            // Such a small case is shown however many bytes it takes.
            if left >= 0, image != nil || shown.image == nil || grid.voxelCount <= 4096 {
                self.enclosed = enclosed
                self.packed = PackedCase(
                    size: grid.size.elements,
                    spacing: grid.spacing.elements, reduction: grid.factors.elements,
                    start: Self.start(shownMap, size: grid.size, enclosed: enclosed).elements,
                    image: image, reference: packed[0], prediction: packed[1])
                return
            }
            limit = grid.voxelCount / 2
        }
    }

    /// The packed image; nil if the bytes are too few.
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

    /// The voxel whose planes have the most voxels of labels that enclose no others; the middle if there are none.
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

    /// The plane with the most voxels, of several the nearest to the middle of all voxels; nil if all are empty.
    private static func fullest(_ profile: [Int]) -> Int? {
        let total = profile.reduce(0, +)
        guard total > 0, let highest = profile.max() else { return nil }
        let moment = profile.enumerated().reduce(0) { $0 + $1.offset * $1.element }
        return profile.indices.filter { profile[$0] == highest }.min {
            abs($0 * total - moment) < abs($1 * total - moment)
        }
    }
}

/// A run-length code of labels: first the label of each run, then, in the same order, its length, 1 to 255.
///
/// Labels and lengths apart from each other take a fifth fewer bytes in gzip than the voxels.
struct LabelRuns {
    let bytes: [UInt8]

    init(_ values: [UInt8]) {
        var labels: [UInt8] = []
        var lengths: [UInt8] = []
        values.withUnsafeBufferPointer { values in
            var start = 0
            while start < values.count {
                var end = start + 1
                while end < values.count, values[end] == values[start], end - start < 255 {
                    end += 1
                }
                labels.append(values[start])
                lengths.append(UInt8(end - start))
                start = end
            }
        }
        bytes = labels + lengths
    }
}
