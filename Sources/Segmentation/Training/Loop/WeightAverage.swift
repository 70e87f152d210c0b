internal import SegNASTorch

/// A moving average of a network's weights, running statistics included.
///
/// Polyak & Juditsky 1992, doi:10.1137/0330046, with exponential weights. The first steps keep less of the average,
/// min(decay, (1 + t) / (10 + t)) after t updates, so that the random initial weights fade quickly.
struct WeightAverage {
    let decay: Double
    private(set) var count = 0
    let tensors: NamedTensors
    private let weights: NamedTensors

    init(of weights: NamedTensors, decay: Double) throws(TorchError) {
        self.decay = decay
        self.weights = weights
        var copies = NamedTensors()
        for (name, tensor) in weights { copies.add(try tensor.detached().copy(), named: name) }
        tensors = copies
    }

    /// The share of the average that is kept after a number of updates.
    static func share(_ decay: Double, after count: Int) -> Double {
        min(decay, Double(1 + count) / Double(10 + count))
    }

    /// Adds the present weights to the average.
    mutating func update() throws(TorchError) {
        let share = Self.share(decay, after: count)
        try tensors.move(towards: weights, keeping: share)
        count += 1
    }

    /// Restores saved tensors, after a number of updates.
    mutating func restore(_ saved: NamedTensors, count: Int) throws(TorchError) {
        try tensors.assign(saved)
        self.count = count
    }

    /// Runs a body with the average in place of the network's weights.
    func replacingWeights<Result>(_ body: () throws -> Result) throws -> Result {
        var live = NamedTensors()
        for (name, tensor) in weights { live.add(try tensor.detached().copy(), named: name) }
        try weights.assign(tensors)
        let result = Swift.Result { try body() }
        try weights.assign(live)
        return try result.get()
    }
}
