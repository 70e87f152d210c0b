internal import SegNASRandomness
internal import SegNASSearch
internal import SegNASTorch

/// A network in training, with the state that a checkpoint keeps.
///
/// All random numbers follow from the seed, the epoch and the batch, so that none need to be kept. On several devices,
/// each computes a part of every batch (``ShardedTensor``); all state is on the first, which also validates.
final class TrainingSession {
    let network: Network
    private let devices: [Device]
    let dtype: DType
    private(set) var state = State()
    /// Names of the cases of the last batch.
    private(set) var lastCases: [String] = []

    /// Losses that a GPU may still have to compute, oldest first.
    private var losses: [PendingLoss] = []

    private let options: TrainingOptions
    private let loss: Loss
    private let optimizer: Optimizer
    private var average: WeightAverage?

    /// A training of a new network, whose weights follow from the seed.
    ///
    /// Regions are given by the labels that make them up, where the network has one output for each.
    init(
        _ plan: NetworkPlan, _ options: TrainingOptions, labelFrequencies: [Double],
        regions: [[UInt8]]? = nil, devices: [Device]
    ) throws(TorchError) {
        self.options = options
        self.devices = devices
        let device = devices[0]
        dtype = options.precision.dtype(on: device)
        loss = Loss(options.loss, labelFrequencies: labelFrequencies, regions: regions)
        var generator = SeededGenerator(seed: options.seed, path: Path.weights)
        network = try Network(
            plan, synchronizesNorm: options.syncNorm ?? false, device: device, using: &generator)
        optimizer = try Optimizer(
            network.weights.parameters, options.method,
            learningRate: options.learningRate)
        if let decay = options.weightAveraging {
            average = try WeightAverage(of: network.weights.all, decay: decay)
        }
    }

    /// Streams of random numbers from the seed; orders, augmentation and patches have 0, 1 and 4
    /// (`EpochOrder`).
    private enum Path {
        static let weights: UInt64 = 2
        static let steps: UInt64 = 3
    }

    /// Begins with other weights than those that were drawn.
    func begin(with weights: NamedTensors) throws(TorchError) {
        try withoutGradients { () throws(TorchError) in
            try network.weights.all.assign(weights)
        }
        if let decay = options.weightAveraging {
            average = try WeightAverage(of: network.weights.all, decay: decay)
        }
    }

    // MARK: - Steps

    /// A loss that is NaN or infinite; the weights have not been changed, or on a GPU not been kept.
    struct LossNotFinite: Error {
        var cases: [String]
    }

    /// The loss of a part of a batch, which is read when the next step has been queued.
    private struct PendingLoss {
        var reading: Reading
        var cases: [String]
    }

    /// Steps whose losses are in ``State/sums``.
    var settledSteps: Int { state.position.batch - losses.count / options.accumulation }

    /// Waits for the losses of all steps.
    ///
    /// - Throws: ``LossNotFinite``, and what keeps a GPU from computing.
    func settle() throws { try takeLosses(leaving: 0) }

    private func takeLosses(leaving count: Int) throws {
        while losses.count > count {
            let pending = losses.removeFirst()
            let value = try pending.reading.value()
            guard value.isFinite else { throw LossNotFinite(cases: pending.cases) }
            state.sums.loss += value
        }
    }

    /// Trains on one batch: gradients, optimizer and average of weights.
    func step(_ batch: Batch, stepsPerEpoch: Int) throws {
        let step = batch.position.epoch * stepsPerEpoch + batch.position.batch
        optimizer.learningRate = options.learningRate(step: step, stepsPerEpoch: stepsPerEpoch)
        try optimizer.clearGradients()
        var sum = 0.0
        for part in 0..<options.accumulation { sum += try addGradients(batch, part) }
        if let limit = options.gradientClipping {
            try network.weights.parameters.clipGradients(toNorm: limit)
        }
        try optimizer.step()
        try average?.update()
        lastCases = batch.cases
        state.sums.loss += sum
        state.position.batch += 1
        // Those of the step before, while a GPU is busy with this one.
        try takeLosses(leaving: options.accumulation)
    }

    /// Adds the gradients of a part of a batch, and returns its share of the loss: 0 on a GPU, where it is pending.
    private func addGradients(_ batch: Batch, _ part: Int) throws -> Double {
        try seed(batch.position, part)
        let size = options.partSize
        let range = part * size..<(part + 1) * size
        let images = try ShardedTensor(
            batch.images.sliced(range, along: 0), over: devices)  // [N, C, D, H, W]
        let labels = try ShardedTensor(
            batch.labels.sliced(range, along: 0), over: devices)  // [N, D, H, W]
        // The scores get no name: it would keep their memory until the end of the backward pass, which needs none.
        let whole = try loss(
            network.supervised(
                images.map { images, replica throws(TorchError) in
                    try images.ready(on: replica.device, as: dtype)
                }, labels: labels))
        let share = options.accumulation == 1 ? whole : try whole / Double(options.accumulation)
        guard !device.isGPU else {
            let reading = try Reading(share)
            let cases = batch.cases.dropFirst(range.lowerBound).prefix(range.count)
            losses.append(PendingLoss(reading: reading, cases: Array(cases)))
            try share.backward()
            return 0
        }
        let value = try share.valueIfKnown() ?? 0
        guard value.isFinite else { throw LossNotFinite(cases: Array(batch.cases[range])) }
        try share.backward()
        return value
    }

