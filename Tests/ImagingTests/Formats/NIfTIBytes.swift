@testable import SegNASImaging

/// The bytes of a small NIfTI file, to be spoilt.
struct NIfTIBytes {
    var bytes: [UInt8]

    /// A header of NIfTI-1 or NIfTI-2, and the samples 0, 1, … of a volume of 2 × 3 × 4.
    init(version: Int = 1) {
        var volume = Volume(
            Samples((0..<24).map { Int16($0) }),
            geometry: Geometry(size: [2, 3, 4], affine: AffineTests.oblique))
        // A slope that 32 bits cannot hold asks for NIfTI-2.
        if version == 2 { volume.scaling.slope = 1e-60 }
        bytes = NIfTIEncoding(volume).header() + volume.samples.array
        if version == 2 { put(1.0, at: 176) }
    }

    mutating func put(_ value: some FixedWidthInteger, at offset: Int) {
        withUnsafeBytes(of: value.littleEndian) {
            bytes.replaceSubrange(offset..<offset + $0.count, with: $0)
        }
    }

    mutating func put(_ value: Float, at offset: Int) { put(value.bitPattern, at: offset) }
    mutating func put(_ value: Double, at offset: Int) { put(value.bitPattern, at: offset) }

    /// The same image with the most significant byte first.
    var bigEndian: [UInt8] {
        var result = bytes
        func turn(_ range: Range<Int>, _ size: Int) {
            for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
                result[start..<start + size].reverse()
            }
        }
        for (range, size) in [
            (0..<4, 4), (40..<56, 2), (56..<68, 4), (68..<76, 2), (76..<120, 4), (252..<256, 2),
            (256..<328, 4), (352..<400, 2),
        ] { turn(range, size) }
        return result
    }

    /// An image whose header has an extension with a text.
    static func withExtension(_ text: String, version: Int = 1) -> [UInt8] {
        var file = NIfTIBytes(version: version)
        let start = version == 2 ? 544 : 352
        let padding = 16 - (text.utf8.count + 8) % 16
        let content = Array(text.utf8) + [UInt8](repeating: 0, count: padding)
        let size = content.count + 8
        file.bytes.insert(contentsOf: [UInt8](repeating: 0, count: 8) + content, at: start)
        file.bytes[start - 4] = 1
        file.put(Int32(size), at: start)
        if version == 2 {
            file.put(Int64(start + size), at: 168)
        } else {
            file.put(Float(start + size), at: 108)
        }
        return file.bytes
    }

    /// One gzip member.
    static func gzip(_ bytes: [UInt8], level: Int32 = 6) throws -> [UInt8] {
        try bytes.withUnsafeBytes { try Gzip.compress($0, level: level).withBytes { Array($0) } }
    }
}
