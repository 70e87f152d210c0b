internal import SegNASHost

/// The frames of a segmentation, PS3.3 A.51 and A.90: planes of bits, of shares, or of the structures' numbers.
struct SegmentationFrames {
    private let elements: DICOMElements
    private let size: SIMD2<Int>
    private let count: Int
    private let encoding: Encoding
    private let pixels: Range<Int>
    private let groups: FunctionalGroups

    fileprivate enum Encoding: Equatable {
        /// The lowest bit of a byte is its first pixel; a frame need not begin with a byte.
        case bits
        /// Pixels of at least this share of their maximum belong to the structure.
        case shares(atLeast: UInt8)
        case numbers(bytes: Int)
    }

    init(_ elements: DICOMElements, _ kind: DICOMSegmentation.Kind) throws(ImageFault) {
        guard !elements.isEncapsulated else { throw .dicom(.transferSyntax(elements.syntax.uid)) }
        self.elements = elements
        size = SIMD2(
            try elements.required(elements.short(.columns), .columns),
            try elements.required(elements.short(.rows), .rows))
        guard size.x > 0, size.y > 0 else { throw .dicom(.value("Rows or Columns")) }
        count = elements.frameCount
        encoding = try Self.encoding(elements, kind)
        groups = try FunctionalGroups(elements)
        pixels = try elements.required(elements.values[.pixelData], .pixelData)
        let expected = count * size.x * size.y * encoding.bitCount
        guard pixels.count * 8 >= expected else {
            throw .truncated(expected: (expected + 7) / 8, actual: pixels.count)
        }
    }

    private static func encoding(
        _ elements: DICOMElements, _ kind: DICOMSegmentation.Kind
    ) throws(ImageFault) -> Encoding {
        let allocated = try elements.required(elements.short(.bitsAllocated), .bitsAllocated)
        let type = elements.text(.segmentationType)
        switch (kind, type, allocated) {
        case (.masks, "BINARY", 1): return .bits
        case (.masks, "FRACTIONAL", 8):
            let maximum = try elements.short(.largestShare) ?? 255
            guard 1...255 ~= maximum else { throw .dicom(.value("Maximum Fractional Value")) }
            return .shares(atLeast: UInt8((maximum + 1) / 2))
        case (.labelMap, _, 8), (.labelMap, _, 16): return .numbers(bytes: allocated / 8)
        default: throw .dicom(.value(DICOMTag.segmentationType.description))
        }
    }

    /// Adds the voxels of every structure.
    ///
    /// - Throws: The fault of a frame that does not lie on the grid.
    func paint(_ painting: inout StructurePainting) throws(ImageFault) {
        if case .shares = encoding { painting.add(.shares) }
        var outside = 0
        for index in 0..<count {
            let number = try structure(ofFrame: index)
            if let number, painting.entries[number] == nil { continue }
            let place = try place(ofFrame: index, on: painting.geometry)
            try forEachRun(ofFrame: index) { value, pixels in
                for run in pixels.rows(of: size.x) {
                    if let voxels = place.voxels(run) {
                        painting.add(voxels, of: number ?? value)
                    } else if number != nil || painting.entries[value] != nil {
                        outside += run.count
                    }
                }
            }
        }
        guard outside == 0 else { throw .dicom(.segmentation(.outsideSeries(voxels: outside))) }
    }

    /// The number of the only structure in a frame; nil where pixels hold numbers.
    private func structure(ofFrame index: Int) throws(ImageFault) -> Int? {
        if case .numbers = encoding { return nil }
        let group = try groups.group(.segmentIdentification, ofFrame: index)
        return try group.required(group.short(.referencedSegment), .referencedSegment)
    }

    private func place(
        ofFrame index: Int, on geometry: Geometry
    ) throws(ImageFault) -> FramePlace {
        let position = try groups.group(.planePosition, ofFrame: index)
        let directions = try groups.group(.planeOrientation, ofFrame: index).directions()
        let measures = try groups.group(.pixelMeasures, ofFrame: index)
        let spacing = try measures.required(
            measures.decimals(.pixelSpacing, count: 2), .pixelSpacing)
        let origin = try position.required(position.decimals(.position, count: 3), .position)
        let plane = Affine(
            x: directions[0] * spacing[1], y: directions[1] * spacing[0], z: .zero,
            origin: SIMD3(origin)
        ).turnedFromLPS
        guard let place = FramePlace(plane, size: size, on: geometry) else {
            throw .dicom(.segmentation(.otherGrid(frame: index + 1)))
        }
        return place
    }
}

extension SegmentationFrames.Encoding {
    fileprivate var bitCount: Int {
        switch self {
        case .bits: 1
        case .shares: 8
        case .numbers(let bytes): bytes * 8
        }
    }
}

