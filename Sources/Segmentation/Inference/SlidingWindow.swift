internal import SegNASDatasets
internal import SegNASHost
internal import SegNASImaging
internal import SegNASTorch

/// Predicts images that are larger or smaller than what networks see, tile by tile.
///
/// Probabilities of overlapping tiles are averaged with Gaussian weights. The sums exist only where tiles are
/// missing: see ``WindowPlan``. Parts of an image beyond its borders are zeros, as in training.
///
/// ```swift
/// let window = SlidingWindow(patch: [64, 64, 64], scoreBytes: 1 << 30, threads: 2)
/// let classes = try window.classes(of: prepared, labels: 20, by: networks, on: transform.map.inverse)
/// ```
struct SlidingWindow {
    /// Voxels of a tile along x, y and z.
    var patch: SIMD3<Int>
    /// What neighbouring tiles have in common at least, as a share of a tile's length.
    var overlap = 0.5
    /// For the sums and scores that are kept, not for the networks; more where no plan needs as little.
    var scoreBytes: Int
    /// Tiles that a network is given at a time, at the most.
    var batch = 1
    var mirrorings = [[false, false, false]]
    /// How the networks' outputs become a class.
    var rule = ScoreRule.mostProbable
    var threads: Int
    /// Told after every call of a network how many of all calls for single tiles are done; what it throws ends the
    /// prediction.
    var progress: (_ done: Int, _ all: Int) throws -> Void = { _, _ in }

    func grid(of image: PreparedCase) -> TileGrid {
        TileGrid(size: image.size, patch: patch, overlap: overlap)
    }

    /// The class at each voxel of another grid.
    ///
    /// - Parameters:
    ///   - image: Of any size.
    ///   - labels: Outputs of the networks: classes with the background, or regions.
    ///   - members: Networks whose probabilities are averaged.
    ///   - map: Where the other grid's voxels lie in the image.
    /// - Returns: The classes, uint8 `[z, y, x]` of that grid.
    /// - Throws: ``PredictionError/notFinite(model:)``, or `TorchError`.
    func classes(
        of image: PreparedCase, labels: Int, by members: [EnsembleMember], on map: GridMap
    ) throws -> Samples {
        try namingMemory {
            let sink = try LabelSink(map, rule: rule)
            try run(image, labels: labels, by: members, into: sink)
            return sink.classes
        }
    }

    /// The probabilities of all outputs on the image's grid, in scores that are zeros.
    ///
    /// Where the image is one tile they are added as they are, without weights.
    func fill(_ scores: ClassScores, with image: PreparedCase, by members: [EnsembleMember]) throws
    {
        try namingMemory {
            guard grid(of: image).isWhole else {
                return try run(
                    image, labels: scores.classes, by: members, into: KeepingSink(scores))
            }
            let runner = runner(image, members, tiles: 1)
            try runner.run([.zero]) { values, member, _, mirrored in
                try scores.add(mirrored: mirrored) { try add(values, of: member, to: [$0]) }
            }
        }
    }

    private func run(
        _ image: PreparedCase, labels: Int, by members: [EnsembleMember], into sink: any ScoreSink
    ) throws {
        let plan = WindowPlan(
            grid(of: image), classes: labels, halo: sink.halo, bytes: scoreBytes)
        try checkRoom(plan.peakBytes)
        let runner = runner(image, members, tiles: plan.tileCount)
        let scores = WindowScores(plan, passes: runner.passes, sink: sink, threads: threads)
        for row in plan.rows {
            try runner.run(row.tiles) { values, member, tile, mirrored in
                try add(
                    values, of: member,
                    to: scores.places(of: tile, in: row, mirrored: mirrored))
            }
            try scores.finish(row)
        }
    }

    /// Adds the probabilities of a network's scores to their sums; false where a score is not a number.
    ///
    /// At every voxel they are added in the order of the calls, whatever the number of threads.
    private func add(
        _ scores: Tensor, of member: EnsembleMember, to places: [ScorePlace]
    ) throws(TorchError) -> Bool {
        let scores = try scores.moved(to: .cpu)
        let share = Float(member.weight)
        for place in places {
            let weights = place.weights
            let areFinite = try scores.addProbabilities(
                rule == .mostProbable ? .classes : .regions, from: Extent(xyz: place.start),
                weights: (z: weights.z.map { share * $0 }, y: weights.y, x: weights.x),
                to: ProbabilitySums(
                    first: place.sums, outputStep: place.classStep,
                    steps: Extent(xyz: place.steps)))
            guard areFinite else { return false }
        }
        return true
    }

    func runner(
        _ image: PreparedCase, _ members: [EnsembleMember], tiles: Int
    ) -> TileRunner {
        let reader = TileReader(
            image.image, masks: image.firstStage, grid: grid(of: image))
        let all = tiles * members.count * mirrorings.count
        var done = 0
        return TileRunner(
            reader, members, mirrorings: mirrorings, batch: batch
        ) { [progress] in
            done += $0
            try progress(done, all)
        }
    }

    /// Refuses sums that the budget of tensors has no room for.
    private func checkRoom(_ bytes: Int) throws(TorchError) {
        let memory = try TensorMemory.statistics()
        guard let limit = memory.limit, memory.current.bytes + UInt64(bytes) > limit.bytes else {
            return
        }
        throw .outOfMemory(
            AllocationFailure(requested: ByteCount(bytes), inUse: memory.current, limit: limit))
    }

    /// Tells of memory that the system does not have as tensors do.
    private func namingMemory<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ScoreMemoryError {
            throw TorchError.outOfMemory(
                AllocationFailure(requested: ByteCount(error.bytes), inUse: nil, limit: nil))
        }
    }
}
