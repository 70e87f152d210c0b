internal import SegNASHost

/// The contours of a radiotherapy structure set, PS3.3 C.8.8.6: polygons in the slices of their series.
///
/// A voxel belongs to a structure if a ray from its centre crosses the polygons of its slice an odd number of times, so
/// a polygon within another one cuts a hole, and two parts that are joined by a line there and back are one outline. So
/// does a voxel whose centre lies on an outline: programs that trace masks lead theirs through the outermost voxels.
struct StructureContours {
    private let elements: DICOMElements

    init(_ elements: DICOMElements) {
        self.elements = elements
    }

    /// How far a contour may lie from the middle of its slice, and its points from a plane, in slices.
    private static let tolerance = 0.25

    /// How far the centre of a voxel may lie from an outline to be on it, in voxels: positions are rounded.
    private static let outline = 0.02

    /// Adds the voxels of every structure.
    ///
    /// - Throws: The fault of a contour that does not lie in a slice.
    func paint(_ painting: inout StructurePainting) throws(ImageFault) {
        let inverse = painting.geometry.affine.inverse
        var others = 0
        for region in try elements.items(.contoursOfRegions) {
            guard let number = region.text(.contouredRegion).flatMap({ Int($0) }),
                let name = painting.entries[number]?.name
            else { continue }
            var slices: [Int: [[SIMD2<Double>]]] = [:]
            for contour in try region.items(.contours) {
                guard contour.isOutline else {
                    others += 1
                    continue
                }
                let points = try contour.points.map { inverse($0) }
                guard !points.isEmpty else { continue }
                let slice = try Self.slice(of: points, name, painting.geometry)
                let outline = points.map { SIMD2($0.x, $0.y) }
                // One that is stored twice would cut itself out.
                if slices[slice]?.contains(outline) != true {
                    slices[slice, default: []].append(outline)
                }
            }
            for (slice, polygons) in slices {
                fill(polygons, slice, number, &painting)
            }
            if let gaps = Self.gaps(slices.keys.sorted()) {
                painting.add(.withoutContours(slices: gaps, structure: name))
            }
        }
        if others > 0 { painting.add(.otherContours(others)) }
    }

    /// The slice in which a contour lies.
    private static func slice(
        of points: [SIMD3<Double>], _ name: String, _ geometry: Geometry
    ) throws(ImageFault) -> Int {
        let heights = points.map(\.z)
        let middle = heights.reduce(0, +) / Double(heights.count)
        let slice = middle.rounded()
        let isPlanar = heights.allSatisfy { abs($0 - middle) <= tolerance }
        guard isPlanar, abs(middle - slice) <= tolerance,
            0..<Double(geometry.size.z) ~= slice
        else { throw .dicom(.segmentation(.contourElsewhere(name))) }
        return Int(slice)
    }

    /// Slices without a contour between the first and the last that have one; nil if there are none.
    private static func gaps(_ slices: [Int]) -> Int? {
        guard let first = slices.first, let last = slices.last else { return nil }
        let missing = last - first + 1 - slices.count
        return missing > 0 ? missing : nil
    }

    private func fill(
        _ polygons: [[SIMD2<Double>]], _ slice: Int, _ number: Int,
        _ painting: inout StructurePainting
    ) {
        let size = painting.geometry.size
        for (row, crossings) in Self.crossings(polygons, rows: size.y) {
            let sorted = crossings.sorted().map { max(0, min(Double(size.x), $0)) }
            for pair in stride(from: 0, to: sorted.count - 1, by: 2) {
                let start = Int(sorted[pair].rounded(.up))
                let end = Int(sorted[pair + 1].rounded(.up))
                guard start < end else { continue }
                let first = start + size.x * (row + size.y * slice)
                painting.add(VoxelLine(start: first, stride: 1, count: end - start), of: number)
            }
        }
        for voxel in Self.onOutline(polygons, columns: size.x, rows: size.y) {
            let index = voxel.x + size.x * (voxel.y + size.y * slice)
            painting.add(VoxelLine(start: index, stride: 1, count: 1), of: number)
        }
    }

    /// Voxels whose centres lie on the edges of polygons.
    private static func onOutline(
        _ polygons: [[SIMD2<Double>]], columns: Int, rows: Int
    ) -> Set<SIMD2<Int>> {
        var voxels: Set<SIMD2<Int>> = []
        let last = SIMD2(Double(columns - 1), Double(rows - 1))
        func add(_ point: SIMD2<Double>) {
            let centre = point.rounded(.toNearestOrAwayFromZero)
            let aside = point - centre
            guard (aside * aside).sum() <= outline * outline, 0...last.x ~= centre.x,
                0...last.y ~= centre.y
            else { return }
            voxels.insert(SIMD2<Int>(centre))
        }
        for polygon in polygons {
            for (start, end) in edges(of: polygon) {
                let step = end - start
                add(start)
                // One point of the edge for each line of voxels that it crosses, along its longer side.
                let axis = abs(step.x) > abs(step.y) ? 0 : 1
                guard step[axis] != 0 else { continue }
                var line = max(0, min(start[axis], end[axis]).rounded(.up))
                while line <= min(last[axis], max(start[axis], end[axis])) {
                    add(start + step * ((line - start[axis]) / step[axis]))
                    line += 1
                }
            }
        }
        return voxels
    }

    private static func edges(
        of polygon: [SIMD2<Double>]
    ) -> Zip2Sequence<[SIMD2<Double>], [SIMD2<Double>]> {
        zip(polygon, Array(polygon.dropFirst() + polygon.prefix(1)))
    }

    /// Where the edges of polygons cross the line through the centres of each row.
    private static func crossings(
        _ polygons: [[SIMD2<Double>]], rows: Int
    ) -> [Int: [Double]] {
        var crossings: [Int: [Double]] = [:]
        for polygon in polygons {
            for (start, end) in edges(of: polygon) {
                let (low, high) = start.y <= end.y ? (start, end) : (end, start)
                // A corner on a row counts for the edge that leads down to it only.
                var row = max(0, low.y.rounded(.up))
                while row < min(high.y, Double(rows)) {
                    let share = (row - low.y) / (high.y - low.y)
                    crossings[Int(row), default: []].append(low.x + share * (high.x - low.x))
                    row += 1
                }
            }
        }
        return crossings
    }
}

extension DICOMElements {
    /// True for a contour that encloses something.
    var isOutline: Bool {
        ["CLOSED_PLANAR", "CLOSEDPLANAR_XOR"].contains(text(.contourType))
    }

    /// The points of a contour in mm, RAS.
    fileprivate var points: [SIMD3<Double>] {
        get throws(ImageFault) {
            let text = bytes(.contourPoints) ?? []
            let numbers = text.split(separator: UInt8(ascii: "\\")).compactMap { part in
                Double(String(decoding: part, as: UTF8.self).filter { $0 != "\0" }.trimmed)
            }
            let count = text.isEmpty ? 0 : text.count { $0 == UInt8(ascii: "\\") } + 1
            guard numbers.count == count, count % 3 == 0, numbers.allSatisfy({ abs($0) < 1e6 })
            else { throw .dicom(.value(DICOMTag.contourPoints.description)) }
            return stride(from: 0, to: count, by: 3).map {
                SIMD3(-numbers[$0], -numbers[$0 + 1], numbers[$0 + 2])
            }
        }
    }
}
