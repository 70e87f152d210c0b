import Testing

@testable import SegNASImaging

@Suite("Tiles of a sliding window")
struct TileTests {
    struct Expected: Decodable {
        struct Steps: Decodable {
            var size: Int
            var patch: Int
            var overlap: Double
            var starts: [Int]
        }
        struct Gaussian: Decodable {
            var patch: [Int]
            var weights: [Float]
        }
        var steps: [Steps]
        var gaussians: [Gaussian]
    }

    static let expected: Expected = Fixture.decode("tiles")

    @Test("tiles lie where nnU-Net lays them")
    func starts() {
        for steps in Self.expected.steps {
            let axis = TileAxis(size: steps.size, patch: steps.patch, overlap: steps.overlap)
            #expect(axis.starts == steps.starts, "\(steps)")
        }
        #expect(Self.expected.steps.count == 48)
    }

    @Test("weights are nnU-Net's, and products of three")
    func weights() {
        for gaussian in Self.expected.gaussians {
            let axes = gaussian.patch.map { TileAxis(size: 99, patch: $0, overlap: 0.5).weights }
            var index = 0
            var farthest: Float = 0
            for a in axes[0] {
                for b in axes[1] {
                    for c in axes[2] {
                        let expected = gaussian.weights[index]
                        farthest = max(farthest, abs(a * b * c - expected) / expected)
                        index += 1
                    }
                }
            }
            #expect(index == gaussian.weights.count && farthest < 1e-5, "\(gaussian.patch)")
            #expect(axes.allSatisfy { $0.max() == 1 && ($0.min() ?? 0) > 3e-4 })
        }
    }

    @Test("an image shorter than a tile lies in its middle", arguments: 1...9)
    func padding(size: Int) {
        let axis = TileAxis(size: size, patch: 9, overlap: 0.5)
        #expect(axis.starts == [-((9 - size) / 2)])
        #expect(axis.voxels(of: 0) == 0..<size && axis.tiles(meeting: 0..<size) == 0..<1)
    }

    @Test("tiles cover every voxel, and cells are complete with their last tile")
    func cells() {
        for size in 1...40 {
            for (patch, overlap) in [(7, 0.5), (8, 0.5), (3, 0.0), (5, 0.8), (1, 0.0), (16, 0.25)] {
                let axis = TileAxis(size: size, patch: patch, overlap: overlap)
                #expect(axis.weightSums.allSatisfy { $0 > 3e-4 }, "\(size) \(patch)")
                for longest in [2, Int.max] {
                    let cells = CellAxis(axis, longest: longest)
                    #expect(cells.longestCell <= longest && cells.cells.count == size)
                    for voxel in 0..<size {
                        let tiles = axis.starts.indices.filter {
                            axis.voxels(of: $0).contains(voxel)
                        }
                        let cell = cells.cells[voxel]
                        #expect(cells.voxels(of: cell).contains(voxel))
                        #expect(cells.firstTiles[cell] == tiles.first)
                        #expect(cells.lastTiles[cell] == tiles.last)
                        #expect(
                            axis.tiles(meeting: voxel..<voxel + 1) == tiles[0]..<tiles[0]
                                + tiles.count)
                    }
                }
            }
        }
    }

    @Test("tiles are copied with zeros about the image, reversed as wanted", arguments: 0..<8)
    func reading(code: Int) {
        let mirrored = (0..<3).map { code >> $0 & 1 == 1 }
        let (size, patch): (SIMD3<Int>, SIMD3<Int>) = ([5, 3, 9], [4, 6, 4])
        let grid = TileGrid(size: size, patch: patch, overlap: 0.5)
        let voxels = size.x * size.y * size.z
        let values = (1...2 * voxels).map(Float.init)
        let reader = TileReader(Samples(values), grid: grid)
        let tile: SIMD3<Int> = [1, 0, 2]
        let start = grid.start(of: tile)
        var copied = [Float](repeating: -1, count: reader.count)
        reader.copy(tile, mirrored: mirrored, to: &copied)
        for channel in 0..<2 {
            for index in 0..<patch.x * patch.y * patch.z {
                let place: SIMD3<Int> = [
                    index % patch.x, index / patch.x % patch.y, index / (patch.x * patch.y),
                ]
                var voxel = start
                for axis in 0..<3 {
                    voxel[axis] += mirrored[axis] ? patch[axis] - 1 - place[axis] : place[axis]
                }
                let isInside = all(voxel .>= 0) && all(voxel .< size)
                let expected =
                    isInside
                    ? values[((channel * size.z + voxel.z) * size.y + voxel.y) * size.x + voxel.x]
                    : 0
                #expect(copied[channel * reader.count / 2 + index] == expected)
            }
        }
    }

    @Test("masks of a label map follow the channels of the image", arguments: 0..<8)
    func masks(code: Int) {
        let mirrored = (0..<3).map { code >> $0 & 1 == 1 }
        let grid = TileGrid(size: [5, 3, 9], patch: [4, 6, 4], overlap: 0.5)
        let classes = (0..<135).map { UInt8($0 * 7 % 4) }
        let image = classes.map(Float.init)
        let reader = TileReader(
            Samples(image), masks: ClassMasks(Samples(classes), count: 3), grid: grid)
        #expect(reader.channels == 4 && reader.count == 4 * 96)
        var tile = [Float](repeating: -1, count: reader.count)
        reader.copy([1, 0, 2], mirrored: mirrored, to: &tile)
        #expect(tile[..<96].contains(3))
        for label in 1...3 {
            // The image's voxels are its classes, and zeros lie about both.
            let expected = tile[..<96].map { $0 == Float(label) ? 1 : 0 as Float }
            #expect(Array(tile[label * 96..<(label + 1) * 96]) == expected)
        }
    }

    @Test("tiles of one value in each channel are found")
    func uniform() {
        let grid = TileGrid(size: [6, 6, 6], patch: [3, 3, 3], overlap: 0)
        let reader = TileReader(
            Samples([Float](repeating: 0, count: 432)), grid: grid)
        var tile = [Float](repeating: -0.5, count: 27) + [Float](repeating: 3, count: 27)
        #expect(reader.uniformValues(tile) == [Float(-0.5).bitPattern, Float(3).bitPattern])
        for index in [0, 1, 26, 27, 53] {
            let value = tile[index]
            tile[index] = value.nextUp
            #expect(reader.uniformValues(tile) == nil)
            tile[index] = value
        }
    }
}
