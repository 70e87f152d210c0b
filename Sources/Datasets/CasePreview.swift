internal import SegNASImaging

/// Three slices of a case, as a contact sheet shows them.
struct CasePreview: Sendable {
    /// The text below the slices.
    var caption: String
    /// Axial, coronal and sagittal; none for a case that cannot be read.
    var slices: [Slice]

    /// One slice: an image in grey, and what is labelled in it.
    struct Slice: Sendable {
        var width: Int
        var height: Int
        /// Mm from one column, and from one row, to the next.
        var spacing: SIMD2<Double>
        /// Row by row, from 0 to 1.
        var grey: [Float]
        /// The label's index in the dataset's list for each pixel; nil without a label.
        var labels: [Int?]
    }

    /// The planes as they are looked at: the body's right on the left, and its front on the left or on top.
    private enum Plane: CaseIterable {
        case axial, coronal, sagittal

        /// The axes of the body from left to right, from top to bottom, and through the plane.
        var axes: (across: Int, down: Int, through: Int) {
            switch self {
            case .axial: (0, 1, 2)
            case .coronal: (0, 2, 1)
            case .sagittal: (1, 2, 0)
            }
        }
    }

    /// A case and its label map.
    init(_ shown: Dataset.Case, of table: LabelTable) {
        self.init(shown, labels: shown.label, of: table)
        caption = shown.identifier
    }

    /// A case and any label map on its grid, in the slices in which its own is shown.
    init(
        _ shown: Dataset.Case, labels: String?, of table: LabelTable,
        series: DICOMSelection? = nil
    ) {
        caption = shown.identifier
        slices = []
        guard let path = shown.images.first,
            let volume = try? Volume(contentsOf: path, series: shown.selection ?? series)
        else { return }
        let body = BodyAxes(volume.geometry)
        let own = Self.labelMap(shown.label, of: table, on: volume.geometry)
        let map =
            labels == shown.label ? own : Self.labelMap(labels, of: table, on: volume.geometry)
        let centre = own.map { body.centre(of: $0, table) } ?? body.size / 2
        let places = Plane.allCases.map { Self.voxels(of: $0, through: centre, body) }
        let window = Window(volume)
        let names = Dictionary(
            uniqueKeysWithValues: table.foreground.enumerated().map {
                (Int32(clamping: $1.value), $0)
            })
        slices = zip(Plane.allCases, places).map { plane, voxels in
            let axes = plane.axes
            let values = ChannelScan.all(of: volume, at: voxels)[0].values
            return Slice(
                width: body.size[axes.across], height: body.size[axes.down],
                spacing: [body.spacing[axes.across], body.spacing[axes.down]],
                grey: values.map(window.level),
                labels: voxels.map { voxel in map.flatMap { names[$0.values[voxel]] } })
        }
    }

    /// Voxel by voxel where the map lies elsewhere, so that one sees what is wrong.
    private static func labelMap(
        _ path: String?, of table: LabelTable, on grid: Geometry
    ) -> LabelMap? {
        guard let path, let map = try? LabelMap(contentsOf: path, values: table.valuesByName) else {
            return nil
        }
        return map.reoriented(onto: grid) ?? (map.geometry.size == grid.size ? map : nil)
    }

    /// The voxels of a plane, row by row as they are shown.
    private static func voxels(
        of plane: Plane, through centre: SIMD3<Int>, _ body: BodyAxes
    ) -> [Int] {
        let axes = plane.axes
        var place = centre
        return (0..<body.size[axes.down]).flatMap { row in
            (0..<body.size[axes.across]).map { column in
                place[axes.across] = body.size[axes.across] - 1 - column
                place[axes.down] = body.size[axes.down] - 1 - row
                return body.index(of: place)
            }
        }
    }
}

/// Intensities from black to white: the middle 98 % of an image.
private struct Window {
    private var black: Float = 0
    private var white: Float = 1

    init(_ volume: Volume) {
        let count = volume.geometry.voxelCount
        let step = max(1, count / 50_000)
        let voxels = Array(stride(from: step / 2, to: count, by: step))
        let values = ChannelScan.all(of: volume, at: voxels)[0].values
        let sorted = values.filter(\.isFinite).sorted().map(Double.init)
        guard !sorted.isEmpty else { return }
        black = Float(quantile(0.01, ofSorted: sorted))
        white = max(Float(quantile(0.99, ofSorted: sorted)), black.nextUp)
    }

    func level(_ value: Float) -> Float {
        guard value.isFinite else { return 0 }
        return min(1, max(0, (value - black) / (white - black)))
    }
}

/// A stored array seen along right, anterior and superior, without resampling.
private struct BodyAxes {
    /// Voxels along each axis of the body.
    let size: SIMD3<Int>
    let spacing: SIMD3<Double>
    private let stored: SIMD3<Int>
    private let orientation: Orientation

    init(_ grid: Geometry) {
        size = grid.bodySize
        spacing = grid.bodySpacing
        stored = grid.size
        orientation = Orientation(grid.affine)
    }

    /// The place in memory of a voxel that is counted from left, posterior and inferior.
    func index(of place: SIMD3<Int>) -> Int {
        var index = 0
        for axis in (0..<3).reversed() {
            let body = orientation.axes[axis]
            let step = place[body.world]
            index = index * stored[axis] + (body.isReversed ? stored[axis] - 1 - step : step)
        }
        return index
    }

    /// The middle of all labels; where the plane through it meets none, the plane that meets most.
    func centre(of map: LabelMap, _ table: LabelTable) -> SIMD3<Int> {
        let foreground = Set(table.foreground.map { Int32(clamping: $0.value) })
        let counts = PlaneCounts(map.values, size: stored) { $0 != 0 && foreground.contains($0) }
        var result = size / 2
        for axis in 0..<3 {
            let body = orientation.axes[axis]
            guard let step = Self.middle(counts.axes[axis]) else { continue }
            result[body.world] = body.isReversed ? stored[axis] - 1 - step : step
        }
        return result
    }

    private static func middle(_ profile: [Int]) -> Int? {
        let total = profile.reduce(0, +)
        guard total > 0 else { return nil }
        let moment = profile.enumerated().map { Double($0) * Double($1) }.reduce(0, +)
        let mean = Int((moment / Double(total)).rounded())
        return profile[mean] > 0 ? mean : profile.indices.max { profile[$0] < profile[$1] }
    }
}
