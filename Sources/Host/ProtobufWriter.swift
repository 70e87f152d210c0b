/// Writes messages of protocol buffers, without a schema: fields by their numbers.
///
/// Encoding: protobuf.dev/programming-guides/encoding.
package struct ProtobufWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func varint(_ field: Int, _ value: UInt64) {
        key(field, .varint)
        append(value)
    }

    package mutating func double(_ field: Int, _ value: Double) {
        key(field, .eightBytes)
        append(bits: value.bitPattern)
    }

    package mutating func float(_ field: Int, _ value: Float) {
        key(field, .fourBytes)
        append(bits: value.bitPattern)
    }

    package mutating func bytes(_ field: Int, _ value: some Collection<UInt8>) {
        key(field, .lengthThenBytes)
        append(UInt64(value.count))
        bytes += value
    }

    package mutating func string(_ field: Int, _ value: String) {
        bytes(field, value.utf8)
    }

    /// A message inside of this one.
    package mutating func message(_ field: Int, _ fill: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        fill(&inner)
        bytes(field, inner.bytes)
    }

    private enum WireType: UInt64 {
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
