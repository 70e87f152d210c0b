import SegNASRandomness

/// Spoils bytes as disks, networks, other programs and attackers do.
struct Mutator {
    let seeds: [Seed]

    /// A mutant of a file, its name unchanged; most are still gzip files where the seed is one.
    func mutant(of seed: Seed, using generator: inout SeededGenerator) -> [UInt8] {
        guard let content = seed.content else { return spoilt(seed.bytes, using: &generator) }
        switch Int.random(in: 0..<16, using: &generator) {
        case 0:
            return spoilt(seed.bytes, using: &generator)
        case 1:
            let cut = Int.random(in: 0...content.count, using: &generator)
            let tail = spoilt(Array(content[cut...]), using: &generator)
            return Seed.compressed(Array(content[..<cut])) + Seed.compressed(tail)
        default:
            return Seed.compressed(spoilt(content, using: &generator))
        }
    }

    private func spoilt(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<(1 << Int.random(in: 0...3, using: &generator)) {
            change(&bytes, using: &generator)
        }
        return bytes
    }

    private func change(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        guard !bytes.isEmpty else { return }
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<4:
            bytes[place(in: bytes, using: &generator)] ^=
                1 << UInt8.random(in: 0..<8, using: &generator)
        case 4..<8:
            let values: [UInt8] = [0, 1, 2, 0x7F, 0x80, 0xFF, generator.next()]
            bytes[place(in: bytes, using: &generator)] =
                values.randomElement(using: &generator) ?? 0
        case 8..<17:
            setField(of: &bytes, using: &generator)
        case 17:
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
        case 18:
            let count = Int.random(in: 1...64, using: &generator)
            bytes.insert(
                contentsOf: (0..<count).map { _ in generator.next() },
                at: Int.random(in: 0...bytes.count, using: &generator))
        default:
            splice(into: &bytes, using: &generator)
        }
    }

    /// Mostly in the header, where a byte means most.
    private func place(in bytes: [UInt8], using generator: inout SeededGenerator) -> Int {
        let isInHeader = Int.random(in: 0..<4, using: &generator) > 0
        return Int.random(
            in: 0..<(isInHeader ? min(600, bytes.count) : bytes.count), using: &generator)
    }

    /// A number that is legal, absurd or at the border of what its type holds, in either byte order.
    private func setField(of bytes: inout [UInt8], using generator: inout SeededGenerator) {
        var value = pattern(using: &generator)
        if Bool.random(using: &generator) { value.reverse() }
        let field = Self.fields.randomElement(using: &generator) ?? 0
        let offset = Bool.random(using: &generator) ? field : place(in: bytes, using: &generator)
        guard offset + value.count <= bytes.count else { return }
        bytes.replaceSubrange(offset..<offset + value.count, with: value)
    }

    /// Offsets at which NIfTI-1, NIfTI-2 and MGH keep axes, types, spacing, offsets, codes, quaternions and affines.
    private static let fields =
        [70, 72, 108, 112, 116, 123, 252, 254, 344, 12, 14, 168, 176, 184, 500, 504, 20, 28, 68]
        + stride(from: 40, to: 108, by: 2) + stride(from: 256, to: 348, by: 4)
        + stride(from: 16, to: 168, by: 8) + stride(from: 344, to: 500, by: 4)

    private func pattern(using generator: inout SeededGenerator) -> [UInt8] {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value) { Array($0) }
        }
        let floats: [Double] = [0, -1, 1, .nan, .infinity, 1e30, -1e-30, 352, 1e300, 0.5, 4e9]
        let integers: [Int64] = [
            0, 1, -1, 2, 3, 4, 7, 8, 16, 64, 127, 128, 255, 256, 348, 540, 1024, 32767, 32768,
            65535, 1 << 31,
            (1 << 31) - 1, 1 << 32, .max, .min, 1 << 62,
        ]
        let float = floats.randomElement(using: &generator) ?? 0
        let integer = integers.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return bytes(Float(float).bitPattern)
        case 1: return bytes(float.bitPattern)
        case 2: return bytes(Int16(truncatingIfNeeded: integer))
        case 3: return bytes(Int32(truncatingIfNeeded: integer))
        case 4: return bytes(integer)
        default: return bytes(Int16.random(in: -8...64, using: &generator))
        }
    }

    /// A piece of another file, at the same place or any.
    private func splice(into bytes: inout [UInt8], using generator: inout SeededGenerator) {
        guard let other = seeds.randomElement(using: &generator) else { return }
        let source = other.content ?? other.bytes
        guard !source.isEmpty else { return }
        let start = Int.random(in: 0..<source.count, using: &generator)
        let piece = source[
            start..<min(source.count, start + Int.random(in: 1...400, using: &generator))]
        let target =
            Bool.random(using: &generator)
            ? min(start, bytes.count) : Int.random(in: 0...bytes.count, using: &generator)
        bytes.replaceSubrange(target..<min(bytes.count, target + piece.count), with: piece)
    }
}
