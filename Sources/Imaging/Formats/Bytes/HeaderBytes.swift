/// Numbers at places of a header, in either byte order and never past its end.
struct ByteReader {
    var bytes: [UInt8]
    var isBigEndian = false

    /// An integer at an offset in bytes.
    func integer<Value: FixedWidthInteger>(
        _ type: Value.Type, at offset: Int
    ) throws(ImageFault) -> Value {
        let size = MemoryLayout<Value>.size
        guard offset >= 0, offset <= bytes.count - size else {
            throw .truncated(expected: offset + size, actual: bytes.count)
        }
        let value = bytes[offset..<offset + size].withUnsafeBytes {
            $0.loadUnaligned(as: Value.self)
        }
        return isBigEndian ? Value(bigEndian: value) : Value(littleEndian: value)
    }

    func int16(at offset: Int) throws(ImageFault) -> Int {
        Int(try integer(Int16.self, at: offset))
    }

    func int32(at offset: Int) throws(ImageFault) -> Int {
        Int(try integer(Int32.self, at: offset))
    }

    func int64(at offset: Int) throws(ImageFault) -> Int {
        Int(try integer(Int64.self, at: offset))
    }

    func float(at offset: Int) throws(ImageFault) -> Double {
        Double(Float(bitPattern: try integer(UInt32.self, at: offset)))
    }

    func double(at offset: Int) throws(ImageFault) -> Double {
        Double(bitPattern: try integer(UInt64.self, at: offset))
    }

    /// A row of numbers, a stride in bytes apart.
    func row<Value>(
        _ count: Int, at offset: Int, stride: Int, _ read: (Int) throws(ImageFault) -> Value
    ) throws(ImageFault) -> [Value] {
        var values: [Value] = []
        for index in 0..<count { values.append(try read(offset + index * stride)) }
        return values
    }

    /// True if text stands at an offset.
    func holds(_ text: String, at offset: Int) -> Bool {
        bytes.dropFirst(offset).starts(with: text.utf8)
    }
}

/// A header of a given size, little-endian, zero if nothing is written.
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
