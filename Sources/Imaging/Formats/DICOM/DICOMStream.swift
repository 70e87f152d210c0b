/// The compressed pixels of slices, each behind a header that says no more than how they are compressed.
///
/// GDCM, through ITK, is kept from what it would make of the other attributes: it inverts MONOCHROME1, and of scaled
/// values it takes other types than ours. The elements of the files have been followed to their ends before.
enum DICOMStream {
    /// The pixels of slices as they are stored, of the same size and type, one slice after the other.
    static func decompress(_ slices: [DICOMSlice]) throws(ImageError) -> SampleBuffer {
        let byteCount = slices[0].byteCount
        let buffer = try SampleBuffer.itk(
            for: slices[0].path, byteCount: slices.count * byteCount)
        let parts = slices.map { ($0.path, header: header(of: $0), bytes: $0.pixels) }
        try ITKDecompression.decompress(parts, slices[0].encoding.storedType, into: buffer)
        return buffer
    }

    /// The file's beginning, up to the length of the pixels.
    static func header(of slice: DICOMSlice) -> [UInt8] {
        let encoding = slice.encoding
        let meta =
            element(.kindOfFile, "UI", text(mrImage))
            + element(.transferSyntax, "UI", text(slice.compression?.uid ?? ""))
        let length = element(
            DICOMTag(group: 2, element: 0), "UL", bytes(UInt32(meta.count)))
        let numbers: [(DICOMTag, Int)] = [
            (.rows, slice.size.y), (.columns, slice.size.x),
            (.bitsAllocated, encoding.bitsAllocated), (.bitsStored, encoding.bitsStored),
            (.highBit, encoding.bitsStored - 1), (.representation, encoding.isSigned ? 1 : 0),
        ]
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length + meta
            + element(.kind, "UI", text(mrImage))
            + element(.samplesPerPixel, "US", bytes(UInt16(1)))
            + element(.photometric, "CS", text("MONOCHROME2 "))
            + numbers.flatMap { element($0, "US", bytes(UInt16($1))) }
            + number(.pixelData) + Array("OB".utf8) + [0, 0] + bytes(UInt32.max)
    }

    private static let mrImage = "1.2.840.10008.5.1.4.1.1.4"

    private static func element(_ tag: DICOMTag, _ kind: String, _ value: [UInt8]) -> [UInt8] {
        number(tag) + Array(kind.utf8) + bytes(UInt16(value.count)) + value
    }

    private static func number(_ tag: DICOMTag) -> [UInt8] {
        bytes(UInt16(tag.group)) + bytes(UInt16(tag.element))
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func text(_ text: String) -> [UInt8] {
        Array(text.utf8) + (text.utf8.count % 2 == 1 ? [0] : [])
    }
}