extension SegmentationFrames {
    /// Calls a body with each run of pixels that belong to a structure, and the value that they hold.
    private func forEachRun(
        ofFrame index: Int, _ body: (_ value: Int, _ pixels: Range<Int>) -> Void
    ) throws(ImageFault) {
        let area = size.x * size.y
        let first = index * area * encoding.bitCount
        let end = first + area * encoding.bitCount
        let bytes = first / 8..<(end + 7) / 8
        let content = try elements.bytes(bytes, of: .pixelData)
        content.withUnsafeBytes { content in
            switch encoding {
            case .bits: Self.runs(ofBits: content, from: first % 8, count: area, body)
            case .shares(let least):
                Self.runs(count: area, { content[$0] >= least ? 1 : 0 }, body)
            case .numbers(1): Self.runs(count: area, { Int(content[$0]) }, body)
            case .numbers:
                Self.runs(
                    count: area, { Int(content[2 * $0]) | Int(content[2 * $0 + 1]) << 8 }, body)
            }
        }
    }

    @inline(__always)
    private static func runs(
        count: Int, _ value: (Int) -> Int, _ body: (Int, Range<Int>) -> Void
    ) {
        var start = 0
        while start < count {
            let number = value(start)
            var end = start + 1
            while end < count, value(end) == number { end += 1 }
            if number != 0 { body(number, start..<end) }
            start = end
        }
    }

    /// Passes over eight pixels at a time that are alike.
    private static func runs(
        ofBits bytes: UnsafeRawBufferPointer, from first: Int, count: Int,
        _ body: (Int, Range<Int>) -> Void
    ) {
        func next(_ isSet: Bool, from start: Int) -> Int {
            let (same, end): (UInt8, Int) = (isSet ? 0 : 0xFF, first + count)
            var bit = start
            while bit < end {
                if bit % 8 == 0, bytes[bit / 8] == same {
                    bit += 8
                } else if (bytes[bit / 8] >> UInt8(bit % 8) & 1 == 1) == isSet {
                    return bit
                } else {
                    bit += 1
                }
            }
            return end
        }
        var start = next(true, from: first)
        while start < first + count {
            let end = next(false, from: start)
            body(1, start - first..<end - first)
            start = next(true, from: end)
        }
    }
}

extension Range<Int> {
    /// The parts of a run of pixels in each row of an image.
    fileprivate func rows(of width: Int) -> [Range<Int>] {
        guard lowerBound / width != (upperBound - 1) / width else { return [self] }
        return (lowerBound / width...(upperBound - 1) / width).map { row in
            clamped(to: row * width..<(row + 1) * width)
        }
    }
}

/// The place of a frame in an array of voxels, whose pixels lie on voxels.
private struct FramePlace {
    private let size: SIMD3<Int>
    private let width: Int
    private let origin: SIMD3<Int>
    private let column: SIMD3<Int>
    private let row: SIMD3<Int>

    /// The largest distance of a pixel from its voxel, in voxels.
    private static let tolerance = 0.25

    /// Nil if pixels do not lie on voxels, one on each.
    init?(_ plane: Affine, size: SIMD2<Int>, on geometry: Geometry) {
        let inverse = geometry.affine.inverse
        let (columns, rows) = (inverse.linear(plane.x), inverse.linear(plane.y))
        let start = inverse(plane.origin)
        guard let origin = Self.whole(start), let column = Self.whole(columns),
            let row = Self.whole(rows)
        else { return nil }
        // What the steps miss adds up to the last pixels.
        let (width, height) = (Double(size.x - 1), Double(size.y - 1))
        let aside = [
            (start - SIMD3<Double>(origin)).length,
            ((columns - SIMD3<Double>(column)) * width).length,
            ((rows - SIMD3<Double>(row)) * height).length,
        ]
        guard aside.reduce(0, +) <= Self.tolerance, SIMD3<Double>(column).length == 1,
            SIMD3<Double>(row).length == 1
        else { return nil }
        self.size = geometry.size
        self.width = size.x
        (self.origin, self.column, self.row) = (origin, column, row)
    }

    /// The nearest whole numbers; nil for what lies far from any image.
    private static func whole(_ voxels: SIMD3<Double>) -> SIMD3<Int>? {
        guard voxels.length < 1e6 else { return nil }
        return SIMD3<Int>(voxels.rounded(.toNearestOrAwayFromZero))
    }

    /// The voxels of pixels that lie in one row; nil if some are not in the array.
    func voxels(_ pixels: Range<Int>) -> VoxelLine? {
        let (rowIndex, first) = pixels.lowerBound.quotientAndRemainder(dividingBy: width)
        let start = origin &+ column &* first &+ row &* rowIndex
        let end = start &+ column &* (pixels.count - 1)
        guard isInside(start), isInside(end) else { return nil }
        return VoxelLine(start: index(start), stride: index(column), count: pixels.count)
    }

    private func isInside(_ voxel: SIMD3<Int>) -> Bool {
        (0..<3).allSatisfy { 0..<size[$0] ~= voxel[$0] }
    }

    private func index(_ voxel: SIMD3<Int>) -> Int {
        voxel.x + size.x * (voxel.y + size.y * voxel.z)
    }
}
