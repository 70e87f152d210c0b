import SegNASHost
import Testing

@Suite("Protocol buffers")
struct ProtobufWriterTests {
    @Test("fields are as the encoding's guide shows them")
    func fields() {
        // protobuf.dev/programming-guides/encoding: 150 in field 1, "testing" in field 2, a message in field 3.
        var writer = ProtobufWriter()
        writer.add(1, 150)
        writer.add(2, "testing")
        writer.message(3) { $0.add(1, 150) }
        writer.add(4, 1.0)
        writer.add(5, Float(1))
        writer.add(6, -1)
        writer.add(7, [1, 150])
        #expect(
            writer.bytes == [
                0x08, 0x96, 0x01,
                0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67,
                0x1A, 0x03, 0x08, 0x96, 0x01,
                0x21, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F,
                0x2D, 0, 0, 0x80, 0x3F,
                0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01,
                0x3A, 0x03, 0x01, 0x96, 0x01,
            ])
    }
}
