/// What is needed of one image of a series to put it in its place.
struct DICOMSlice {
    var path: String
    var series: String
    var size: SIMD2<Int>
    /// The centre of the first pixel, in mm, LPS as in DICOM.
    var position: SIMD3<Double>
    /// Where the first index, the column, leads, and where the second one leads; of length 1.
    var directions: [SIMD3<Double>]
    /// Distance of columns and of rows, in mm.
    var spacing: SIMD2<Double>
    /// In mm; used where there is no second slice.
    var thickness: Double?
    /// What decides on the type of the values.
    var encoding: Encoding

    struct Encoding: Hashable {
        var bitsAllocated: Int
        var bitsStored: Int
        var isSigned: Bool
        var slope: Double
        var intercept: Double
    }

    /// Upwards from the plane, of length 1.
    var normal: SIMD3<Double> {
        let (a, b) = (directions[0], directions[1])
        return [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
    }
}

extension DICOMSlice {
    /// The image of a file, or nil where the file holds something else, such as a report.
    init?(_ elements: DICOMElements, path: String) throws(ImageFault) {
        guard elements.values[.rows] != nil || elements.values[.pixelData] != nil else {
            // An image that is cut short before its pixels would be missed in its series.
            guard elements.isOfOtherKind else { throw .dicom(.missing("Pixel Data")) }
            return nil
        }
        self.path = path
        series = try elements.required(elements.text(.series), .series)
        try elements.checkIsSingleGrayImage()
        size = SIMD2(
            try elements.required(elements.short(.columns), .columns),
            try elements.required(elements.short(.rows), .rows))
        guard size.x > 0, size.y > 0 else { throw .dicom(.value("Rows or Columns")) }
        let place = try elements.required(elements.decimals(.position, count: 3), .position)
        position = SIMD3(place)
        directions = try elements.directions()
        let distances = try elements.required(
            elements.decimals(.pixelSpacing, count: 2), .pixelSpacing)
        // Rows come first in the file.
        spacing = SIMD2(distances[1], distances[0])
        for axis in 0..<2 where spacing[axis] <= 0 { throw .spacing(axis: axis + 1, spacing[axis]) }
        thickness = try elements.decimals(.thickness, count: 1)?.first
        encoding = try elements.encoding()
        try elements.checkPixelData(size, bitsAllocated: encoding.bitsAllocated)
    }
}

extension DICOMElements {
    fileprivate func required<Value>(
        _ value: Value?, _ tag: DICOMTag
    ) throws(ImageFault) -> Value {
        guard let value else { throw .dicom(.missing(tag.description)) }
        return value
    }

    /// Whether the file describes itself as something that has no pixels, PS3.4 annex B.5.
    fileprivate var isOfOtherKind: Bool {
        let kind = text(.kindOfFile) ?? ""
        let folderIndex = "1.2.840.10008.1.3.10"
        // Waveforms, presentation states, raw data and registrations, surfaces, reports, documents, radiotherapy.
        let others = ["9.", "11.", "66", "67", "68.", "88.", "104.", "481."]
        return kind == folderIndex
            || others.contains { kind.hasPrefix("1.2.840.10008.5.1.4.1.1." + $0) }
    }

    fileprivate func checkIsSingleGrayImage() throws(ImageFault) {
        let frames = text(.frames).flatMap { Int($0) } ?? 1
        guard frames == 1 else { throw .dicom(.severalFrames(frames)) }
        let kind = try required(text(.photometric), .photometric)
        for colour in ["RGB", "YBR", "PALETTE"] where kind.hasPrefix(colour) {
            throw .sampleKind("\(colour) colour")
        }
        guard ["MONOCHROME1", "MONOCHROME2"].contains(kind), try short(.samplesPerPixel) ?? 1 == 1
        else { throw .dicom(.value(DICOMTag.photometric.description)) }
    }

    fileprivate func directions() throws(ImageFault) -> [SIMD3<Double>] {
        let values = try required(decimals(.orientation, count: 6), .orientation)
        let directions = [SIMD3(values[..<3]), SIMD3(values[3...])]
        let isOrthonormal =
            directions.allSatisfy { abs($0.length - 1) < 1e-3 }
            && abs((directions[0] * directions[1]).sum()) < 1e-3
        guard isOrthonormal else { throw .affine(name: DICOMTag.orientation.description) }
        return directions.map { $0 / $0.length }
    }

    fileprivate func encoding() throws(ImageFault) -> DICOMSlice.Encoding {
        let allocated = try required(short(.bitsAllocated), .bitsAllocated)
        guard [8, 16, 32].contains(allocated) else {
            throw .dicom(.value(DICOMTag.bitsAllocated.description))
        }
        let stored = try short(.bitsStored) ?? allocated
        guard 1...allocated ~= stored, try short(.highBit) ?? (stored - 1) == stored - 1 else {
            throw .dicom(.value(DICOMTag.bitsStored.description))
        }
        let slope = try decimals(.slope, count: 1)?.first ?? 1
        guard slope != 0 else { throw .dicom(.value(DICOMTag.slope.description)) }
        return DICOMSlice.Encoding(
            bitsAllocated: allocated, bitsStored: stored,
            isSigned: try short(.representation) ?? 0 == 1, slope: slope,
            intercept: try decimals(.intercept, count: 1)?.first ?? 0)
    }

    /// The pixels must be there; compressed ones must be enough for the memory that is taken for them.
    fileprivate func checkPixelData(
        _ size: SIMD2<Int>, bitsAllocated: Int
    ) throws(ImageFault) {
        let actual = try required(values[.pixelData], .pixelData).count
        let expected = size.x * size.y * bitsAllocated / 8
        guard !isEncapsulated else {
            // An empty slice compresses to almost nothing.
            let most = max(1 << 25, actual * Gzip.largestRatio)
            guard expected <= most else { throw .truncated(expected: expected, actual: most) }
            return
        }
        guard actual >= expected else { throw .truncated(expected: expected, actual: actual) }
        // Padded to an even length.
        guard actual <= expected + expected % 2 else { throw .surplus(expected: expected) }
    }
}
