internal import CDeflate

extension Picture {
    /// The picture as a PNG file: 8 bits a channel, no transparency.
    ///
    /// Portable Network Graphics, third edition, https://www.w3.org/TR/png-3/.
    public func png() -> [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let truecolour: [UInt8] = [8, 2, 0, 0, 0]
        file.append(chunk: "IHDR", bigEndian(width) + bigEndian(height) + truecolour)
        file.append(chunk: "IDAT", compressed(filteredRows()))
        file.append(chunk: "IEND", [])
        return file
    }

    /// Each row as differences from its neighbours, behind the number of the filter that made them smallest.
    private func filteredRows() -> [UInt8] {
        let length = 3 * width
        var above = [UInt8](repeating: 0, count: length)
        var result: [UInt8] = []
        result.reserveCapacity((length + 1) * height)
        for y in 0..<height {
            let row = Array(bytes[y * length..<(y + 1) * length])
            let candidates = Filter.allCases.map { ($0, $0.apply(to: row, above: above)) }
            let best = candidates.min { $0.1.magnitude < $1.1.magnitude } ?? candidates[0]
            result.append(best.0.rawValue)
            result += best.1
            above = row
        }
        return result
    }
}

/// The filters of PNG that are worth a try here, by their numbers.
private enum Filter: UInt8, CaseIterable {
    case none = 0
    case left = 1
    case above = 2
    case paeth = 4

    func apply(to row: [UInt8], above: [UInt8]) -> [UInt8] {
        row.indices.map { index in
            let left = index >= 3 ? row[index - 3] : 0
            let corner = index >= 3 ? above[index - 3] : 0
            return switch self {
            case .none: row[index]
            case .left: row[index] &- left
            case .above: row[index] &- above[index]
            case .paeth: row[index] &- paeth(left, above[index], corner)
            }
        }
    }

    /// The one of three neighbours that is nearest to the value of a plane through them.
    private func paeth(_ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
        let estimate = Int(left) + Int(above) - Int(corner)
        let distances = [left, above, corner].map { abs(estimate - Int($0)) }
        if distances[0] <= distances[1], distances[0] <= distances[2] { return left }
        return distances[1] <= distances[2] ? above : corner
    }
}

extension [UInt8] {
    /// The sum of all bytes as signed numbers without their sign, by which encoders choose filters.
    fileprivate var magnitude: Int {
        reduce(0) { $0 + abs(Int(Int8(bitPattern: $1))) }
    }

    fileprivate mutating func append(chunk name: String, _ data: [UInt8]) {
        let body = Array(name.utf8) + data
        self += bigEndian(data.count)
        self += body
        self += bigEndian(Int(libdeflate_crc32(0, body, body.count)))
    }
}

private func bigEndian(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
}

private func compressed(_ bytes: [UInt8]) -> [UInt8] {
    let compressor = libdeflate_alloc_compressor(9)
    defer { libdeflate_free_compressor(compressor) }
    let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
        count = libdeflate_zlib_compress(
            compressor, bytes, bytes.count, buffer.baseAddress, buffer.count)
    }
}
