/// A header of a given size, little-endian, zero where nothing is written.
struct ByteWriter {
    private(set) var bytes: [UInt8]

    init(count: Int) {
        bytes = Array(repeating: 0, count: count)
    }

    mutating func put(_ value: some FixedWidthInteger, at offset: Int) {
        withUnsafeBytes(of: value.littleEndian) { source in
            bytes.replaceSubrange(offset..<offset + source.count, with: source)
        }
    }

    mutating func put(_ value: Float, at offset: Int) {
        put(value.bitPattern, at: offset)
    }

    mutating func put(_ value: Double, at offset: Int) {
        put(value.bitPattern, at: offset)
    }

    mutating func put(_ text: String, at offset: Int) {
        bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
}
