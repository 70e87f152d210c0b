internal import SegNASDatasets
internal import SegNASImaging
internal import SegNASTorch

/// Measures how long steps and validations of a training take here.
///
/// Steps are those of a loop on the training's batches, whose network is thrown away: the training begins afterwards
/// as if nothing had been.
struct PaceMeasurement {
    private let loop: TrainingLoop
    private let loader: BatchLoader

    /// The first steps are not counted: kernels are chosen in them, and batches are ready that were made before.
    private static let warmUp = 3
    private static let fewestSteps = 3
    private static let mostSteps = 100
    /// A validation that is so short is measured a second time, when kernels are chosen.
    private static let shortSeconds = 2.0

    init(_ loop: TrainingLoop) throws {
        self.loop = loop
        loader = try loop.loader(epochs: nil)
    }

    var batchesPerEpoch: Int { loader.batchesPerEpoch }

    /// The pace; steps are taken for about a number of seconds.
    func pace(seconds: Double) throws -> TrainingTime.Pace {
        TrainingTime.Pace(
            step: try stepSeconds(seconds), validation: try validationSeconds())
    }

    private func stepSeconds(_ seconds: Double) throws -> Double {
        for _ in 0..<Self.warmUp { try step() }
        let begin = ContinuousClock.now
        var (count, taken) = (0, 0.0)
        while count < Self.fewestSteps || (taken < seconds && count < Self.mostSteps) {
            try step()
            count += 1
            taken = (ContinuousClock.now - begin) / .seconds(1)
        }
        try loop.session.device.synchronize()
        taken = (ContinuousClock.now - begin) / .seconds(1)
        return taken / Double(count)
    }

    private func step() throws {
        try loop.observer.checkEnd()
        loop.observer.tracker.advance(to: .waitingForBatch)
        guard let batch = try loader.next() else { return }
        loop.observer.tracker.advance(to: .computing)
        do {
            try loop.session.step(batch, stepsPerEpoch: loader.batchesPerEpoch)
        } catch is TrainingSession.LossNotFinite {
            // The training meets the same, and tells.
        }
    }

    /// Seconds for all validation cases, from one that has as much to compute as half of the others.
    private func validationSeconds() throws -> Double {
        let costs = loop.validation.cases.map(cost)
        let order = costs.indices.sorted { costs[$0] < costs[$1] }
        guard let middle = order.dropFirst(order.count / 2).first else { return 0 }
        var one = loop.validation
        one.cases = [loop.validation.cases[middle]]
        var taken = try seconds(of: one)
        if taken < Self.shortSeconds { taken = try seconds(of: one) }
        return taken / Double(costs[middle]) * Double(costs.reduce(0, +))
    }

    private func seconds(of validation: Validation) throws -> Double {
        let (session, observer) = (loop.session, loop.observer)
        let begin = ContinuousClock.now
        observer.tracker.advance(to: .validating)
        _ = try session.withEvaluatedWeights {
            try validation.dice(of: session) { try observer.checkEnd() }
        }
        return (ContinuousClock.now - begin) / .seconds(1)
    }

    /// What the validation of a case costs, in calls of the network.
    private func cost(_ example: RunCase) -> Int {
        guard let patch = loop.validation.patch else { return 1 }
        return TileGrid(size: example.prepared.size, patch: patch, overlap: 0).count
    }
}
