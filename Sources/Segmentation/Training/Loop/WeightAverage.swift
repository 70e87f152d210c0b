internal import SegNASTorch

/// A moving average of a network's weights, running statistics included.
///
/// Polyak & Juditsky 1992, doi:10.1137/0330046, with exponential weights. The first steps keep less, min(decay, (1 + t) / (10 + t)) for t
/// averages before, so that a network as it was drawn does not weigh for long.
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

    /// What is kept of the average when so many have been taken in.
    static func share(_ decay: Double, after count: Int) -> Double {
        min(decay, Double(1 + count) / Double(10 + count))
    }

    /// Takes in the weights as they are now.
    mutating func update() throws(TorchError) {
        let share = Self.share(decay, after: count)
        try withoutGradients { () throws(TorchError) in
            for (name, tensor) in weights {
                guard let average = tensors[name] else { continue }
                try average.assign(average * share + tensor * (1 - share))
            }
        }
        count += 1
    }

    /// Continues from saved tensors, after so many averages.
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
