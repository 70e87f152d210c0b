public import SegNASHost
public import SegNASImaging

/// A picture of some cases of a dataset with their labels, for a look before any training, or after it.
public struct ContactSheet: Sendable {
    private let labels: LabelTable
    private let title: String
    private let maxColumns: Int
    private let cases: [CasePreview]
    private let colours: [RGB]

    /// Reads the images of some cases, evenly chosen up to a limit.
    public init(
        of dataset: Dataset, cases limit: Int = 24, threads: Int = HostResources.current().cores
    ) {
        let all = dataset.training.isEmpty ? dataset.test : dataset.training
        let chosen = Self.some(all, limit)
        let count = chosen.count
        labels = dataset.labels
        cases = concurrentMap(count, threads: threads) {
            CasePreview(chosen[$0], of: dataset.labels)
        }
        title = "\(dataset.name): \(count) of \(max(dataset.training.count, count)) cases"
        maxColumns = Self.maxColumns
        colours = LabelColours.distinct(dataset.labels.foreground.count)
    }

    /// Reads the images of cases with their label maps, and with predicted ones beside them: paths by identifier.
    public init(
        of dataset: Dataset, predictions: [String: String],
        threads: Int = HostResources.current().cores
    ) {
        let shown = (dataset.training + dataset.test).filter { predictions[$0.identifier] != nil }
        labels = dataset.labels
        cases = concurrentMap(2 * shown.count, threads: threads) { index in
            let subject = shown[index / 2]
            let isPrediction = index % 2 == 1
            var preview = CasePreview(
                subject, labels: isPrediction ? predictions[subject.identifier] : subject.label,
                of: dataset.labels)
            preview.caption += isPrediction ? ": prediction" : ": reference"
            return preview
        }
        title = "\(dataset.name): predictions for \(shown.count) cases beside their references"
        maxColumns = 2
        colours = LabelColours.distinct(dataset.labels.foreground.count)
    }

    /// Reads the images of some predicted cases, evenly chosen up to a limit, with their label maps.
    ///
    /// - Parameters:
    ///   - predictions: Cases, and the paths of their predicted label maps.
    ///   - table: The labels that the maps hold.
    ///   - limit: The number of cases that are shown at most.
    ///   - series: The series to read from folders with several DICOM series.
    ///   - threads: Each reads a case.
    public init(
        of predictions: [(subject: Dataset.Case, labelMap: String)], labels table: LabelTable,
        cases limit: Int = 24, series: DICOMSelection? = nil,
        threads: Int = HostResources.current().cores
    ) {
        let chosen = Self.some(predictions, limit)
        labels = table
        cases = concurrentMap(chosen.count, threads: threads) { index in
            var subject = chosen[index].subject
            // The slices through what was predicted.
            subject.label = chosen[index].labelMap
            return CasePreview(subject, labels: subject.label, of: table, series: series)
        }
        title = "predictions: \(chosen.count) of \(counted(predictions.count, "case"))"
        maxColumns = Self.maxColumns
        colours = LabelColours.distinct(table.foreground.count)
    }

    private static func some<Element>(_ all: [Element], _ limit: Int) -> [Element] {
        let count = min(limit, all.count)
        return (0..<count).map { all[$0 * all.count / count] }
    }

    private static let maxColumns = 3

    /// Pixels of a slice's square, and between squares.
    private static let panel = 176
    private static let gap = 8
    private static let line = 24
    private static let ink = RGB.grey(230)
    private static let paper = RGB.grey(16)

    private var columns: Int { min(maxColumns, max(1, cases.count)) }
    private var tileWidth: Int { 3 * (Self.panel + Self.gap) + Self.gap }
    private var tileHeight: Int { Self.panel + Self.line + Self.gap }

