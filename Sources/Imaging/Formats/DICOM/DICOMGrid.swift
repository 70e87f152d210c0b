internal import SegNASHost

/// The regular grid on which the slices of a series lie, by least squares through their positions.
///
/// Each slice is checked by its distance from its place on the grid, not by that from its neighbour: positions that are
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
    /// The distances of the slices above their places.
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

    /// The fault at the step that differs most, and the number of slices missing there.
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

/// Slices of one series by their positions, of which each should hold one.
struct DICOMPositions {
    private var places: [[DICOMSlice]] = []
    /// The names of images that hold the same pixels at the same place as others.
    private(set) var copies: [String] = []

    /// Slices come in the order of their places.
    ///
    /// Pixels are compared as long as they prove to be the same.
    init(_ slices: [DICOMSlice]) {
        var areCopies = true
        for slice in slices {
            guard let last = places.last?[0], slice.isAtPlace(of: last) else {
                places.append([slice])
                continue
            }
            areCopies = areCopies && slice.isCopy(of: last)
            if areCopies {
                copies.append(slice.name)
            } else {
                places[places.count - 1].append(slice)
            }
        }
    }

    /// The slices, of which there must be one at each place.
    func single(in folder: String) throws(ImageError) -> [DICOMSlice] {
        guard let several = places.first(where: { $0.count > 1 }) else {
            return places.map { $0[0] }
        }
        let count = several.count
        guard places.count > 1 || count > 2, places.allSatisfy({ $0.count == count }) else {
            throw ImageError(
                file: several[1].path, fault: .dicom(.samePosition(as: several[0].name)))
        }
        throw ImageError(file: folder, fault: .dicom(.severalVolumes(count, by: mark(count))))
    }

    /// The attribute whose values distinguish this number of volumes, each whole.
    private func mark(_ count: Int) -> String? {
        DICOMSlice.volumeMarks.first { tag in
            let values = places.map { Set($0.compactMap { $0.marks[tag] }) }
            let all = values.reduce(into: Set()) { $0.formUnion($1) }
            return all.count == count && values.allSatisfy { $0 == all }
        }?.description
    }
}

extension DICOMSlice {
    /// True if two slices, sorted along their normal, are no distance apart, as the size of pixels goes.
    fileprivate func isAtPlace(of other: DICOMSlice) -> Bool {
        abs(((position - other.position) * normal).sum()) <= 0.01 * spacing.min()
    }

    /// True if another file, or frame, gives the same pixels at the same place.
    fileprivate func isCopy(of other: DICOMSlice) -> Bool {
        guard encoding == other.encoding, compression == other.compression,
            pixels.count == other.pixels.count, (position - other.position).length == 0,
            let bytes = try? InputFile(path).bytes(pixels)
        else { return false }
        return bytes == (try? InputFile(other.path).bytes(other.pixels))
    }
}
