internal import SegNASImaging
internal import SegNASTorch

/// A network of an ensemble as prediction calls it.
struct EnsembleMember {
    /// Its place in the ensemble.
    let number: Int
    /// How much it counts, in a mean in which all count 1 by default.
    var weight = 1.0
    /// Scores before softmax `[N, L, D, H, W]` of float32 images `[N, C, D, H, W]`.
    let scores: (Tensor) throws -> Tensor
}

/// Runs networks on tiles of an image.
///
/// Tiles of one value in each channel, such as air, have the scores of the last such tile of the same values: a
/// network that is given the same voxels gives the same scores.
final class TileRunner {
    /// Takes a network's scores of a tile, `[1, L, D, H, W]` on its device, which was mirrored along some of the axes
    /// x, y and z; false where one is not a number.
    typealias Take = (
        _ scores: Tensor, _ member: EnsembleMember, _ tile: SIMD3<Int>, _ mirrored: [Bool]
    ) throws -> Bool

    private let reader: TileReader
    private let members: [EnsembleMember]
    private let mirrorings: [[Bool]]
    private let batch: Int
    /// Told after every call of a network how many tiles it has seen; what it throws ends the prediction.
    private let report: (_ tiles: Int) throws -> Void
    private var uniform = UniformScores()

    /// A runner that gives a network at most `batch` tiles at a time.
    init(
        _ reader: TileReader, _ members: [EnsembleMember], mirrorings: [[Bool]], batch: Int = 1,
        report: @escaping (_ tiles: Int) throws -> Void
    ) {
        self.reader = reader
        self.members = members
        self.mirrorings = mirrorings
        self.batch = batch
        self.report = report
    }

    /// Calls of networks for each tile.
    var passes: Int { members.count * mirrorings.count }

    /// Hands over the scores of tiles: for each batch in order, each mirroring and each network.
    ///
    /// - Throws: ``PredictionError/notFinite(model:)``, and what networks and the taker throw.
    func run(_ tiles: [SIMD3<Int>], _ take: Take) throws {
        var waiting: [SIMD3<Int>] = []
        for tile in tiles {
            if let values = uniformValues(of: tile) {
                try runBatch(waiting, take)
                waiting = []
                try runUniform(tile, values, take)
            } else {
                waiting.append(tile)
                guard waiting.count == batch else { continue }
                try runBatch(waiting, take)
                waiting = []
            }
        }
        try runBatch(waiting, take)
    }

    private func uniformValues(of tile: SIMD3<Int>) -> [UInt32]? {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: reader.count) { values in
            guard let start = values.baseAddress else { return nil }
            reader.copy(tile, mirrored: [false, false, false], to: start)
            return reader.uniformValues(start)
        }
    }

    private func runBatch(_ tiles: [SIMD3<Int>], _ take: Take) throws {
        guard !tiles.isEmpty else { return }
        for mirroring in mirrorings {
            let images = try images(tiles, mirroring)
            for member in members {
                let scores = try member.scores(images)
                for (index, tile) in tiles.enumerated() {
                    let part = try scores.sliced(index..<index + 1, along: 0)
                    try hand(part, of: member, tile, mirroring, to: take)
                }
                try report(tiles.count)
            }
        }
    }

    private func runUniform(_ tile: SIMD3<Int>, _ values: [UInt32], _ take: Take) throws {
        for mirroring in mirrorings {
            for member in members {
                let scores = try uniform.scores(of: values, by: member, of: members.count) {
                    try member.scores(images([tile], mirroring))
                }
                try hand(scores, of: member, tile, mirroring, to: take)
                try report(1)
            }
        }
    }

    /// Tiles `[N, C, D, H, W]`, mirrored.
    private func images(_ tiles: [SIMD3<Int>], _ mirroring: [Bool]) throws(TorchError) -> Tensor {
        let values = [Float](unsafeUninitializedCapacity: tiles.count * reader.count) {
            values, count in
            guard let start = values.baseAddress else { return }
            for (index, tile) in tiles.enumerated() {
                reader.copy(tile, mirrored: mirroring, to: start + index * reader.count)
            }
            count = tiles.count * reader.count
        }
        let size = Extent(xyz: reader.grid.patch)
        return try Tensor(values, shape: [tiles.count, reader.channels] + size.axes)
    }

    private func hand(
        _ scores: Tensor, of member: EnsembleMember, _ tile: SIMD3<Int>, _ mirroring: [Bool],
        to take: Take
    ) throws {
        guard try withoutGradients({ try take(scores, member, tile, mirroring) }) else {
            throw PredictionError.notFinite(model: member.number)
        }
    }
}

extension Tensor {
    /// The classes `[N, D, H, W]` of type uint8 that follow from scores `[N, L, D, H, W]`.
    func classes(_ rule: ScoreRule) throws(TorchError) -> Tensor {
        switch rule {
        case .mostProbable: return try argmax(along: 1).cast(to: .uint8)
        case .painted(let classes):
            var painted = try selected(0, along: 1).zerosLike().cast(to: .float32)
            for (region, label) in classes.enumerated() {
                // The sigmoid is above ½ where the score is above 0.
                let isInside = try selected(region, along: 1).compare(.greater, 0)
                painted = try painted.replaced(
                    where: isInside, with: .full(painted.shape, Double(label), device: device))
            }
            return try painted.cast(to: .uint8)
        }
    }
}

/// The scores of the last tile whose channels have one value each.
private struct UniformScores {
    private var values: [UInt32] = []
    /// By the number of the network.
    private var scores: [Int: Tensor] = [:]

    /// All networks' scores together are kept up to so many bytes.
    private static let mostBytes = 256 << 20

    mutating func scores(
        of values: [UInt32], by member: EnsembleMember, of members: Int, _ make: () throws -> Tensor
    ) rethrows -> Tensor {
        if values != self.values {
            scores = [:]
            self.values = values
        }
        if let known = scores[member.number] { return known }
        let made = try make()
        if made.count * made.dtype.size * members <= Self.mostBytes { scores[member.number] = made }
        return made
    }
}
