internal import SegNASHost

/// The contours of a radiotherapy structure set, PS3.3 C.8.8.6: polygons in the slices of their series.
///
/// A voxel belongs to a structure if a ray from its centre crosses the polygons of its slice an odd number of times, so a
/// polygon within another one cuts a hole, and two parts that are joined by a line there and back are one outline.
struct StructureContours {
    private let elements: DICOMElements

    init(_ elements: DICOMElements) {
        self.elements = elements
    }

    /// How far a contour may lie from the middle of its slice, and its points from a plane, in slices.
    private static let tolerance = 0.25

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
                let type = contour.text(.contourType)
                guard type == "CLOSED_PLANAR" || type == "CLOSEDPLANAR_XOR" else {
                    others += 1
                    continue
                }
                let points = try contour.points.map { inverse($0) }
                guard !points.isEmpty else { continue }
                let slice = try Self.slice(of: points, name, painting.geometry)
                slices[slice, default: []].append(points.map { SIMD2($0.x, $0.y) })
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
        guard isPlanar, abs(middle - slice) <= tolerance, slice >= 0,
            Int(slice) < geometry.size.z
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
        for (row, crossings) in Self.crossings(polygons) where 0..<size.y ~= row {
            let sorted = crossings.sorted()
            for pair in stride(from: 0, to: sorted.count - 1, by: 2) {
                let start = max(0, Int(sorted[pair].rounded(.up)))
                let end = min(size.x, Int(sorted[pair + 1].rounded(.up)))
                guard start < end else { continue }
                let first = start + size.x * (row + size.y * slice)
                painting.add(VoxelLine(start: first, stride: 1, count: end - start), of: number)
            }
        }
    }

    /// Where the edges of polygons cross the line through the centres of each row.
    private static func crossings(_ polygons: [[SIMD2<Double>]]) -> [Int: [Double]] {
        var crossings: [Int: [Double]] = [:]
        for polygon in polygons {
            for (index, end) in polygon.enumerated() {
                let start = polygon[(index + polygon.count - 1) % polygon.count]
                let (low, high) = start.y <= end.y ? (start, end) : (end, start)
                // A corner on a row counts for the edge that leads down to it only.
                var row = low.y.rounded(.up)
                while row < high.y {
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