    public func picture() -> Picture {
        let rows = (cases.count + columns - 1) / columns
        let width = columns * tileWidth + Self.gap
        let names = labels.foreground.map { "\($0.value) \($0.name)" }
        let longest = names.map(\.count).max() ?? 0
        let entry = min(width - 2 * Self.gap, 2 * Picture.letterSize.width * longest + 48)
        let legendColumns = max(1, (width - 2 * Self.gap) / entry)
        let legendRows = (colours.count + legendColumns - 1) / legendColumns
        let top = 2 * Self.line + Self.gap
        let bottom = top + rows * tileHeight + Self.gap
        var picture = Picture(
            width: width, height: bottom + legendRows * Self.line + Self.gap,
            background: Self.paper)
        head(&picture)
        for (index, shown) in cases.enumerated() {
            draw(
                shown, x: Self.gap + index % columns * tileWidth,
                y: top + index / columns * tileHeight, &picture)
        }
        for (index, name) in names.enumerated() {
            let x = Self.gap + index % legendColumns * entry
            let y = bottom + index / legendColumns * Self.line
            picture.fill(x: x, y: y, width: 16, height: 16, colours[index])
            let text = Picture.shortened(name, toWidth: entry - 24)
            picture.write(text, x: x + 24, y: y + 1, Self.ink)
        }
        return picture
    }

    private func head(_ picture: inout Picture) {
        let lines = [
            title,
            "axial, coronal, sagittal; the body's right is on the left (radiological)",
        ]
        for (index, text) in lines.enumerated() {
            picture.write(
                Picture.shortened(text, toWidth: picture.width - 2 * Self.gap), x: Self.gap,
                y: Self.gap + index * Self.line, index == 0 ? Self.ink : .grey(150))
        }
    }

    private func draw(_ shown: CasePreview, x: Int, y: Int, _ picture: inout Picture) {
        let extents = shown.slices.flatMap { slice in
            [Double(slice.width) * slice.spacing.x, Double(slice.height) * slice.spacing.y]
        }
        let scale = Double(Self.panel) / max(extents.max() ?? 1, 1e-9)
        for (index, slice) in shown.slices.enumerated() {
            draw(slice, x: x + index * (Self.panel + Self.gap), y: y, scale: scale, &picture)
        }
        if shown.slices.isEmpty {
            picture.write("cannot be read", x: x, y: y + Self.panel / 2, Self.ink)
        }
        let name = Picture.shortened(shown.caption, toWidth: tileWidth - 2 * Self.gap)
        picture.write(name, x: x, y: y + Self.panel + 4, Self.ink)
    }

    /// Draws a slice in the middle of its square, at a scale in pixels per mm.
    private func draw(
        _ slice: CasePreview.Slice, x: Int, y: Int, scale: Double, _ picture: inout Picture
    ) {
        let width = max(1, Int(Double(slice.width) * slice.spacing.x * scale))
        let height = max(1, Int(Double(slice.height) * slice.spacing.y * scale))
        let left = x + (Self.panel - width) / 2
        let top = y + (Self.panel - height) / 2
        let step = SIMD2(Double(slice.width) / Double(width), Double(slice.height) / Double(height))
        for row in 0..<height {
            for column in 0..<width {
                let place = SIMD2(Double(column) + 0.5, Double(row) + 0.5) * step
                var colour = RGB.grey(UInt8(slice.grey(at: place) * 255))
                if let label = slice.label(at: place) {
                    let isEdge = [SIMD2(step.x, 0), SIMD2(0, step.y)].contains {
                        slice.label(at: place + $0) != label || slice.label(at: place - $0) != label
                    }
                    colour = colour.covered(by: colours[label], isEdge ? 0.85 : 0.35)
                }
                picture[left + column, top + row] = colour
            }
        }
    }
}

extension CasePreview.Slice {
    /// The label of the voxel at a place in voxels; nil outside and without a label.
    fileprivate func label(at place: SIMD2<Double>) -> Int? {
        let (column, row) = (Int(place.x.rounded(.down)), Int(place.y.rounded(.down)))
        guard (0..<width).contains(column), (0..<height).contains(row) else { return nil }
        return labels[row * width + column]
    }

    /// The grey level between the four voxels around a place.
    fileprivate func grey(at place: SIMD2<Double>) -> Float {
        let (x, y) = (place.x - 0.5, place.y - 0.5)
        let (column, row) = (Int(x.rounded(.down)), Int(y.rounded(.down)))
        func level(_ column: Int, _ row: Int) -> Float {
            grey[min(max(row, 0), height - 1) * width + min(max(column, 0), width - 1)]
        }
        let (across, down) = (Float(x) - Float(column), Float(y) - Float(row))
        let top = level(column, row) * (1 - across) + level(column + 1, row) * across
        let bottom = level(column, row + 1) * (1 - across) + level(column + 1, row + 1) * across
        return top * (1 - down) + bottom * down
    }
}
