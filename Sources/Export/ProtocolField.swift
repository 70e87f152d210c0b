internal import SegNASHost

/// A field of a protocol buffer that is read.
enum ProtocolField {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
}

/// A protocol buffer cannot be read.
package struct ProtocolBufferError: Error, Hashable {}

extension ProtocolField {
    /// Calls a body with each field of a message.
    static func each(
        of message: ArraySlice<UInt8>, _ body: (_ field: Int, ProtocolField) throws -> Void
    ) throws {
        var rest = message
        while !rest.isEmpty {
            let key = try varint(&rest)
            guard let kind = ProtobufWriter.WireType(rawValue: key & 7) else {
                throw ProtocolBufferError()
            }
            let field = Int(key >> 3)
            switch kind {
            case .varint: try body(field, .number(varint(&rest)))
            case .eightBytes: try body(field, .number(fixed(&rest, 8)))
            case .fourBytes: try body(field, .number(fixed(&rest, 4)))
            case .lengthThenBytes:
                let count = try varint(&rest)
                guard count <= rest.count else { throw ProtocolBufferError() }
                try body(field, .bytes(rest.prefix(Int(count))))
                rest = rest.dropFirst(Int(count))
            }
        }
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { break }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw ProtocolBufferError()
    }

    private static func fixed(_ rest: inout ArraySlice<UInt8>, _ count: Int) throws -> UInt64 {
        guard rest.count >= count else { throw ProtocolBufferError() }
        let value = rest.prefix(count).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(count)
        return value
    }

    var int: Int {
        get throws {
            guard case .number(let number) = self else { throw ProtocolBufferError() }
            return Int(Int64(bitPattern: number))
        }
    }

    var float: Float {
        get throws {
            guard case .number(let number) = self else { throw ProtocolBufferError() }
            return Float(bitPattern: UInt32(truncatingIfNeeded: number))
        }
    }

    var content: ArraySlice<UInt8> {
        get throws {
            guard case .bytes(let bytes) = self else { throw ProtocolBufferError() }
            return bytes
        }
    }

    var text: String {
        get throws { String(decoding: try content, as: UTF8.self) }
    }

    /// Packed numbers, or one of them by itself.
    var ints: [Int] {
        get throws {
            guard case .bytes(var rest) = self else { return [try int] }
            var numbers: [Int] = []
            while !rest.isEmpty { numbers.append(Int(Int64(bitPattern: try Self.varint(&rest)))) }
            return numbers
        }
    }
}
