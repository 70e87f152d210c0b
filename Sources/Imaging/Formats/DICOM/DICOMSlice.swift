internal import SegNASHost

/// An image of a series with its place and its pixels: that of a file, or one of its frames.
struct DICOMSlice {
    var path: String
    /// The place in a file that functional groups describe, from 0; nil for the image of any other file.
    var frame: Int?
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
    /// Patient ID; nil if there is none.
    var patient: String?
    /// The values of attributes that distinguish volumes of a series, as they are stored.
    var marks: [DICOMTag: [UInt8]]

    /// The upward normal of the plane, of length 1.
    var normal: SIMD3<Double> {
        let (a, b) = (directions[0], directions[1])
        return [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
    }

    /// The name of its file, and the number of its frame from 1.
    var name: String {
        PathParts(path).name + (frame.map { ", frame \($0 + 1)" } ?? "")
    }

    var byteCount: Int { size.x * size.y * encoding.bitsAllocated / 8 }
}

extension DICOMSlice {
    /// The images of a file, in their order there.
    static func all(_ elements: DICOMElements, path: String) throws(ImageFault) -> [DICOMSlice] {
        var slices: [DICOMSlice] = []
        for (index, frame) in try elements.frames().enumerated() {
            var slice = try DICOMSlice(frame, path: path)
            if elements.hasFunctionalGroups { slice.frame = index }
            slices.append(slice)
        }
        let byteCount = slices[0].byteCount
        let (parts, hasExcess) = try elements.pixelParts(slices.count, of: byteCount)
        for (index, part) in parts.enumerated() {
            slices[index].pixels = part
            try slices[index].checkCompression()
        }
        slices[slices.count - 1].hasExcess = hasExcess
        return slices
    }

    /// An image that is not told yet where its pixels are.
    private init(_ elements: DICOMElements, path: String) throws(ImageFault) {
        self.path = path
        try elements.checkIsGrayImage()
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
        pixels = 0..<0
        patient = elements.text(.patient)
        marks = Dictionary(
            uniqueKeysWithValues: Self.volumeMarks.compactMap { tag in
                elements.bytes(tag).flatMap { $0.isEmpty ? nil : (tag, Array($0)) }
            })
    }

    /// Attributes that distinguish volumes of one series, the most telling first.
    static let volumeMarks: [DICOMTag] = [
        .time, .timeIndex, .echo, .echoTime, .effectiveEchoTime, .diffusion, .triggerTime,
        .triggerDelay, .acquisition, .frameAcquisition, .imageType, .frameType, .acquisitionTime,
        .stack,
    ]

    /// Compressed pixels must be enough for the memory that is taken for them.
    private func checkCompression() throws(ImageFault) {
        guard compression != nil else { return }
        // An empty slice compresses to almost nothing.
        let maximum = max(1 << 25, pixels.count * Gzip.maxRatio)
        guard byteCount <= maximum else {
            throw .truncated(expected: byteCount, actual: maximum)
        }
    }
}

extension DICOMElements {
    fileprivate func checkIsGrayImage() throws(ImageFault) {
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