    /// Seeds the first device's generator, from which dropout draws, for one part of a batch.
    private func seed(_ position: BatchPosition, _ part: Int) throws(TorchError) {
        var generator = SeededGenerator(
            seed: options.seed,
            path: Path.steps, UInt64(position.epoch), UInt64(position.batch), UInt64(part))
        try Device.seed(generator.next())
    }

    /// Adds time to the epoch's sums.
    func addTime(seconds: Double, waitSeconds: Double) {
        state.sums.seconds += seconds
        state.sums.waitSeconds += waitSeconds
    }

    // MARK: - Epochs

    var precision: Precision { options.precision }

    var device: Device { devices[0] }

    /// Images that a device computes at a time, for which it has room.
    var imagesAtATime: Int { max(options.partSize / devices.count, 1) }

    /// The network for validation.
    var forwardPass: ForwardPass {
        ForwardPass(network: network, device: device, dtype: dtype)
    }

    /// Runs a body with the weights that are validated and kept: their average, if there is one.
    func withEvaluatedWeights<Result>(_ body: () throws -> Result) throws -> Result {
        guard let average else { return try body() }
        return try average.replacingWeights(body)
    }

    /// A copy of the weights that are validated and kept.
    func evaluatedWeights() throws -> NamedTensors {
        try withEvaluatedWeights {
            var copies = NamedTensors()
            for (name, tensor) in network.weights.all {
                copies.add(try tensor.detached().copy(), named: name)
            }
            return copies
        }
    }

    /// True if all weights are finite numbers.
    func areWeightsFinite() throws(TorchError) -> Bool {
        // Together: a GPU is waited for once.
        let finite = try network.weights.all.tensors.map { tensor throws(TorchError) in
            try tensor.detached().isFinite().all()
        }
        return try Tensor.stacked(finite).all().moved(to: .cpu).array() == [true]
    }

    /// Ends the epoch; returns true if it is the best so far that may be chosen.
    func finishEpoch(_ record: EpochRecord) -> Bool {
        state.history.add(record, options)
        state.position = BatchPosition(epoch: record.epoch)
        state.sums = EpochSums()
        return state.history.best == record.epoch
    }
}

// MARK: - Checkpoints

extension TrainingSession {
    /// The progress of a training, without its tensors.
    struct State: Hashable, Codable {
        /// The next batch, counted from 0; between an epoch's last batch and its validation the number of batches.
        var position = BatchPosition(epoch: 0)
        /// The sums over the batches of the epoch so far.
        var sums = EpochSums()
        var history = EpochHistory()
    }

    /// Sums over the batches of an epoch.
    struct EpochSums: Hashable, Codable {
        var loss = 0.0
        var seconds = 0.0
        var waitSeconds = 0.0
    }
    /// All tensors on which the next steps depend; they share memory with the session.
    func tensors() throws(TorchError) -> NamedTensors {
        var all = NamedTensors()
        all.add(network.weights.all, under: "weights")
        all.add(try optimizer.state(), under: "optimizer")
        if let average {
            all.add(average.tensors, under: "average")
            all.add(try Tensor(Int64(average.count)), named: "averages")
        }
        return all
    }

    /// Continues from a checkpoint.
    func restore(_ state: State, _ tensors: NamedTensors) throws(TorchError) {
        self.state = state
        try network.weights.all.assign(tensors.part("weights"))
        try optimizer.restore(tensors.part("optimizer"))
        if let count = tensors["averages"] {
            try average?.restore(tensors.part("average"), count: Int(try count.item()))
        }
    }
}

extension NamedTensors {
    /// The tensors of a part, under their names in that part.
    fileprivate func part(_ name: String) -> NamedTensors {
        var part = NamedTensors()
        for (key, tensor) in self where key.hasPrefix(name + ".") {
            part.add(tensor, named: String(key.dropFirst(name.count + 1)))
        }
        return part
    }
}

extension Tensor {
    /// The only element of a tensor of one; nil on the meta device, whose tensors have no elements.
    fileprivate func valueIfKnown() throws(TorchError) -> Double? {
        device == .meta ? nil : try item()
    }
}
