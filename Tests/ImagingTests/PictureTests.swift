import CDeflate
import Testing

@testable import SegNASImaging

@Suite("Pictures")
struct PictureTests {
    static func example() -> Picture {
        var picture = Picture(width: 37, height: 23, background: RGB(10, 20, 30))
        for y in 0..<23 {
            for x in 0..<37 { picture[x, y] = RGB(UInt8(x * 6), UInt8(y * 11), UInt8(x * y % 256)) }
        }
        picture.fill(x: -3, y: 20, width: 50, height: 50, RGB(255, 0, 1))
        return picture
    }

    @Test("a PNG file holds what was drawn")
    func png() throws {
        let picture = Self.example()
        let file = picture.png()
        #expect(Array(file.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
        let chunks = try #require(readChunks(of: file))
        #expect(chunks.map(\.name) == ["IHDR", "IDAT", "IEND"])
        #expect(chunks[0].data == [0, 0, 0, 37, 0, 0, 0, 23, 8, 2, 0, 0, 0])
        #expect(pixels(chunks[1].data, width: 37, height: 23) == picture.bytes)
    }

    @Test("letters are drawn, cut to the room, and unknown ones do not fail")
    func text() {
        var picture = Picture(width: 60, height: 10, background: .grey(0))
        picture.write("Tü|", x: 0, y: 0, scale: 1, .grey(255))
        let columns = (0..<18).map { x in (0..<8).count { picture[x, $0] != .grey(0) } }
        #expect(columns == [1, 1, 7, 1, 1, 0, 1, 1, 3, 2, 2, 0, 0, 0, 7, 0, 0, 0])
        #expect(Picture.shortened("a long name", toWidth: 36, scale: 1) == "a lo..")
        #expect(Picture.shortened("short", toWidth: 36, scale: 1) == "short")
    }

    /// The chunks of a PNG file, if their checksums hold.
    private func readChunks(of file: [UInt8]) -> [(name: String, data: [UInt8])]? {
        var chunks: [(String, [UInt8])] = []
        var rest = file.dropFirst(8)
        while !rest.isEmpty {
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            let body = Array(rest.dropFirst(4).prefix(4 + length))
            let checksum = rest.dropFirst(8 + length).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
            guard body.count == 4 + length, libdeflate_crc32(0, body, body.count) == checksum else {
                return nil
            }
            chunks.append(
                (String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4))))
            rest = rest.dropFirst(12 + length)
        }
        return chunks
    }

    /// The bytes before compression and filters, as the specification undoes them.
    private func pixels(_ data: [UInt8], width: Int, height: Int) -> [UInt8] {
        let stride = 3 * width
        var raw = [UInt8](repeating: 0, count: (stride + 1) * height)
        let decompressor = libdeflate_alloc_decompressor()
        defer { libdeflate_free_decompressor(decompressor) }
        let result = libdeflate_zlib_decompress(
            decompressor, data, data.count, &raw, raw.count, nil)
        #expect(result == LIBDEFLATE_SUCCESS)
        var pixels: [UInt8] = []
        for y in 0..<height {
            let filter = raw[y * (stride + 1)]
            for x in 0..<stride {
                let left = x >= 3 ? Int(pixels[y * stride + x - 3]) : 0
                let above = y > 0 ? Int(pixels[(y - 1) * stride + x]) : 0
                let corner = x >= 3 && y > 0 ? Int(pixels[(y - 1) * stride + x - 3]) : 0
                let plane = left + above - corner
                let nearest = [left, above, corner].min {
                    abs(plane - $0) < abs(plane - $1)
                }
                let predicted =
                    switch filter {
                    case 1: left
                    case 2: above
                    case 4: nearest ?? 0
                    default: 0
                    }
                pixels.append(
                    raw[y * (stride + 1) + 1 + x] &+ UInt8(truncatingIfNeeded: predicted))
            }
        }
        return pixels
    }
}
