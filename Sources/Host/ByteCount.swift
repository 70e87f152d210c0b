/// A number of bytes, read and written as people do: `1.5 GiB`.
public struct ByteCount: Hashable, Comparable, Sendable {
    public var bytes: UInt64

    public init(_ bytes: some BinaryInteger) {
        self.bytes = UInt64(clamping: bytes)
    }

    private static let units: [(name: String, bytes: Double)] = [
        ("B", 1), ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824),
        ("TiB", 1_099_511_627_776),
    ]

    /// Reads `16GiB`, `1.5 GiB`, `512MiB`, `4096` (bytes) and, as powers of 1024 too, `16G` and `16GB`.
    ///
    /// Returns nil for anything else, for negative and for absurdly large amounts.
    public init?(parsing text: String) {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(digits.count).drop(while: \.isWhitespace).lowercased()
        guard let number = Double(digits), number.isFinite else { return nil }
        let scale = Self.units.first { candidate in
            let name = candidate.name.lowercased()
            return unit == name || unit == name.filter { $0 != "i" } || (unit + "ib") == name
        }
        guard let bytes = unit.isEmpty ? number : scale.map({ number * $0.bytes }) else {
            return nil
        }
        guard bytes < 0x1p63 else { return nil }
        self.init(UInt64(bytes))
    }

    public static func < (a: ByteCount, b: ByteCount) -> Bool {
        a.bytes < b.bytes
    }
}

extension ByteCount: CustomStringConvertible {
    /// The amount with three significant digits and at most one decimal: `1.5 GiB`, `64 MiB`, `12 B`.
    public var description: String {
        let amount = Double(bytes)
        let unit = Self.units.last { amount >= $0.bytes } ?? Self.units[0]
        let tenths = (amount / unit.bytes * 10).rounded() / 10
        let isWhole = tenths == tenths.rounded() || tenths >= 100
        return (isWhole ? "\(Int(tenths.rounded()))" : "\(tenths)") + " \(unit.name)"
    }
}

extension ByteCount: Codable {
    /// Reads a number of bytes.
    public init(from decoder: any Decoder) throws {
        bytes = try decoder.singleValueContainer().decode(UInt64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }
}
