internal import SegNASHost

/// An event of TensorBoard: scalars at a step.
///
/// A message `Event` of `tensorflow/core/util/event.proto`, in the frame of a TFRecord: its length as eight bytes,
/// their checksum, the message, its checksum. The checksums are CRC-32C (Castagnoli), turned and shifted by a constant.
struct EventRecord {
    /// A name such as `dice/mean`, of which the part before the slash makes a group, and its value.
    struct Scalar {
        let tag: String
        let value: Double

        init(_ tag: String, _ value: Double) {
            self.tag = tag
            self.value = value
        }
    }

    let bytes: [UInt8]

    init(step: Int, time: Double, scalars: [Scalar]) {
        var event = ProtobufWriter()
        event.add(1, time)
        event.add(2, step)
        event.message(5) { summary in
            for scalar in scalars {
                summary.message(1) { value in
                    value.add(1, scalar.tag)
                    value.add(2, Float(scalar.value))
                }
            }
        }
        bytes = Self.framed(event.bytes)
    }

    /// The event with which a file begins.
    init(beginningAt time: Double) {
        var event = ProtobufWriter()
        event.add(1, time)
        event.add(3, "brain.Event:2")
        bytes = Self.framed(event.bytes)
    }

    private static func framed(_ message: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(message.count))
        return length + littleEndian(MaskedCRC.of(length)) + message
            + littleEndian(MaskedCRC.of(message))
    }

    // MARK: - Reading

    /// The whole records at the beginning of a file.
    struct Contents: Hashable {
        /// How many bytes they have.
        var bytes = 0
        /// The highest step in them.
        var lastStep = 0
    }

    static func read(_ file: [UInt8]) -> Contents {
        var contents = Contents()
        while let message = message(at: contents.bytes, in: file) {
            contents.lastStep = max(contents.lastStep, step(of: message))
            contents.bytes += message.count + frameBytes
        }
        return contents
    }

    private static let frameBytes = 16

    private static func message(at start: Int, in file: [UInt8]) -> ArraySlice<UInt8>? {
        guard start + frameBytes <= file.count else { return nil }
        let length = number(file[start..<start + 8])
        guard length <= file.count - start - frameBytes,
            number(file[start + 8..<start + 12]) == UInt64(MaskedCRC.of(file[start..<start + 8]))
        else { return nil }
        let end = start + 12 + Int(length)
        let message = file[start + 12..<end]
        guard number(file[end..<end + 4]) == UInt64(MaskedCRC.of(message)) else { return nil }
        return message
    }

    /// The step of a message that ``init(step:time:scalars:)`` has made: its second field, after a time of nine bytes.
    private static func step(of message: ArraySlice<UInt8>) -> Int {
        let rest = message.dropFirst(9)
        guard rest.first == 2 << 3 else { return 0 }
        var step: UInt64 = 0
        for (place, byte) in rest.dropFirst().prefix(9).enumerated() {
            step |= UInt64(byte & 0x7F) << UInt64(7 * place)
            if byte < 0x80 { break }
        }
        return Int(clamping: step)
    }
}

/// CRC-32C of bytes, masked as TFRecords have it, so that a checksum of checksums is none.
enum MaskedCRC {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0x82F6_3B78 ^ crc >> 1 : crc >> 1 }
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let crc = ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}

private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
