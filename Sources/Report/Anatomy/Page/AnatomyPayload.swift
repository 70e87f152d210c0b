internal import FoundationEssentials
internal import SegNASImaging

/// What the page's script is given of test cases.
struct AnatomyPayload: Codable, Equatable, Sendable {
    var schema = 1
    var labels: [Label]
    var cases: [PackedCase]

    struct Label: Codable, Equatable, Sendable {
        var name: String
        var colour: String
        /// Whether it hides others, so that its surface is off at first.
        var isOuter: Bool
    }
}

/// A case as the page's script reads it; bytes are packed by gzip and written in base64.
struct PackedCase: Codable, Equatable, Sendable {
    var title: String
    var dice: Double?
    /// Voxels shown along right, anterior and superior, and mm between them.
    var size: [Int]
    var spacing: [Double]
    /// How many voxels of the case along each axis have become one.
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

extension PackedCase.Map {
    init(_ values: [UInt8], grid: ShownGrid, enclosed: [[Int]], options: AnatomyOptions) {
        let surfaces = SurfacePacking(
            values, size: grid.size, spacing: grid.spacing, enclosed: enclosed,
            vertices: options.vertices)
        self.init(
            labels: packed(LabelRuns(values).bytes), surfaces: packed(surfaces.bytes),
            nets: surfaces.nets)
    }

    /// About as many as it adds to the page.
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
