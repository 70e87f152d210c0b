import CWebP
import Foundation
import SegNASImaging
import Testing

@testable import SegNASReport

/// What a page's script is given of test cases, as the page writes it.
func payload(_ section: AnatomySection?) throws -> AnatomyPayload {
    let json = try pageJSON(try #require(section).payload)
    return try JSONDecoder().decode(AnatomyPayload.self, from: Data(json.utf8))
}

extension AnatomyPayload {
    /// The voxels of its cases.
    var shown: [PackedCase] { cases.compactMap(\.content) }
}

/// What a section adds to its page.
func byteCount(_ section: AnatomySection) throws -> Int {
    try section.html.utf8.count + pageJSON(section.payload).utf8.count
}

/// Bytes out of gzip and base64.
func unpacked(_ text: String) throws -> [UInt8] {
    let packed = try #require(Data(base64Encoded: text))
    var room = [UInt8](repeating: 0, count: packed.count * 1032 + 1)
    let count = try packed.withUnsafeBytes { packed in
        try room.withUnsafeMutableBytes { try Gzip.decompress(packed, into: $0) }
    }
    return Array(room.prefix(try #require(count)))
}

/// Voxels out of runs.
func unpackedLabels(_ text: String) throws -> [UInt8] {
    let bytes = try unpacked(text)
    let half = bytes.count / 2
    return (0..<half).flatMap { Array(repeating: bytes[$0], count: Int(bytes[half + $0])) }
}

/// The nets of a map with their vertices, which must use up all bytes.
func unpackedNets(_ map: PackedCase.Map) throws -> [(
    label: Int, net: SurfaceNet, vertices: [SIMD3<Float>]
)] {
    let bytes = try unpacked(map.surfaces)
    var place = 0
    let nets = map.nets.map { packed in
        let count = packed.size.reduce(1, *)
        let inside = (0..<count).map { bytes[place + $0 / 8] >> ($0 % 8) & 1 == 1 }
        place += (count + 7) / 8
        let net = SurfaceNet(size: SIMD3(packed.size), inside: inside)
        let vertices = net.cubes.indices.map { vertex in
            var point = SIMD3<Float>(net.cubes[vertex])
            for axis in 0..<3 {
                point[axis] += Float(bytes[place + axis * net.cubes.count + vertex]) / 32
            }
            return point
        }
        place += 3 * net.cubes.count
        return (packed.label, net, vertices)
    }
    #expect(place == bytes.count)
    return nets
}

/// The grey levels of the axial slices, x fastest.
func unpackedGrey(_ image: PackedCase.Image, size: [Int]) throws -> [UInt8] {
    let file = try #require(Data(base64Encoded: image.data))
    return try file.withUnsafeBytes { file in
        var (width, height): (Int32, Int32) = (0, 0)
        let bytes = file.assumingMemoryBound(to: UInt8.self)
        let pixels = try #require(WebPDecodeRGB(bytes.baseAddress, bytes.count, &width, &height))
        defer { WebPFree(pixels) }
        var result: [UInt8] = []
        for z in 0..<size[2] {
            for y in 0..<size[1] {
                let row = z / image.columns * size[1] + y
                let left = z % image.columns * size[0]
                for x in 0..<size[0] { result.append(pixels[3 * (row * Int(width) + left + x)]) }
            }
        }
        return result
    }
}
