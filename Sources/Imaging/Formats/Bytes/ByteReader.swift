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

    /// So many numbers in a row, each so many bytes after the one before.
    func row<Value>(
        _ count: Int, at offset: Int, stride: Int, _ read: (Int) throws(ImageFault) -> Value
    ) throws(ImageFault) -> [Value] {
        var values: [Value] = []
        for index in 0..<count { values.append(try read(offset + index * stride)) }
        return values
    }

    /// Whether text stands at an offset.
    func holds(_ text: String, at offset: Int) -> Bool {
        bytes.dropFirst(offset).starts(with: text.utf8)
    }
}
