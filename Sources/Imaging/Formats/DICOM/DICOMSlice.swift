/// An image of a series with its place and its pixels.
struct DICOMSlice {
    var path: String
    var size: SIMD2<Int>
    /// The centre of the first pixel, in mm, LPS as in DICOM.
    var position: SIMD3<Double>
    /// The directions of the first index, the column, and of the second; of length 1.
    var directions: [SIMD3<Double>]
    /// Distance of columns and of rows, in mm.
    var spacing: SIMD2<Double>
    /// The thickness in mm, and the attribute that gives it; used without a second slice.
    var thickness: (millimetres: Double, tag: DICOMTag)?
    var encoding: DICOMEncoding
    /// The compression of the pixels, if there is one.
    var compression: DICOMSyntax?
    /// The range of the pixels in the file.
    var pixels: Range<Int>
    /// True if bytes lie behind them that belong to none.
    var hasExcess = false

    /// The upward normal of the plane, of length 1.
    var normal: SIMD3<Double> {
        let (a, b) = (directions[0], directions[1])
        return [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
    }

    var byteCount: Int { size.x * size.y * encoding.bitsAllocated / 8 }
}

extension DICOMSlice {
    init(_ elements: DICOMElements, path: String) throws(ImageFault) {
        if let fault = elements.fault { throw fault }
        self.path = path
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
        for tag in [DICOMTag.sliceDistance, .thickness] {
            if let length = try? elements.decimal(tag), length > 0 { thickness = (length, tag) }
        }
        encoding = try DICOMEncoding(elements)
        compression = elements.isEncapsulated ? elements.syntax : nil
        pixels = try elements.required(elements.values[.pixelData], .pixelData)
        try checkPixels()
    }

    /// The pixels must be there; compressed ones must be enough for the memory that is taken for them.
    private mutating func checkPixels() throws(ImageFault) {
        guard compression == nil else {
            // An empty slice compresses to almost nothing.
            let maximum = max(1 << 25, pixels.count * Gzip.maxRatio)
            guard byteCount <= maximum else {
                throw .truncated(expected: byteCount, actual: maximum)
            }
            return
        }
        guard pixels.count >= byteCount else {
            throw .truncated(expected: byteCount, actual: pixels.count)
        }
        // Padded to an even length, or by some writers to more; a row too many is another size.
        let excess = pixels.count - byteCount
        guard excess <= byteCount % 2 || excess < byteCount / size.y else {
            throw .surplus(expected: byteCount)
        }
        hasExcess = excess > byteCount % 2
        pixels = pixels.prefix(byteCount)
    }
}

extension DICOMElements {
    fileprivate func checkIsSingleGrayImage() throws(ImageFault) {
        let frames = text(.frames).flatMap { Int($0) } ?? 1
        guard frames == 1 else { throw .dicom(.severalFrames(frames)) }
        let kind = try required(text(.photometric), .photometric)
        for colour in ["RGB", "YBR", "PALETTE"] where kind.hasPrefix(colour) {
            throw .sampleKind("\(colour) colour")
        }
        guard ["MONOCHROME1", "MONOCHROME2"].contains(kind), try short(.samplesPerPixel) ?? 1 == 1
        else { throw .dicom(.value(DICOMTag.photometric.description)) }
        for tag in [DICOMTag.floatPixelData, .doublePixelData] where values[tag] != nil {
            throw .dicom(.unknownValues(tag.description))
        }
        // An empty sequence has at most a mark of its end.
        if let table = values[.modalityTable], table.count > 8 {
            throw .dicom(.unknownValues(DICOMTag.modalityTable.description))
        }
    }

    /// The directions of rows and columns, of length 1.
    func directions() throws(ImageFault) -> [SIMD3<Double>] {
        let values = try required(decimals(.orientation, count: 6), .orientation)
        let directions = [SIMD3(values[..<3]), SIMD3(values[3...])]
        let isOrthonormal =
            directions.allSatisfy { abs($0.length - 1) < 1e-3 }
            && abs((directions[0] * directions[1]).sum()) < 1e-3
        guard isOrthonormal else { throw .affine(name: DICOMTag.orientation.description) }
        return directions.map { $0 / $0.length }
    }
}
