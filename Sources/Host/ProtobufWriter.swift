/// Writes messages of protocol buffers, without a schema: fields by their numbers.
///
/// Encoding: protobuf.dev/programming-guides/encoding.
package struct ProtobufWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// A whole number; a negative one has ten bytes.
    package mutating func add(_ field: Int, _ number: Int) {
        key(field, .varint)
        append(UInt64(bitPattern: Int64(number)))
    }

    package mutating func add(_ field: Int, _ number: Double) {
        key(field, .eightBytes)
        append(bits: number.bitPattern)
    }

    package mutating func add(_ field: Int, _ number: Float) {
        key(field, .fourBytes)
        append(bits: number.bitPattern)
    }

    package mutating func add(_ field: Int, _ content: [UInt8]) {
        key(field, .lengthThenBytes)
        append(UInt64(content.count))
        bytes += content
    }

    package mutating func add(_ field: Int, _ text: String) {
        add(field, Array(text.utf8))
    }

    /// Whole numbers, packed into one field.
    package mutating func add(_ field: Int, _ numbers: [Int]) {
        var packed = ProtobufWriter()
        for number in numbers { packed.append(UInt64(bitPattern: Int64(number))) }
        add(field, packed.bytes)
    }

    /// A message inside of this one.
    package mutating func message(_ field: Int, _ fill: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        fill(&inner)
        add(field, inner.bytes)
    }

    /// How a field is stored.
    package enum WireType: UInt64 {
        case varint = 0
        case eightBytes = 1
        case lengthThenBytes = 2
        case fourBytes = 5
    }

    private mutating func key(_ field: Int, _ type: WireType) {
        append(UInt64(field) << 3 | type.rawValue)
    }

    /// Seven bits in each byte, the lowest first; the highest bit says that more follow.
    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func append(bits: some FixedWidthInteger) {
        withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
