/// The regular grid on which the slices of a series lie, by least squares through their positions.
///
/// Each slice is judged by its distance from its place on the grid, not by that from its neighbour: positions that are
/// rounded to 0.1 mm make steps of 0.6 and 0.7 mm where slices are 0.625 mm apart.
struct DICOMGrid {
    let geometry: Geometry
    private(set) var remarks: [DICOMRemark] = []

    /// Slices come in the order of their places.
    init(_ slices: [DICOMSlice]) throws(ImageError) {
        let first = slices[0]
        var step = 0.0
        if slices.count == 1 {
            guard let thickness = first.thickness else {
                throw ImageError(
                    file: first.path, fault: .dicom(.missing(DICOMTag.thickness.description)))
            }
            step = thickness.millimetres
            remarks.append(.singleSlice(step, thickness.tag.description))
        } else {
            let line = DICOMLine(slices)
            try line.check()
            step = line.step
            if line.largestOffset > 0.01 * step {
                remarks.append(.uneven(by: line.largestOffset, step: step))
            }
        }
        let affine = Affine(
            x: first.directions[0] * first.spacing.x, y: first.directions[1] * first.spacing.y,
            z: first.normal * step, origin: first.position
        ).turnedFromLPS
        geometry = Geometry(size: SIMD3(first.size.x, first.size.y, slices.count), affine: affine)
    }
}

/// The straight line of places at equal steps that fits the heights of two or more slices best.
private struct DICOMLine {
    let slices: [DICOMSlice]
    let heights: [Double]
    let step: Double
    /// How far the slices lie above their places.
    let offsets: [Double]

    init(_ slices: [DICOMSlice]) {
        self.slices = slices
        let (normal, origin) = (slices[0].normal, slices[0].position)
        heights = slices.map { (($0.position - origin) * normal).sum() }
        let middle = Double(slices.count - 1) / 2
        let mean = heights.reduce(0, +) / Double(heights.count)
        var (products, squares) = (0.0, 0.0)
        for (index, height) in heights.enumerated() {
            let place = Double(index) - middle
            products += place * (height - mean)
            squares += place * place
        }
        let step = products / squares
        self.step = step
        offsets = heights.enumerated().map { $1 - mean - (Double($0) - middle) * step }
    }

    var largestOffset: Double { offsets.map(abs).max() ?? 0 }

    /// A twentieth of a step, or what rounding to 0.1 mm does; missing slices move others further.
    private var tolerance: Double { max(0.05 * step, min(0.1, 0.15 * step)) }

    func check() throws(ImageError) {
        guard largestOffset <= tolerance else { throw unevenness }
        try checkIsStraight()
    }

    /// Where the steps differ most, and whether slices are missing there.
    private var unevenness: ImageError {
        let steps = zip(heights.dropFirst(), heights).map { $0 - $1 }
        let usual = steps.sorted()[steps.count / 2]
        let gap = steps.indices.max { abs(steps[$0] - usual) < abs(steps[$1] - usual) } ?? 0
        let ratio = steps[gap] / usual
        let isGap = ratio > 1.5 && abs(ratio - ratio.rounded()) < 0.2
        return ImageError(
            file: slices[gap + 1].path,
            fault: .dicom(
                .distance(steps[gap], usual: usual, missing: isGap ? Int(ratio.rounded()) - 1 : 0)))
    }

    /// Slices must lie straight above each other, to half a pixel.
    private func checkIsStraight() throws(ImageError) {
        let first = slices[0]
        let tolerance = 0.5 * first.spacing.min()
        for (slice, height) in zip(slices, heights) {
            let aside = (slice.position - first.position - first.normal * height).length
            guard aside <= tolerance else {
                throw ImageError(file: slice.path, fault: .dicom(.tilted(aside: aside)))
            }
        }
    }
}
